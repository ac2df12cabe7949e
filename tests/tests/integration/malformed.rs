//! What Actix refuses before any middleware: its own answer, and no span.

use actix_web::web;
use apitoolkit_tests::TestApp;

use crate::requests::get;

#[test]
fn requests_that_never_become_requests() {
    let app = TestApp::start(
        |b| b,
        |cfg| {
            cfg.default_service(web::to(|| async { "ok" }));
        },
    );
    let long = "x".repeat(140_000);
    let cases = [
        "NONSENSE\r\n\r\n".to_owned(),
        "GET / HTTP/9.9\r\nHost: a\r\n\r\n".to_owned(),
        "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(),
        format!("GET / HTTP/1.1\r\nHost: a\r\nX: {long}\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", "baggage: k=v\r\n".repeat(1_000)),
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".to_owned(),
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n".to_owned(),
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab".to_owned(),
        "GET / HTTP/1.1\r\nHo st: a\r\n\r\n".to_owned(),
    ];
    for sent in &cases {
        let answer = app.same(sent);
        let start: String = sent.chars().take(80).collect();
        assert!(answer.starts_with("HTTP/1.1 4"), "{start:?}: {answer}");
    }
    // Not one of them was an exchange; the one after them is.
    app.same(get("/"));
    app.held(1);
}

#[test]
fn requests_without_a_host_are_answered_as_ever() {
    let app = TestApp::start(
        |b| b,
        |cfg| {
            cfg.default_service(web::to(|| async { "ok" }));
        },
    );
    app.same("GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
    let created = app.telemetry.stats().exchanges_created() as usize;
    for span in app.held(created) {
        assert_eq!(span.attr("server.address"), None);
    }
}

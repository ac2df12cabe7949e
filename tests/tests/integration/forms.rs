//! Forms, files and bytes that are no text.

use actix_web::{HttpResponse, web};
use apitoolkit_actix::testing::Span;
use apitoolkit_tests::TestApp;

use crate::requests::{post_bytes, request};

fn app() -> TestApp {
    TestApp::start(
        |b| b.capture_request_body(true).capture_response_body(true),
        |cfg| {
            cfg.route("/echo", web::post().to(|body: web::Bytes| async { body })).route(
                "/form",
                web::post().to(|form: web::Form<Vec<(String, String)>>| async move {
                    HttpResponse::Ok().body(form.len().to_string())
                }),
            );
        },
    )
}

fn sent(span: &Span) -> String {
    String::from_utf8(span.request_body().unwrap()).unwrap()
}

#[test]
fn forms_keep_order_and_bytes() {
    let app = app();
    let form = "test-parameter=test+value+%C3%B5%C3%A4&a=1&a=%20&%70assword=CANARY-1&z";
    let kind = ("Content-Type", "application/x-www-form-urlencoded");
    app.same(request("POST", "/form", &[kind], form));
    let span = app.held_one();
    assert_eq!(
        sent(&span),
        "test-parameter=test+value+%C3%B5%C3%A4&a=1&a=%20&%70assword=%5BCLIENT_REDACTED%5D&z"
    );
}

#[test]
fn a_form_in_raw_utf_8_leaves_as_it_came() {
    let app = app();
    let form = "test-parameter=test value õäöü&password=CANARY-1";
    let kind = ("Content-Type", "application/x-www-form-urlencoded");
    app.same(request("POST", "/echo", &[kind], form));
    assert_eq!(
        sent(&app.held_one()),
        "test-parameter=test value õäöü&password=%5BCLIENT_REDACTED%5D"
    );
}

#[test]
fn files_of_a_form_are_named_and_not_sent() {
    let app = app();
    let file = vec![0xAB; 2000];
    let mut body = b"--b\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nhello\r\n--b\r\n\
        Content-Disposition: form-data; name=\"password\"\r\n\r\nCANARY-pass\r\n--b\r\n\
        Content-Disposition: form-data; name=\"f\"; filename=\"a.png\"\r\n\
        Content-Type: image/png\r\n\r\n"
        .to_vec();
    body.extend_from_slice(&file);
    body.extend_from_slice(b"\r\n--b--\r\n");
    let kind = ("Content-Type", "multipart/form-data; boundary=b");
    app.same(post_bytes("/echo", &[kind], &body));
    let broken = ("Content-Type", "multipart/form-data");
    app.same(post_bytes("/echo", &[broken], &body));
    let spans = app.held(2);
    let text = sent(&spans[0]);
    assert!(text.contains("hello") && text.contains("[image/png, 2000 B]"), "{text}");
    assert!(sent(&spans[1]).starts_with("[CLIENT_REDACTED] ["), "{}", sent(&spans[1]));
}

#[test]
fn bytes_that_are_no_text_are_accepted_by_the_collector() {
    let app = app();
    let kinds = ["application/json", "text/plain; charset=latin1", "text/plain"];
    let bodies: [&[u8]; 4] =
        [b"\xff\xfe{\"password\":\"CANARY\"}", b"a\0b", b"\"\xed\xa0\x80\"", b"caf\xe9"];
    let mut n = 0;
    for kind in kinds {
        for body in bodies {
            app.same(post_bytes("/echo", &[("Content-Type", kind)], body));
            n += 1;
        }
    }
    assert_eq!(app.held(n).len(), 12);
}

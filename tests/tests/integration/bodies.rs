//! Request bodies: the handler reads what it would read, and what it read is what is captured.

use std::{io::Write as _, net::TcpStream, time::Duration};

use actix_web::{HttpResponse, web};
use apitoolkit_actix::testing::Span;
use apitoolkit_tests::TestApp;
use futures_util::StreamExt as _;

use crate::requests::{get, keep_alive, post_json, request};

fn app() -> TestApp {
    TestApp::start(
        |b| b.capture_request_body(true).capture_response_body(true).max_body_bytes(4096),
        |cfg| {
            cfg.app_data(web::JsonConfig::default().limit(2 * 1024 * 1024))
                .app_data(web::PayloadConfig::new(256 * 1024))
                .route("/echo", web::post().to(|body: web::Bytes| async { body }))
                .route("/echo/{id}", web::post().to(|body: web::Bytes| async { body }))
                .route("/none", web::post().to(|| async { "unread" }))
                .route("/401", web::post().to(|| async { HttpResponse::Unauthorized().finish() }))
                .route(
                    "/dropped",
                    web::post().to(|payload: web::Payload| async {
                        drop(payload);
                        "dropped"
                    }),
                )
                .route(
                    "/first",
                    web::post().to(|mut payload: web::Payload| async move {
                        let chunk = payload.next().await.unwrap().unwrap();
                        HttpResponse::Ok().body(format!("{} bytes", chunk.len().min(5)))
                    }),
                )
                .route(
                    "/json",
                    web::post().to(|json: web::Json<serde_json::Value>| async {
                        HttpResponse::Ok().json(json.0)
                    }),
                )
                .route("/ok", web::get().to(|| async { "ok" }));
        },
    )
}

fn sent(span: &Span) -> String {
    String::from_utf8(span.request_body().unwrap_or_else(|| b"(absent)".to_vec())).unwrap()
}

fn answered(span: &Span) -> String {
    String::from_utf8(span.response_body().unwrap_or_else(|| b"(absent)".to_vec())).unwrap()
}

/// A chunked POST with an extension and a trailer.
fn chunked(path: &str, kind: &str, chunks: &[&str], close: bool) -> String {
    let close = if close { "Connection: close\r\n" } else { "" };
    let mut text = format!(
        "POST {path} HTTP/1.1\r\nHost: api.test\r\n{close}Content-Type: {kind}\r\n\
         Transfer-Encoding: chunked\r\n\r\n"
    );
    for chunk in chunks {
        text += &format!("{:x};ext=\"1\"\r\n{chunk}\r\n", chunk.len());
    }
    text + "0\r\n\r\n"
}

#[test]
fn pipelined_requests_keep_their_own_bodies() {
    let app = app();
    let mut client = app.connect();
    let body = |n: usize| format!(r#"{{"n":{n}}}"#);
    for (from, to) in [(0, 10), (10, 50)] {
        let burst: String = (from..to).map(|_| keep_alive("GET", "/ok", &[], "")).collect();
        client.send(burst);
        for _ in from..to {
            assert_eq!(client.reply().text(), "ok");
        }
    }
    let burst: String = (50..60)
        .map(|n| {
            let text = body(n);
            let (a, b) = text.split_at(3);
            chunked(&format!("/echo/{n}"), "application/json", &[a, b], false)
        })
        .collect();
    client.send(burst);
    for n in 50..60 {
        assert_eq!(client.reply().text(), body(n));
    }
    let spans = app.held(60);
    let mut traces: Vec<_> = spans.iter().map(|span| &span.trace_id).collect();
    traces.sort();
    traces.dedup();
    assert_eq!(traces.len(), 60);
    for (n, span) in spans.iter().enumerate().skip(50) {
        assert_eq!(span.str_attr("url.path"), Some(format!("/echo/{n}").as_str()));
        assert_eq!((sent(span), answered(span)), (body(n), body(n)));
        assert_eq!(span.int_attr("http.request.body.size"), Some(body(n).len() as i64));
    }
}

#[test]
fn a_body_nobody_reads_is_not_read_by_us_either() {
    let app = app();
    let body = r#"{"never":"read"}"#;
    for (n, path) in ["/none", "/dropped"].into_iter().enumerate() {
        app.same(post_json(path, body));
        let span = &app.held(2 * n + 1)[2 * n];
        assert_eq!(sent(span), "(absent)");
        // The length is what the client declared.
        assert_eq!(span.int_attr("http.request.body.size"), Some(body.len() as i64));
        app.same(chunked(path, "application/json", &[body], true));
        let span = &app.held(2 * n + 2)[2 * n + 1];
        assert_eq!(
            (sent(span), span.int_attr("http.request.body.size")),
            ("(absent)".into(), None)
        );
    }
}

#[test]
fn the_connection_serves_on_after_a_body_nobody_read() {
    let app = app();
    let unread = keep_alive("POST", "/none", &[], "0123456789");
    let last = get("/ok");
    for chunked in [false, true] {
        let first = if chunked {
            self::chunked("/none", "text/plain", &["01234"], false)
        } else {
            unread.clone()
        };
        app.same(format!("{first}{last}"));
    }
    app.held(4);
}

#[test]
fn a_body_read_in_part_is_withheld_as_truncated() {
    let app = app();
    let mut client = app.connect();
    client.send(
        "POST /first HTTP/1.1\r\nHost: api.test\r\nContent-Type: application/json\r\n\
         Content-Length: 4000\r\n\r\n[1,2,",
    );
    assert_eq!(client.reply().text(), "5 bytes");
    let span = app.held_one();
    assert_eq!(sent(&span), "[CLIENT_REDACTED] [truncated application/json, 5 of 4000 B]");
    assert_eq!(span.int_attr("http.request.body.size"), Some(4000));
}

#[test]
fn a_body_whose_every_byte_was_read_is_whole() {
    // The handler takes the one chunk there is and does not ask whether there are more.
    let app = app();
    app.same(post_json("/first", "[1,2]"));
    let span = app.held_one();
    assert_eq!((sent(&span), span.int_attr("http.request.body.size")), ("[1,2]".into(), Some(5)));
}

#[test]
fn an_empty_body_is_absent() {
    let app = app();
    app.same(request("POST", "/echo", &[("Content-Length", "0")], ""));
    app.same(request("POST", "/echo", &[], ""));
    app.same(chunked("/echo", "application/json", &[], true));
    for span in app.held(3) {
        assert_eq!((sent(&span), answered(&span)), ("(absent)".into(), "(absent)".into()));
    }
}

#[test]
fn chunk_extensions_are_not_part_of_a_body() {
    let app = app();
    app.same(chunked("/echo", "application/json; charset=utf-8", &["{\"a\"", ":1}"], true));
    let span = app.held_one();
    assert_eq!(
        (sent(&span).as_str(), span.int_attr("http.request.body.size")),
        ("{\"a\":1}", Some(7))
    );
}

#[test]
fn trailers_change_nothing() {
    let app = app();
    let text = chunked("/echo", "application/json", &["[1]"], true);
    app.same(text.replace("0\r\n\r\n", "0\r\nX-Trailer: CANARY\r\n\r\n"));
    // Whatever the server makes of trailers, it makes of them with us too.
    let created = app.telemetry.stats().exchanges_created();
    app.held(created as usize);
}

#[test]
fn a_client_that_waits_for_100_continue() {
    let app = app();
    for (n, path) in ["/none", "/401", "/json", "/echo"].into_iter().enumerate() {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: api.test\r\nExpect: 100-continue\r\n\
             Content-Type: application/json\r\nContent-Length: 1073741824\r\n\r\n"
        );
        let ask = |address| {
            let mut client = apitoolkit_tests::Raw::connect(address);
            client.send(&head);
            let first = client.head();
            (first, client.reply())
        };
        let (with, without) = (ask(app.address), ask(app.baseline));
        assert_eq!(with, without);
        assert_eq!(with.0, "HTTP/1.1 100 Continue\r\n\r\n");
        let status = match path {
            "/none" => 200,
            "/401" => 401,
            _ => 413,
        };
        assert_eq!(with.1.status, status, "{path}");
        let span = &app.held(n + 1)[n];
        assert_eq!(span.int_attr("http.response.status_code"), Some(i64::from(status)));
        assert_eq!(sent(span), "(absent)");
    }
}

/// A client that goes on sending, although the answer has come: as much is read of it as without us,
/// give or take what the system buffers.
#[test]
fn an_upload_that_is_refused_is_not_drained() {
    const CHUNK: usize = 64 * 1024;
    const MOST: usize = 1024;
    let app = app();
    for (n, path) in ["/401", "/json"].into_iter().enumerate() {
        let ask = |address| {
            let mut client = TcpStream::connect(address).unwrap();
            client.set_write_timeout(Some(Duration::from_millis(300))).unwrap();
            let head = format!(
                "POST {path} HTTP/1.1\r\nHost: api.test\r\nExpect: 100-continue\r\n\
                 Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
                MOST * CHUNK
            );
            client.write_all(head.as_bytes()).unwrap();
            // Until the server reads no more of it, or closes.
            (0..MOST).take_while(|_| client.write_all(&[b' '; CHUNK]).is_ok()).count()
        };
        let (with, without) = (ask(app.address), ask(app.baseline));
        assert!(with.abs_diff(without) <= 64, "{path}: {with} and {without} of {MOST} chunks");
        let span = &app.held(n + 1)[n];
        assert!(span.int_attr("http.response.status_code").is_some());
    }
}

#[test]
fn bodies_over_the_apps_own_limits_are_refused_as_ever() {
    let app = app();
    let json = format!("[{}1]", "1,".repeat(1_500_000));
    let text = "x".repeat(300 * 1024);
    let ask = |address, path, kind, body: &str| {
        let mut client = apitoolkit_tests::Raw::connect(address);
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: api.test\r\nContent-Type: {kind}\r\n\
             Transfer-Encoding: chunked\r\n\r\n{:x}\r\n",
            body.len()
        );
        client.send(head).send(body).send("\r\n0\r\n\r\n");
        client.reply()
    };
    for (path, kind, body) in [("/json", "application/json", &json), ("/echo", "text/plain", &text)]
    {
        let (with, without) =
            (ask(app.address, path, kind, body), ask(app.baseline, path, kind, body));
        assert_eq!(with, without);
        assert_eq!(with.status, 413);
    }
    let spans = app.held(2);
    assert!(sent(&spans[0]).starts_with("[CLIENT_REDACTED] [truncated application/json, 4096 of "));
    assert_eq!(spans[0].int_attr("http.response.status_code"), Some(413));
}

#[test]
fn the_cap_is_exact() {
    let app = app();
    let of = |length: usize| format!("[{}]", "1".repeat(length - 2));
    for (n, length) in [4095, 4096, 4097].into_iter().enumerate() {
        app.same(post_json("/echo", &of(length)));
        let span = &app.held(n + 1)[n];
        let expected = match length {
            4097 => "[CLIENT_REDACTED] [truncated application/json, 4096 of 4097 B]".into(),
            _ => of(length),
        };
        assert_eq!(sent(span), expected);
        assert_eq!(span.int_attr("http.request.body.size"), Some(length as i64));
        assert_eq!(span.int_attr("http.response.body.size"), Some(length as i64));
    }
}

#[test]
fn secrets_at_the_cap_do_not_leave_in_part() {
    let app = app();
    for at in [4060, 4070, 4080, 4090, 4100] {
        let body =
            format!(r#"{{"pad":"{}","password":"CANARY-secret-over-the-cap"}}"#, "x".repeat(at));
        app.same(post_json("/echo", &body));
    }
    for span in app.held(5) {
        assert!(sent(&span).starts_with("[CLIENT_REDACTED] [truncated"), "{}", sent(&span));
    }
}

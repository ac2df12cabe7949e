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

/// A file that the cap has room for, and one of 5 MiB that it has not: the app has every byte of both.
#[test]
fn large_files_are_named_or_withheld() {
    const CAP: usize = 512 * 1024;
    let app = TestApp::start(
        |b| b.capture_request_body(true).max_body_bytes(CAP),
        |cfg| {
            cfg.app_data(web::PayloadConfig::new(16 << 20)).route(
                "/",
                web::post().to(|body: web::Bytes| async move {
                    let sum = body.iter().fold(7, |sum: u64, byte| {
                        sum.wrapping_mul(31).wrapping_add(u64::from(*byte))
                    });
                    HttpResponse::Ok().body(format!("{} {sum}", body.len()))
                }),
            );
        },
    );
    for (n, length) in [400 * 1024, 5 * 1024 * 1024].into_iter().enumerate() {
        let mut body = b"--b\r\nContent-Disposition: form-data; name=\"f\"; \
            filename=\"CANARY.png\"\r\nContent-Type: image/png\r\n\r\n"
            .to_vec();
        body.extend((0..length).map(|n| (n as u32).wrapping_mul(0x9E37_79B1).to_be_bytes()[0]));
        body.extend_from_slice(b"\r\n--b--\r\n");
        app.same(post_bytes("/", &[("Content-Type", "multipart/form-data; boundary=b")], &body));
        let span = &app.held(n + 1)[n];
        let size = body.len();
        let leaves = match length < CAP {
            true => format!(r#"[{{"name":"f","file":"[image/png, {length} B]"}}]"#),
            false => {
                format!("[CLIENT_REDACTED] [truncated multipart/form-data, {CAP} of {size} B]")
            }
        };
        assert_eq!(sent(span), leaves);
        assert_eq!(span.int_attr("http.request.body.size"), Some(size as i64));
    }
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

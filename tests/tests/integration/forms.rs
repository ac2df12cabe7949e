//! Forms, files and bytes that are no text.

use actix_web::{Error, HttpResponse, web};
use apitoolkit_actix::testing::Span;
use apitoolkit_tests::{SOON, TestApp};
use futures_util::stream;

use crate::requests::{get, post_bytes, request};

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

const FORM: (&str, &str) = ("Content-Type", "multipart/form-data; boundary=b");

/// A form with a file, fields before and after it, and a secret in each.
fn form_with_file(title: &str, length: usize) -> Vec<u8> {
    let part = "\r\n--b\r\nContent-Disposition: form-data; name=";
    let mut body = format!(
        "--b\r\nContent-Disposition: form-data; name=title\r\n\r\n{title}\
         {part}\"password\"\r\n\r\nCANARY-pass\
         {part}\"f\"; filename=\"CANARY.png\"\r\nContent-Type: image/png\r\n\r\n"
    )
    .into_bytes();
    let file = body.len();
    body.extend((0..length).map(|n| (n as u32).wrapping_mul(0x9E37_79B1).to_be_bytes()[0]));
    // It begins like what ends it, again and again.
    for at in (file..body.len().saturating_sub(16)).step_by(10_007) {
        body[at..at + 13].copy_from_slice(b"CANARY\r\n--\r\n-");
    }
    body.extend_from_slice(format!("{part}\"after\"\r\n\r\nx\r\n--b--\r\n").as_bytes());
    body
}

/// What leaves of it.
fn told(title: &str, length: usize) -> String {
    format!(
        r#"[{{"name":"title","value":"{title}"}},{{"name":"password","value":"[CLIENT_REDACTED]"}},{{"name":"f","file":"[image/png, {length} B]"}},{{"name":"after","value":"x"}}]"#
    )
}

/// An app that answers with a sum over every byte of the body.
fn summing(cap: Option<usize>) -> TestApp {
    TestApp::start(
        move |b| match cap {
            Some(cap) => b.capture_request_body(true).max_body_bytes(cap),
            None => b.capture_request_body(true),
        },
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
    )
}

/// In chunks of one size, after which the server closes.
fn chunked(body: &[u8], size: usize) -> Vec<u8> {
    let headers = [FORM, ("Transfer-Encoding", "chunked")];
    let mut bytes = request("POST", "/", &headers, "").into_bytes();
    for chunk in body.chunks(size) {
        bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        bytes.extend_from_slice(chunk);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"0\r\n\r\n");
    bytes
}

/// At the default cap: the app has every byte of them, and none of them is kept.
#[test]
fn files_far_over_the_cap_are_named() {
    let app = summing(None);
    let mut n = 0;
    for length in [0, 1, 60_000, 400 * 1024, 5 * 1024 * 1024] {
        let body = form_with_file("hello", length);
        for bytes in [post_bytes("/", &[FORM], &body), chunked(&body, 7_001)] {
            let answer = app.same(bytes);
            assert!(answer.contains(&format!("\r\n\r\n{} ", body.len())), "{answer}");
            n += 1;
            let span = &app.held(n)[n - 1];
            assert_eq!(sent(span), told("hello", length));
            assert_eq!(span.int_attr("http.request.body.size"), Some(body.len() as i64));
        }
    }
}

/// The cap is for what is kept: a form is withheld for its fields, and not for its files.
#[test]
fn fields_over_the_cap_withhold_the_form() {
    const CAP: usize = 1_000;
    let app = summing(Some(CAP));
    let rest = form_with_file("", 0).len();
    for (n, over) in [0, 1].into_iter().enumerate() {
        let title = "x".repeat(CAP - rest + over);
        let body = form_with_file(&title, 100_000);
        app.same(post_bytes("/", &[FORM], &body));
        let leaves = match over {
            0 => told(&title, 100_000),
            _ => format!(
                "[CLIENT_REDACTED] [truncated multipart/form-data, {CAP} of {} B]",
                body.len()
            ),
        };
        assert_eq!(sent(&app.held(n + 1)[n]), leaves);
    }
}

#[test]
fn a_form_that_ends_within_a_file_is_withheld() {
    let app = summing(None);
    let body = form_with_file("hello", 1_000_000);
    app.same(chunked(&body[..500_000], 65_536));
    let withheld = "[CLIENT_REDACTED] [unparseable multipart/form-data, 500000 B]";
    assert_eq!(sent(&app.held_one()), withheld);

    let mut client = app.connect();
    client.send(&post_bytes("/", &[FORM], &body)[..500_000]);
    client.reset();
    app.collector.wait_for_spans(2, SOON).unwrap();
    let spans = app.held(2);
    // The reset may overtake the bytes.
    if let Some(body) = spans[1].request_body() {
        let body = String::from_utf8(body).unwrap();
        assert!(body.starts_with("[CLIENT_REDACTED] [truncated multipart/form-data, "), "{body}");
    }
}

/// Apps answer with forms, too: whole, or piece by piece.
#[test]
fn files_of_an_answer_are_named_and_not_kept() {
    const LENGTH: usize = 5 * 1024 * 1024;
    let answer = |pieces: usize| {
        move || async move {
            let body = web::Bytes::from(form_with_file("hello", LENGTH));
            let mut answer = HttpResponse::Ok();
            answer.content_type(FORM.1);
            if pieces == 0 {
                return answer.body(body);
            }
            let pieces = body.chunks(pieces).map(web::Bytes::copy_from_slice).collect::<Vec<_>>();
            answer.streaming(stream::iter(pieces.into_iter().map(Ok::<_, Error>)))
        }
    };
    let app = TestApp::start(
        |b| b.capture_response_body(true),
        move |cfg| {
            cfg.route("/whole", web::get().to(answer(0)));
            cfg.route("/pieces", web::get().to(answer(7_001)));
        },
    );
    for (n, path) in ["/whole", "/pieces"].into_iter().enumerate() {
        app.same(get(path));
        let span = &app.held(n + 1)[n];
        let body = String::from_utf8(span.response_body().unwrap()).unwrap();
        assert_eq!(body, told("hello", LENGTH), "{path}");
        let size = form_with_file("hello", LENGTH).len() as i64;
        assert_eq!(span.int_attr("http.response.body.size"), Some(size), "{path}");
    }
}

/// A form in a coding, or in a character set that is not the bytes', is kept like any other body.
#[test]
fn forms_that_are_no_plain_text_are_held_to_the_cap_whole() {
    let app = summing(None);
    let body = form_with_file("hello", 100_000);
    let latin = ("Content-Type", "multipart/form-data; boundary=b; charset=latin1");
    for (n, headers) in
        [&[FORM, ("Content-Encoding", "gzip")][..], &[latin]].into_iter().enumerate()
    {
        let answer = app.same(post_bytes("/", headers, &body));
        assert!(answer.starts_with("HTTP/1.1 "), "{answer}");
        let leaves = sent(&app.held(n + 1)[n]);
        assert!(leaves.starts_with("[CLIENT_REDACTED] [truncated multipart"), "{leaves}");
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

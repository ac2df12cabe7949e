//! Request bodies: what is sent is what the app gave, and what is recorded is that.

use apitoolkit_actix::{ObservedReqwest, testing::Span};
use apitoolkit_tests::{Answer, Received, Upstream};
use bytes::Bytes;
use futures_util::stream;
use http_body_util::Full;
use reqwest::Body;

use crate::support::{Caller, bare, observed, plain, run};

const LEFT_OUT: &[&str] = &["traceparent", "host"];

/// Sends a body with and without us to the same server, which has to be sent the same.
fn sent(
    body: impl Fn() -> Body,
    by: impl FnOnce(ObservedReqwest) -> ObservedReqwest,
) -> (Received, Span) {
    let upstream = Upstream::saying("hello");
    let caller = Caller::new();
    run(async {
        for client in [observed(plain(), by(caller.middleware())), bare(plain())] {
            let request = client.post(upstream.url("/")).header("content-type", "text/plain");
            let answer = request.body(body()).send().await.unwrap();
            assert_eq!(answer.text().await.unwrap(), "hello");
        }
    });
    let received = upstream.received();
    let [with, without] = received.as_slice() else { panic!("{received:#?}") };
    assert_eq!(with.head_without(LEFT_OUT), without.head_without(LEFT_OUT));
    assert_eq!((&with.body, with.length), (&without.body, without.length));
    (with.clone(), caller.held_one())
}

fn capturing(by: ObservedReqwest) -> ObservedReqwest {
    by.capture_request_body(true).max_body_bytes(10)
}

/// Ten chunks of ten bytes.
fn chunks() -> Body {
    let chunks = (0..10_u8).map(|n| Ok::<_, std::io::Error>(Bytes::from(vec![b'0' + n; 10])));
    Body::wrap_stream(stream::iter(chunks))
}

#[test]
fn a_body_in_memory() {
    let (received, span) = sent(|| Body::from("0123456789"), capturing);
    assert_eq!(received.the("content-length"), "10");
    assert_eq!(span.request_body().as_deref(), Some(&b"0123456789"[..]));
    assert_eq!(span.int_attr("http.request.body.size"), Some(10));

    let (_, span) = sent(|| Body::from("0123456789"), |by| by);
    assert_eq!(span.request_body(), None);
    assert_eq!(span.int_attr("http.request.body.size"), Some(10));
}

#[test]
fn a_body_in_memory_that_is_too_large() {
    let (received, span) = sent(|| Body::from("x".repeat(100_000)), capturing);
    assert_eq!(received.length, 100_000);
    let exactly = sent(|| Body::from("0123456789"), capturing).1.request_body().unwrap();
    let cut = span.request_body().unwrap();
    assert_ne!(cut, exactly);
    assert!(cut.len() < 200 && cut != b"xxxxxxxxxx", "it is said that there is more: {cut:?}");
    assert_eq!(span.int_attr("http.request.body.size"), Some(100_000));
}

/// Of a form in memory and of one that is streamed.
#[test]
fn files_of_forms_are_named() {
    let part = "\r\n--b\r\nContent-Disposition: form-data; name=";
    let form = format!(
        "--b\r\nContent-Disposition: form-data; name=a\r\n\r\n1\
         {part}f; filename=CANARY\r\n\r\n{}{part}token\r\n\r\nCANARY\r\n--b--",
        "CANARY\r\n--".repeat(100_000)
    );
    let upstream = Upstream::saying("hello");
    let caller = Caller::new();
    run(async {
        let client = observed(plain(), caller.middleware().capture_request_body(true));
        let chunks: Vec<_> = form.as_bytes().chunks(10_000).map(Bytes::copy_from_slice).collect();
        let chunks = stream::iter(chunks.into_iter().map(Ok::<_, std::io::Error>));
        for body in [Body::from(form.clone()), Body::wrap_stream(chunks)] {
            let kind = ("content-type", "multipart/form-data; boundary=b");
            client.post(upstream.url("/")).header(kind.0, kind.1).body(body).send().await.unwrap();
        }
    });
    assert!(upstream.received().iter().all(|request| request.content == form.as_bytes()));
    for span in caller.held(2) {
        assert_eq!(
            String::from_utf8(span.request_body().unwrap()).unwrap(),
            r#"[{"name":"a","value":"1"},{"name":"f","file":"[application/octet-stream, 1000000 B]"},{"name":"token","value":"[CLIENT_REDACTED]"}]"#
        );
        assert_eq!(span.int_attr("http.request.body.size"), Some(form.len() as i64));
    }
}

#[test]
fn a_stream() {
    let (received, span) = sent(chunks, |by| by.capture_request_body(true));
    assert_eq!(received.the("transfer-encoding"), "chunked");
    assert_eq!(span.request_body().unwrap(), received.content);
    assert_eq!(span.request_body().unwrap().len(), 100);
    assert_eq!(span.int_attr("http.request.body.size"), Some(100));

    let (received, span) = sent(chunks, |by| by);
    assert_eq!(received.length, 100);
    assert_eq!(span.request_body(), None);
    assert_eq!(span.int_attr("http.request.body.size"), Some(100));
}

#[test]
fn a_stream_with_a_length() {
    let body = || Body::wrap(Full::new(Bytes::from_static(b"0123456789")));
    let (received, span) = sent(body, capturing);
    assert_eq!(received.the("content-length"), "10");
    assert_eq!(span.request_body().as_deref(), Some(&b"0123456789"[..]));
    assert_eq!(span.int_attr("http.request.body.size"), Some(10));

    let (received, span) = sent(body, |by| by);
    assert_eq!(received.the("content-length"), "10");
    assert_eq!(span.request_body(), None);
    assert_eq!(span.int_attr("http.request.body.size"), Some(10));
}

#[test]
fn no_body() {
    let (received, span) = sent(|| Body::from(""), capturing);
    assert_eq!(received.length, 0);
    assert_eq!(span.request_body(), None);
    let (_, span) =
        sent(|| Body::wrap_stream(stream::empty::<Result<Bytes, std::io::Error>>()), capturing);
    assert_eq!(span.request_body(), None);
    assert_eq!(span.int_attr("http.request.body.size"), Some(0));
}

#[test]
fn an_answer_before_the_body_was_sent() {
    let upstream = Upstream::start(|_| Answer::new(413, &[("connection", "close")], "too large"));
    let caller = Caller::new();
    run(async {
        let client = observed(plain(), caller.middleware().capture_request_body(true));
        let request = client.post(upstream.url("/")).header("expect", "100-continue");
        let answer = request.body(chunks()).send().await.unwrap();
        assert_eq!(answer.status(), 413);
        assert_eq!(answer.text().await.unwrap(), "too large");
    });
    assert_eq!(caller.held_one().int_attr("http.response.status_code"), Some(413));
}

#[test]
fn a_large_upload_goes_by() {
    const CHUNK: usize = 64 * 1024;
    const CHUNKS: usize = 512;
    let body = || {
        let chunk = Bytes::from(vec![b'x'; CHUNK]);
        let chunks = std::iter::repeat_n(chunk, CHUNKS).map(Ok::<_, std::io::Error>);
        Body::wrap_stream(stream::iter(chunks))
    };
    let (received, span) = sent(body, capturing);
    assert_eq!((received.length, received.complete), ((CHUNK * CHUNKS) as u64, true));
    assert_eq!(span.int_attr("http.request.body.size"), Some((CHUNK * CHUNKS) as i64));
    assert!(span.request_body().unwrap().len() < 200);
}

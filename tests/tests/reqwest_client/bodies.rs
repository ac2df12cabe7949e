//! When a call ends, and what is known of its answer's body by then.

use apitoolkit_actix::testing::Span;
use apitoolkit_tests::{Answer, Gate, Upstream};
use futures_util::StreamExt as _;

use crate::support::{Caller, observed, plain, run};

/// Nothing was exported so far.
fn assert_open(caller: &Caller) {
    caller.telemetry.flush().unwrap();
    assert_eq!(caller.collector.spans(), []);
    assert_eq!(caller.telemetry.stats().exchanges_created(), 1);
}

fn text(span: &Span) -> Option<String> {
    span.response_body().map(|body| String::from_utf8(body).unwrap())
}

#[test]
fn a_call_ends_with_the_last_byte() {
    let gate = Gate::default();
    let held = gate.clone();
    let upstream = Upstream::start(move |_| {
        let headers = [("content-type", "text/plain"), ("content-length", "10")];
        Answer::head(200, &headers).then("01234").when(&held).then("56789")
    });
    let caller = Caller::new();
    run(async {
        let client = observed(plain(), caller.middleware().capture_response_body(true));
        let mut answer = client.get(upstream.url("/")).send().await.unwrap();
        assert_eq!(answer.chunk().await.unwrap().unwrap(), "01234");
        assert_open(&caller);
        gate.open();
        assert_eq!(answer.chunk().await.unwrap().unwrap(), "56789");
        // Nobody asks whether there are more; the length says that there are none.
        let span = caller.held_one();
        assert_eq!(text(&span).as_deref(), Some("0123456789"));
        assert_eq!(span.int_attr("http.response.body.size"), Some(10));
        assert_eq!(answer.chunk().await.unwrap(), None);
    });
    caller.held(1);
}

#[test]
fn a_stream_ends_with_its_end() {
    let gate = Gate::default();
    let held = gate.clone();
    let upstream = Upstream::start(move |_| {
        let headers = [("content-type", "text/plain"), ("transfer-encoding", "chunked")];
        Answer::head(200, &headers).then("5\r\n01234\r\n").when(&held).then("0\r\n\r\n")
    });
    let caller = Caller::new();
    run(async {
        let client = observed(plain(), caller.middleware().capture_response_body(true));
        let answer = client.get(upstream.url("/")).send().await.unwrap();
        let mut stream = Box::pin(answer.bytes_stream());
        assert_eq!(stream.next().await.unwrap().unwrap(), "01234");
        assert_open(&caller);
        gate.open();
        assert!(stream.next().await.is_none());
        let span = caller.held_one();
        assert_eq!(text(&span).as_deref(), Some("01234"));
        assert_eq!(span.int_attr("http.response.body.size"), Some(5));
    });
    caller.held(1);
}

#[test]
fn a_call_without_a_body_ends_with_the_head() {
    let upstream = Upstream::start(|request| match request.method() {
        "HEAD" => Answer::head(200, &[("content-length", "100")]),
        "DELETE" => Answer::head(204, &[]),
        _ => Answer::new(200, &[], ""),
    });
    for method in ["HEAD", "DELETE", "GET"] {
        let caller = Caller::new();
        run(async {
            let client = observed(plain(), caller.middleware().capture_response_body(true));
            let request = client.request(method.parse().unwrap(), upstream.url("/"));
            let answer = request.send().await.unwrap();
            let span = caller.held_one();
            assert_eq!((text(&span), span.events.len()), (None, 0));
            assert_eq!(span.int_attr("http.response.body.size"), Some(0));
            assert_eq!(answer.bytes().await.unwrap(), "");
        });
        caller.held(1);
    }
}

#[test]
fn a_call_that_becomes_another_protocol_ends_with_the_head() {
    let upstream = Upstream::start(|_| {
        let headers = [("connection", "upgrade"), ("upgrade", "echo")];
        Answer::head(101, &headers).then("CANARY").hang()
    });
    let caller = Caller::new();
    run(async {
        let client = observed(plain(), caller.middleware().capture_response_body(true));
        let request = client.get(upstream.url("/")).header("connection", "upgrade");
        let answer = request.header("upgrade", "echo").send().await.unwrap();
        let span = caller.held_one();
        assert_eq!(span.int_attr("http.response.status_code"), Some(101));
        assert_eq!((span.events.len(), text(&span)), (0, None));
        assert_eq!(span.attr("http.response.body.size"), None);
        drop(answer.upgrade().await.unwrap());
    });
    caller.held(1);
}

#[test]
fn a_body_that_ends_with_the_connection() {
    let upstream = Upstream::start(|_| {
        Answer::head(200, &[("content-type", "text/plain")]).then("abc").close()
    });
    let caller = Caller::new();
    run(async {
        let client = observed(plain(), caller.middleware().capture_response_body(true));
        let answer = client.get(upstream.url("/")).send().await.unwrap();
        assert_eq!(answer.text().await.unwrap(), "abc");
    });
    let span = caller.held_one();
    assert_eq!(text(&span).as_deref(), Some("abc"));
    assert_eq!(span.int_attr("http.response.body.size"), Some(3));
}

#[test]
fn a_large_download_goes_by() {
    const CHUNK: usize = 64 * 1024;
    const CHUNKS: usize = 512;
    let upstream = Upstream::start(|_| {
        let length = (CHUNK * CHUNKS).to_string();
        let headers = [("content-type", "text/plain"), ("content-length", length.as_str())];
        Answer::head(200, &headers).repeat([b'x'; CHUNK], CHUNKS)
    });
    let caller = Caller::new();
    run(async {
        let by = caller.middleware().capture_response_body(true).max_body_bytes(1_000);
        let answer = observed(plain(), by).get(upstream.url("/")).send().await.unwrap();
        let mut stream = Box::pin(answer.bytes_stream());
        let mut seen = 0;
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.unwrap();
            assert!(chunk.iter().all(|byte| *byte == b'x'));
            seen += chunk.len();
            // Of all that, the most that is held.
            assert!(caller.telemetry.stats().buffered_bytes() <= 64 * 1024);
        }
        assert_eq!(seen, CHUNK * CHUNKS);
    });
    let span = caller.held_one();
    assert_eq!(span.int_attr("http.response.body.size"), Some((CHUNK * CHUNKS) as i64));
    assert!(span.response_body().unwrap().len() < 2_000);
}

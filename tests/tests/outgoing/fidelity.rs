//! The callee gets what a bare client would send it, and the propagation headers.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use actix_http::body::{BodySize, MessageBody};
use actix_web::http::{Version, header};
use apitoolkit_tests::{Answer, Received, TestApp, Upstream};
use awc::{cookie::Cookie, http::Method};
use bytes::Bytes;
use futures_util::stream;
use serde_json::json;

use crate::{
    support::{Here, app, ask},
    ways::{CALLS, RECORDED, same},
};

const PROPAGATION: [&str; 2] = ["traceparent", "date"];

/// Every call of a `same!` sent the same bytes, but for `traceparent` in those that are recorded.
pub(crate) fn assert_same(upstream: &Upstream, ways: usize) -> Vec<Received> {
    let received = upstream.received();
    assert_eq!(received.len(), ways * CALLS);
    let mut bare = Vec::new();
    for calls in received.chunks(CALLS) {
        let first = &calls[0];
        assert_eq!(first.header("traceparent"), [""; 0]);
        for call in &calls[1..] {
            assert_eq!(call.header("traceparent").len(), 1, "{}", call.head);
            assert_eq!(call.head_without(&PROPAGATION), first.head_without(&PROPAGATION));
            assert_eq!(call.header("date").len(), first.header("date").len());
            assert_eq!((&call.body, call.length), (&first.body, first.length));
            assert_eq!(call.complete, first.complete);
        }
        bare.push(first.clone());
    }
    bare
}

pub(crate) fn held(app: &TestApp, ways: usize) {
    drop(app.held_calls(1, ways * RECORDED));
}

/// Says back what it was asked, so that a difference would be seen by the caller too.
pub(crate) fn echo() -> Upstream {
    Upstream::start(|request| {
        let status = if request.target().contains("/missing") { 404 } else { 200 };
        let set = ("set-cookie", "sid=CANARY-1; Path=/");
        match request.method() {
            "HEAD" => Answer::head(status, &[("content-length", "12"), set]),
            _ => Answer::new(status, &[("x-one", "1"), ("x-one", "2"), set], &request.content),
        }
    })
}

#[test]
fn every_method() {
    let upstream = echo();
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            let url = || here.url("/p/a%20th?q=1&%71=2");
            same!(here, |client| client.get(url()).send());
            same!(here, |client| client.post(url()).send());
            same!(here, |client| client.put(url()).send());
            same!(here, |client| client.patch(url()).send());
            same!(here, |client| client.delete(url()).send());
            same!(here, |client| client.head(url()).send());
            same!(here, |client| client.options(url()).send());
            same!(here, |client| client.request(Method::TRACE, url()).send());
            same!(here, |client| client.request(Method::from_bytes(b"get").unwrap(), url()).send());
            same!(here, |client| client.get(here.url("/missing")).send());
            String::new()
        },
    );
    ask(&app);
    let sent = assert_same(&upstream, 10);
    let methods: Vec<_> = sent.iter().map(Received::method).collect();
    let all = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "get", "GET"];
    assert_eq!(methods, all);
    held(&app, 10);
}

#[test]
fn everything_that_is_said_of_a_request() {
    let upstream = echo();
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            let url = || here.url("/");
            same!(here, |client| client
                .get(url())
                .query(&[("a", "b c"), ("a", "é")])
                .unwrap()
                .send());
            same!(here, |client| client.get(url()).cookie(Cookie::new("sid", "CANARY 1")).send());
            same!(here, |client| client.get(url()).basic_auth("me", "CANARY").send());
            same!(here, |client| client.get(url()).bearer_auth("CANARY").send());
            same!(here, |client| client
                .get(url())
                .insert_header(("x-app", "1"))
                .append_header(("X-App", "2"))
                .insert_header_if_none(("x-app", "3"))
                .insert_header_if_none(("x-other", "4"))
                .camel_case()
                .force_close()
                .send());
            same!(here, |client| client.post(url()).content_type("text/csv").send_body("a,b"));
            same!(here, |client| client.post(url()).content_length(3).send_body("a,b"));
            same!(here, |client| client.get(url()).no_decompress().send());
            same!(here, |client| client.get(url()).version(Version::HTTP_10).send());
            same!(here, |client| client.get("/").uri(url()).method(Method::PUT).send());
            same!(here, |client| client
                .get("http://elsewhere.test/x")
                .address(here.upstream)
                .send());
            same!(here, |client| {
                let mut request = client.get(url());
                request.headers_mut().insert(header::ACCEPT, "text/*".parse().unwrap());
                assert_eq!(request.headers().len(), 1);
                assert_eq!(request.get_method(), Method::GET);
                assert_eq!(request.get_uri(), &*url());
                request.send()
            });
            String::new()
        },
    );
    ask(&app);
    let sent = assert_same(&upstream, 12);
    assert_eq!(sent[0].target(), "/?a=b+c&a=%C3%A9");
    assert_eq!(sent[1].the("cookie"), "sid=CANARY%201");
    assert!(sent[4].head.contains("X-App: 1\r\nX-App: 2\r\n"));
    assert_eq!(sent[10].the("host"), "elsewhere.test");
    held(&app, 12);
}

/// A body whose size is known, and which comes in chunks.
pub(crate) struct Chunks(Vec<&'static str>);

impl MessageBody for Chunks {
    type Error = std::io::Error;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.0.iter().map(|chunk| chunk.len() as u64).sum())
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        cx.waker().wake_by_ref();
        Poll::Ready(self.0.pop().map(|chunk| Ok(Bytes::from_static(chunk.as_bytes()))))
    }
}

pub(crate) fn chunks() -> Chunks {
    Chunks(vec!["third", "second", "first"])
}

pub(crate) fn streamed(
    chunks: &'static [&'static str],
) -> impl stream::Stream<Item = Result<Bytes, std::io::Error>> + use<> {
    stream::iter(chunks.iter().map(|chunk| Ok(Bytes::from_static(chunk.as_bytes()))))
}

#[test]
fn every_way_to_send_a_body() {
    let upstream = echo();
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            let url = || here.url("/");
            same!(here, |client| client.post(url()).send_body("text"));
            same!(here, |client| client.post(url()).send_body(String::from("text")));
            same!(here, |client| client.post(url()).send_body(Bytes::from_static(b"\0\xff")));
            same!(here, |client| client.post(url()).send_body(vec![b'x'; 300_000]));
            same!(here, |client| client.post(url()).send_body(""));
            same!(here, |client| client.post(url()).send_body(()));
            same!(here, |client| client.post(url()).send_body(chunks()));
            same!(here, |client| client.post(url()).send_body(Chunks(Vec::new())));
            same!(here, |client| client.post(url()).send_json(&json!({"a": [1, "é"]})));
            same!(here, |client| client.post(url()).send_form(&[("a", "b c"), ("d", "é")]));
            same!(here, |client| client.post(url()).send_stream(streamed(&["a", "bc", "def"])));
            same!(here, |client| client.post(url()).send_stream(streamed(&[])));
            same!(here, |client| client.get(url()).send_stream(streamed(&["a"])));
            String::new()
        },
    );
    ask(&app);
    let sent = assert_same(&upstream, 13);
    assert_eq!(sent[6].content, b"firstsecondthird");
    assert_eq!(
        (sent[8].the("content-type"), sent[8].the("content-length")),
        ("application/json", "14")
    );
    assert_eq!(sent[10].body, b"1\r\na\r\n2\r\nbc\r\n3\r\ndef\r\n0\r\n\r\n");
    held(&app, 13);
}

/// `Expect: 100-continue`: the body is sent when the callee says so, and not before.
#[test]
fn asking_first() {
    let upstream = Upstream::start(|request| match request.target() {
        "/no" => Answer::new(417, &[("connection", "close")], "no").close(),
        _ if request.length == 0 => Answer::go_on(),
        _ => Answer::ok(&request.content),
    });
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            let ask = ("expect", "100-continue");
            for path in ["/yes", "/no"] {
                let url = || here.url(path);
                same!(here, |client| client.post(url()).insert_header(ask).send_body("text"));
                same!(here, |client| client.post(url()).insert_header(ask).send_body(chunks()));
                let stream = || streamed(&["a", "bc"]);
                same!(here, |client| client.post(url()).insert_header(ask).send_stream(stream()));
                same!(here, |client| {
                    client.post(url()).insert_header(ask).freeze().unwrap().send_body("text")
                });
            }
            let seen = same!(here, |client| client.post(here.url("/")).insert_header(ask).send());
            seen.error().unwrap().to_owned()
        },
    );
    // What awc says of a request that asks whether it may send nothing.
    assert!(ask(&app).contains("disconnected"));
    let sent = assert_same(&upstream, 8);
    for (n, request) in sent.iter().enumerate() {
        assert_eq!((request.content.is_empty(), request.complete), (n > 3, n < 4));
    }
    held(&app, 9);
}

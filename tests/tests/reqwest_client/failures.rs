//! Calls that get no answer: the word for each, and the caller's error as it was.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener},
    thread,
    time::Duration,
};

use apitoolkit_actix::testing::Span;
use apitoolkit_tests::{Answer, Upstream};
use futures_util::stream;
use reqwest::{
    Body,
    dns::{Name, Resolve, Resolving},
};
use reqwest_middleware::{ClientWithMiddleware, Error, RequestBuilder};
use serde_json::json;

use crate::{
    fidelity::causes,
    support::{Caller, bare, observed, plain, resolving, run},
};

/// Everything that an error tells its caller.
pub(crate) fn told(error: &Error) -> Vec<String> {
    let is = [
        error.is_middleware(),
        error.is_builder(),
        error.is_redirect(),
        error.is_status(),
        error.is_timeout(),
        error.is_request(),
        error.is_connect(),
        error.is_body(),
        error.is_decode(),
    ];
    let mut told = vec![format!("{is:?} {:?} {:?}", error.url(), error.status())];
    told.extend(causes(error));
    // The way of a body through us says once more that it was an error of one.
    told.dedup();
    told
}

/// Makes a call with and without us, compares what the callers were told, and returns the span.
fn failed(
    builder: impl Fn() -> reqwest::ClientBuilder,
    request: impl Fn(&ClientWithMiddleware) -> RequestBuilder,
) -> Span {
    let caller = Caller::new();
    let (with, without) = run(async {
        let by = caller.middleware().capture_request_body(true).capture_response_body(true);
        let with = request(&observed(builder(), by)).send().await.unwrap_err();
        (with, request(&bare(builder())).send().await.unwrap_err())
    });
    assert_eq!(told(&with), told(&without));
    caller.held_one()
}

/// Checks what the span of every call says that got no answer, with this word.
fn assert_word(span: &Span, word: &str) {
    assert_eq!(span.str_attr("error.type"), Some(word), "{span:#?}");
    assert_eq!(span.attr("http.response.status_code"), None);
    assert_eq!(span.to_stable_json(&[])["status"]["code"], json!("Error"));
    let [event] = span.events.as_slice() else { panic!("{span:#?}") };
    assert_eq!(event.name, "exception");
    assert_eq!(event.attributes.str("exception.type"), Some("reqwest::Error"));
    let message = event.attributes.str("exception.message").unwrap();
    assert!(!message.is_empty() && !message.contains("http"), "no URL: {message}");
}

/// A server that says these bytes to whoever connects, and nothing more until the client goes.
fn saying(bytes: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let _ = stream.write_all(bytes);
            while stream.read(&mut [0; 1024]).is_ok_and(|n| n > 0) {}
        }
    });
    address
}

struct NoNames;

impl Resolve for NoNames {
    fn resolve(&self, _: Name) -> Resolving {
        Box::pin(async { Err("no such name".into()) })
    }
}

#[test]
fn refused() {
    let free = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    let span = failed(plain, |client| client.get(format!("http://{free}/?sig=CANARY")));
    assert_word(&span, "connect");
    assert_eq!(span.str_attr("url.full"), Some(format!("http://{free}/?sig=REDACTED").as_str()));
    assert_eq!(span.int_attr("server.port"), Some(i64::from(free.port())));
}

#[test]
fn no_such_name() {
    let url = "http://nobody.test/?sig=CANARY";
    let span = failed(|| resolving(NoNames), |client| client.get(url));
    assert_word(&span, "dns");
    assert_eq!(span.str_attr("server.address"), Some("nobody.test"));
    assert_eq!(span.int_attr("server.port"), Some(80));
}

#[test]
fn no_tls() {
    let address = saying(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    let span = failed(plain, |client| client.get(format!("https://{address}/?sig=CANARY")));
    assert_word(&span, "tls");
    assert_eq!(span.str_attr("url.scheme"), Some("https"));
}

#[test]
fn too_slow() {
    let upstream = Upstream::start(|_| Answer::never());
    let span = failed(plain, |client| {
        client.get(upstream.url("/?sig=CANARY")).timeout(Duration::from_millis(50))
    });
    assert_word(&span, "timeout");
    assert!(span.duration() >= Duration::from_millis(50), "{:?}", span.duration());
}

#[test]
fn closed() {
    let answers: [fn() -> Answer; 3] = [
        || Answer::default().close(),
        || Answer::default().then("HTTP/1.1 200 OK\r\ncontent-le").close(),
        || Answer::default().reset(),
    ];
    for answer in answers {
        let upstream = Upstream::start(move |_| answer());
        let span = failed(plain, |client| client.get(upstream.url("/?sig=CANARY")));
        assert_word(&span, "closed");
    }
}

#[test]
fn no_http() {
    let upstream = Upstream::start(|_| Answer::default().then("nonsense\r\n\r\n").close());
    let span = failed(plain, |client| client.get(upstream.url("/?sig=CANARY")));
    assert_word(&span, "invalid_response");
}

#[test]
fn no_http2() {
    let upstream = Upstream::start(|_| Answer::new(400, &[], "").hang());
    let builder = || plain().http2_prior_knowledge();
    let span = failed(builder, |client| client.get(upstream.url("/?sig=CANARY")));
    assert_word(&span, "http2");
}

#[test]
fn no_url_for_the_client() {
    let span = failed(plain, |client| client.get("ftp://h/?sig=CANARY"));
    assert_word(&span, "invalid_url");
    assert_eq!(span.str_attr("url.full"), Some("ftp://h/?sig=REDACTED"));
    let span = failed(|| plain().https_only(true), |client| client.get("http://h/?sig=CANARY"));
    assert_word(&span, "invalid_url");
}

#[test]
fn a_loop_of_redirects() {
    let upstream = Upstream::start(|_| Answer::redirect(302, "/?sig=CANARY"));
    let span = failed(plain, |client| client.get(upstream.url("/first")));
    assert_word(&span, "redirect");
    assert_eq!(span.str_attr("url.path"), Some("/first"));
    assert_eq!(upstream.received().len(), 2 * 11, "one request, and ten redirects followed");
}

#[test]
fn a_redirect_to_where_the_client_does_not_go() {
    let upstream = Upstream::start(|_| Answer::redirect(302, "http://other.test/?sig=CANARY"));
    let policy = reqwest::redirect::Policy::custom(|attempt| {
        if attempt.url().host_str() == Some("other.test") {
            let url = attempt.url().to_string();
            attempt.error(format!("not to {url}"))
        } else {
            attempt.follow()
        }
    });
    let policy = std::sync::Mutex::new(Some(policy));
    let caller = Caller::new();
    let builder = plain().redirect(policy.lock().unwrap().take().unwrap());
    let error = run(observed(builder, caller.middleware()).get(upstream.url("/")).send());
    assert!(error.unwrap_err().is_redirect());
    assert_eq!(caller.held_one().str_attr("error.type"), Some("redirect"));
}

#[test]
fn a_body_that_cannot_be_sent() {
    let upstream = Upstream::saying("hello");
    let span = failed(plain, |client| {
        let parts = [Ok("first"), Err(std::io::Error::other("no luck, token=CANARY"))];
        client.post(upstream.url("/?sig=CANARY")).body(Body::wrap_stream(stream::iter(parts)))
    });
    assert_word(&span, "request_body");
    assert_eq!(span.attr("http.request.body.size"), None, "it did not get to its end");
}

#[test]
fn a_body_that_breaks_off() {
    let upstream = Upstream::start(|_| {
        let headers = [("content-length", "100"), ("content-type", "text/plain")];
        Answer::head(200, &headers).then("0123456789").close()
    });
    let caller = Caller::new();
    run(async {
        let client = observed(plain(), caller.middleware());
        let answer = client.get(upstream.url("/?sig=CANARY")).send().await.unwrap();
        answer.bytes().await.unwrap_err();
    });
    let span = caller.held_one();
    assert_eq!(span.str_attr("error.type"), Some("response_body"));
    assert_eq!(span.int_attr("http.response.status_code"), Some(200));
    assert_eq!(span.to_stable_json(&[])["status"]["code"], json!("Error"));
    assert_eq!(span.events_named("exception").count(), 1);
}

#[test]
fn a_client_that_cannot_do_what_it_is_asked() {
    // A version that the connection does not speak.
    let upstream = Upstream::saying("hello");
    let span = failed(plain, |client| {
        client.get(upstream.url("/?sig=CANARY")).version(http::Version::HTTP_2)
    });
    assert_word(&span, "_OTHER");
}

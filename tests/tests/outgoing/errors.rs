//! Calls that fail: the caller's error is awc's own, and the span says what went wrong in
//! one of a few words.

use std::{
    io,
    net::{SocketAddr, TcpListener},
};

use apitoolkit_actix::{
    observed_client,
    testing::{Span, StatusCode},
};
use apitoolkit_tests::{Answer, TestApp, Upstream};
use awc::Client;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};

use crate::{
    support::{Here, app, ask, text},
    ways::{RECORDED, Seen, each, same},
};

/// A failed call: its one error, and the words for it.
fn assert_failed(call: &Span, word: &str) -> String {
    assert_eq!(call.str_attr("error.type"), Some(word));
    assert_eq!(call.attr("http.response.status_code"), None);
    assert_eq!(call.status.code, StatusCode::Error);
    let [event] = call.events.as_slice() else { panic!("{:?}", call.events) };
    assert_eq!(event.name, "exception");
    assert_eq!(event.attributes.str("exception.type"), Some("awc::error::SendRequestError"));
    let message = event.attributes.str("exception.message").unwrap();
    assert_eq!(call.status.message, message);
    message.to_owned()
}

fn all_failed(app: &TestApp, calls: usize, word: &str) -> Vec<Span> {
    let calls = app.held_calls(1, calls).clients;
    calls.iter().for_each(|call| drop(assert_failed(call, word)));
    calls
}

/// Where nobody listens.
fn deserted() -> SocketAddr {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap()
}

#[test]
fn refused_and_unknown_hosts() {
    let upstream = Upstream::saying("never asked");
    let cases = [
        (format!("http://u:CANARY@{}/?token=CANARY#CANARY", deserted()), "connect"),
        ("http://name.invalid/?sig=CANARY".to_owned(), "dns"),
        // TLS is not built in.
        ("https://u:CANARY@127.0.0.1:1/".to_owned(), "tls"),
    ];
    for (url, word) in cases {
        let app = app(
            &upstream,
            |b| b,
            async move |here: Here| {
                same!(here, |client| client.post(&url).send_body("body"))
                    .error()
                    .unwrap()
                    .to_owned()
            },
        );
        let error = ask(&app);
        for call in all_failed(&app, RECORDED, word) {
            assert_eq!(call.status.message, error);
            let url = call.str_attr("url.full").unwrap();
            assert!(!url.contains("u:") && call.str_attr("server.address").is_some(), "{url}");
        }
    }
    assert_eq!(upstream.accepted(), 0);
}

/// What awc refuses to send is recorded of calls of an observer, which alone hears of it.
#[test]
fn urls_that_awc_refuses() {
    let ftp = Some("ftp://REDACTED:REDACTED@host/file?x=1");
    let cases = [
        ("no url CANARY", None, None, None),
        ("http://[", None, None, None),
        ("", None, None, None),
        ("/only/a/path?token=CANARY", None, Some("/only/a/path"), None),
        ("u:CANARY@host-alone", None, None, Some("host-alone")),
        ("ftp://u:CANARY@host/file?x=1", ftp, Some("/file"), Some("host")),
    ];
    let upstream = Upstream::saying("never asked");
    for (url, full, path, host) in cases {
        let app = app(
            &upstream,
            |b| b,
            async move |here: Here| {
                let bare = Client::new().get(url).send().await.err().unwrap().to_string();
                let ours = here.observe().get(url).send().await.err().unwrap().to_string();
                assert_eq!(ours, bare);
                let plain = observed_client().get(url).send().await.err().unwrap().to_string();
                assert_eq!(plain, bare);
                ours
            },
        );
        let error = ask(&app);
        let call = all_failed(&app, 1, "invalid_url").remove(0);
        assert_eq!(call.status.message, error);
        let url = |key| call.str_attr(key);
        assert_eq!((url("url.full"), url("url.path")), (full, path));
        assert_eq!(url("url.scheme"), full.map(|_| "ftp"));
        assert_eq!((url("server.address"), call.attr("server.port")), (host, None));
    }
    // A header that cannot be: the URL is known.
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            let bad = ("x-bad", "CANARY\n");
            let bare = Client::new().get(here.url("/")).insert_header(bad).send().await;
            let ours = here.observe().get(here.url("/")).insert_header(bad).send().await;
            assert_eq!(ours.err().unwrap().to_string(), bare.err().unwrap().to_string());
            String::new()
        },
    );
    ask(&app);
    let call = all_failed(&app, 1, "invalid_url").remove(0);
    assert_eq!(call.str_attr("url.full"), Some(upstream.url("/").as_str()));
}

#[test]
fn servers_that_break_off() {
    let upstream = Upstream::start(|request| match request.target() {
        "/silent" => Answer::default().then("").close(),
        "/reset" => Answer::default().then("").reset(),
        "/in-head" => Answer::default().then("HTTP/1.1 200 OK\r\ncontent-le").close(),
        "/reset-in-head" => Answer::default().then("HTTP/1.1 200 OK\r\ncontent-le").reset(),
        _ => Answer::default().then("CANARY is no HTTP\r\n\r\n").close(),
    });
    let cases = [
        ("/silent", "closed"),
        ("/reset", "closed"),
        ("/in-head", "closed"),
        ("/reset-in-head", "closed"),
        ("/garbage", "invalid_response"),
    ];
    for (path, word) in cases {
        let app = app(
            &upstream,
            |b| b,
            async move |here: Here| {
                let url = here.url(path);
                same!(here, |client| client.get(&url).send()).error().unwrap().to_owned()
            },
        );
        ask(&app);
        all_failed(&app, RECORDED, word);
    }
}

/// The head came, and not all of the body.
#[test]
fn bodies_that_break_off() {
    let upstream = Upstream::start(|request| match request.target() {
        "/short" => Answer::head(200, &[("content-length", "10")]).then("abc").close(),
        "/reset" => Answer::head(200, &[("content-length", "10")]).then("abc").reset(),
        _ => Answer::head(200, &[("transfer-encoding", "chunked")]).then("zz\r\n"),
    });
    for path in ["/short", "/reset", "/bad-chunks"] {
        let app = app(
            &upstream,
            |b| b,
            async move |here: Here| {
                let url = here.url(path);
                let seen = each!(here, |client| {
                    let seen = Seen::of(client.get(&url).send().await).await;
                    (seen.body().len(), seen.error().map(str::to_owned))
                });
                format!("{seen:?}")
            },
        );
        let seen = ask(&app);
        for call in app.held_calls(1, RECORDED).clients {
            assert_eq!(call.int_attr("http.response.status_code"), Some(200));
            assert_eq!(call.str_attr("error.type"), Some("response_body"), "{path}");
            assert_eq!(call.status.code, StatusCode::Error);
            assert_eq!(
                call.response_body(),
                call.response_body().filter(|body| {
                    String::from_utf8_lossy(body).starts_with("[CLIENT_REDACTED] [")
                })
            );
            // awc gives the caller no error when a connection is closed too early.
            assert_eq!(call.events.len(), usize::from(path != "/short"), "{seen}");
        }
    }
}

#[test]
fn a_request_body_that_fails() {
    let upstream = Upstream::saying("never");
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            let broken = || {
                stream::iter([
                    Ok(Bytes::from("first")),
                    Err(io::Error::other("postgres://u:CANARY@h password=CANARY-1")),
                ])
            };
            let url = here.url("/");
            same!(here, |client| client.post(&url).send_stream(broken()))
                .error()
                .unwrap()
                .to_owned()
        },
    );
    assert!(ask(&app).contains("CANARY"), "the caller's own");
    for call in all_failed(&app, RECORDED, "request_body") {
        assert!(call.status.message.contains("postgres://"), "{}", call.status.message);
    }
}

/// A call fails, and the next on the same worker does not.
#[test]
fn the_worker_goes_on() {
    let upstream = Upstream::saying("hello");
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            for _ in 0..20 {
                let refused = here.observe().get(format!("http://{}/", deserted())).send();
                assert!(refused.await.is_err());
                let stream = stream::repeat(Bytes::from("x")).map(Ok::<_, io::Error>);
                let dropped = here.observe().post(here.url("/")).send_stream(stream);
                drop(dropped);
            }
            text(here.observe().get(here.url("/")).send().await.unwrap()).await
        },
    );
    assert_eq!(ask(&app), "hello");
    let calls = app.held_calls(1, 41).clients;
    let cancelled = calls.iter().filter(|call| call.events_named("cancelled").count() == 1);
    assert_eq!(cancelled.count(), 20);
}

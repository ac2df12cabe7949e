//! The caller gets what a bare client would give it.

use std::io::Write as _;

use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, web};
use apitoolkit_actix::testing::{Span, StatusCode};
use apitoolkit_tests::{Answer, Gate, Settings, TestApp, Upstream};
use awc::{Client, error::WsClientError};
use flate2::{Compression, write::GzEncoder};
use futures_util::StreamExt as _;
use serde_json::{Value, json};

use crate::{
    support::{Caller, Here, app, ask, run, text},
    ways::{RECORDED, Seen, each, same},
};

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn answers_of_every_kind() {
    let upstream = Upstream::start(|request| match request.target() {
        "/json" => Answer::json(r#"{"a":1}"#),
        "/empty" => Answer::new(200, &[], ""),
        "/none" => Answer::head(204, &[("x-one", "1"), ("X-One", "2")]),
        "/chunked" => Answer::head(200, &[("transfer-encoding", "chunked")])
            .then("3;x=y\r\nabc\r\n2\r\nde\r\n0\r\ntrailer: x\r\n\r\n"),
        "/until-closed" => Answer::head(200, &[("connection", "close")]).then("abc").close(),
        "/large" => Answer::new(200, &[], vec![b'x'; 3_000_000]),
        "/gzip" => Answer::new(200, &[("content-encoding", "gzip")], gzip("squeezed")),
        "/broken-gzip" => Answer::new(200, &[("content-encoding", "gzip")], "not gzip at all"),
        "/bad-chunks" => Answer::head(200, &[("transfer-encoding", "chunked")]).then("xyz\r\n"),
        "/short" => Answer::head(200, &[("content-length", "10")]).then("abc").close(),
        _ => Answer::new(404, &[], "missing"),
    });
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            let get = async |path: &str| {
                let url = here.url(path);
                same!(here, |client| client.get(&url).send())
            };
            assert_eq!(get("/json").await.body(), br#"{"a":1}"#);
            assert_eq!(get("/empty").await.body(), b"");
            assert_eq!(get("/none").await.body(), b"");
            assert_eq!(get("/chunked").await.body(), b"abcde");
            // awc takes an answer without a length for one without a body.
            assert_eq!(get("/until-closed").await.body(), b"");
            assert_eq!(get("/large").await.body().len(), 3_000_000);
            assert_eq!(get("/gzip").await.body(), b"squeezed");
            assert!(get("/broken-gzip").await.error().is_some());
            assert!(get("/bad-chunks").await.error().is_some());
            assert_eq!(get("/short").await.body(), b"abc");
            assert_eq!(get("/missing").await.body(), b"missing");
            let url = here.url("/gzip");
            let raw = same!(here, |client| client.get(&url).no_decompress().send());
            assert_eq!(raw.body(), gzip("squeezed"));
            String::new()
        },
    );
    ask(&app);
    drop(app.held_calls(1, 12 * RECORDED));
}

#[test]
fn every_way_to_read_an_answer() {
    let upstream = Upstream::start(|_| {
        let cookies = [("set-cookie", "sid=CANARY-1"), ("set-cookie", "b=2; Path=/")];
        let json = ("content-type", "application/json");
        Answer::new(200, &[json, cookies[0], cookies[1]], r#"{"a":[1,2,3]}"#)
    });
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            let url = here.url("/");
            let read = each!(here, |client| {
                let mut answer = client.get(&url).send().await.unwrap();
                let cookies: Vec<_> =
                    answer.cookies().unwrap().iter().map(ToString::to_string).collect();
                (cookies, answer.body().await.unwrap())
            });
            assert_eq!(read.1, r#"{"a":[1,2,3]}"#);
            let read = each!(here, |client| {
                client.get(&url).send().await.unwrap().json::<Value>().await.unwrap()
            });
            assert_eq!(read, json!({"a": [1, 2, 3]}));
            let read = each!(here, |client| {
                let mut payload = client.get(&url).send().await.unwrap().take_payload();
                let mut read = Vec::new();
                while let Some(chunk) = payload.next().await {
                    read.extend(chunk.unwrap());
                }
                read
            });
            assert_eq!(read, br#"{"a":[1,2,3]}"#);
            let refused = each!(here, |client| {
                client
                    .get(&url)
                    .send()
                    .await
                    .unwrap()
                    .body()
                    .limit(3)
                    .await
                    .unwrap_err()
                    .to_string()
            });
            let typed = each!(here, |client| {
                let mut answer = client.get(&url).send().await.unwrap();
                answer.json::<u8>().await.unwrap_err().to_string()
            });
            refused + &typed
        },
    );
    assert!(ask(&app).contains("Json deserialize error"));
    let held = app.held_calls(1, 5 * RECORDED);
    // Read to the end or given up by the app: the callee answered well.
    for call in held.clients {
        assert_eq!((call.status.code, call.attr("error.type")), (StatusCode::Unset, None));
    }
}

/// Each chunk is there when it has come, and not only when the next has.
#[test]
fn nothing_is_held_back() {
    let gate = Gate::default();
    let held_back = gate.clone();
    let upstream = Upstream::start(move |_| {
        let head = Answer::head(200, &[("content-length", "6")]);
        head.then("abc").when(&held_back).then("def")
    });
    let caller = Caller::new();
    run(async {
        let call = caller.client().get(upstream.url("/")).send();
        let mut answer = call.await.unwrap();
        assert_eq!(answer.next().await.unwrap().unwrap(), "abc");
        gate.open();
        assert_eq!(answer.next().await.unwrap().unwrap(), "def");
        assert!(answer.next().await.is_none());
    });
    caller.held(1);
}

fn sent_back(span: &Span) -> Option<String> {
    span.response_body().map(|body| String::from_utf8(body).unwrap())
}

/// What is captured is decoded, whether the caller has it decoded or not; the size is that
/// on the wire.
#[test]
fn compressed_answers_are_captured_decoded() {
    let body = format!(r#"{{"a":"{}","password":"CANARY-1"}}"#, "x".repeat(500));
    let wire = gzip(&body).len();
    let upstream = Upstream::start(move |_| {
        let headers = [("content-encoding", "gzip"), ("content-type", "application/json")];
        Answer::new(200, &headers, gzip(&body))
    });
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            let observer = || here.observe().capture_response_body(true).get(here.url("/"));
            text(observer().send().await.unwrap()).await;
            Seen::of(observer().no_decompress().send().await).await;
            String::new()
        },
    );
    ask(&app);
    for call in app.held_calls(1, 2).clients {
        let expected = format!(r#"{{"a":"{}","password":"[CLIENT_REDACTED]"}}"#, "x".repeat(500));
        assert_eq!(sent_back(&call), Some(expected));
        assert_eq!(call.int_attr("http.response.body.size"), Some(wire as i64));
    }
}

/// The handshake is the exchange; what follows is another protocol.
#[test]
fn websockets() {
    let callee = TestApp::with(
        Settings::default(),
        |b| b,
        |_| {
            |cfg: &mut web::ServiceConfig| {
                let shake = async |request: HttpRequest, _: web::Payload| {
                    let mut answer = actix_http::ws::handshake(request.head()).unwrap();
                    let silent = futures_util::stream::pending::<Result<_, actix_web::Error>>();
                    let answer = answer.message_body(actix_http::body::BodyStream::new(silent));
                    HttpResponse::from(answer.unwrap().map_into_boxed_body())
                };
                cfg.route("/ws", web::get().to(shake)).route("/no", web::get().to(async || "no"));
            }
        },
    );
    let caller = Caller::new();
    run(async {
        let client = caller.client();
        let (head, open) =
            client.ws(callee.url("/ws").replace("http:", "ws:")).connect().await.unwrap();
        assert_eq!(head.status().as_u16(), 101);
        // Its exchange is over while it is open.
        let call = caller.held(1).remove(0);
        assert_eq!(call.int_attr("http.response.status_code"), Some(101));
        assert_eq!((call.status.code, call.events.len()), (StatusCode::Unset, 0));
        assert_eq!(call.int_attr("http.response.body.size"), None);
        assert_eq!(call.str_attr("url.full"), Some(&*callee.url("/ws").replace("http:", "ws:")));
        assert_eq!(call.str_attr("url.scheme"), Some("ws"));
        drop(open);
        let refused = client.ws(callee.url("/no")).connect().await.err().unwrap();
        let bare = Client::new().ws(callee.url("/no")).connect().await.err().unwrap();
        assert!(matches!(refused, WsClientError::InvalidResponseStatus(_)));
        assert_eq!(refused.to_string(), bare.to_string());
    });
    let calls = caller.held(2);
    assert_eq!(calls[1].int_attr("http.response.status_code"), Some(200));
}

//! Upgrades: the handshake is an exchange, what follows it is not.

use actix_web::{Error, HttpRequest, HttpResponse, http::StatusCode, web};
use apitoolkit_tests::{Raw, TestApp};
use futures_util::StreamExt as _;

use crate::requests::get;

fn app() -> TestApp {
    TestApp::start(
        |b| b.capture_request_body(true).capture_response_body(true),
        |cfg| {
            cfg.route(
                "/ws",
                web::get().to(|request: HttpRequest, payload: web::Payload| async move {
                    if !request.head().upgrade() {
                        return HttpResponse::UpgradeRequired().finish();
                    }
                    let echo = payload.map(|chunk| {
                        chunk
                            .map(|chunk| web::Bytes::from(chunk.to_ascii_uppercase()))
                            .map_err(Error::from)
                    });
                    HttpResponse::build(StatusCode::SWITCHING_PROTOCOLS)
                        .upgrade("websocket")
                        .insert_header(("sec-websocket-accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
                        .streaming(echo)
                }),
            )
            .route("/ok", web::get().to(|| async { "ok" }));
        },
    )
}

const HANDSHAKE: &str = "GET /ws HTTP/1.1\r\nHost: api.test\r\nConnection: Upgrade\r\n\
    Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

#[test]
fn a_websocket_is_recorded_without_its_frames() {
    let app = app();
    let talk = |address| {
        let mut client = Raw::connect(address);
        client.send(HANDSHAKE);
        let head = apitoolkit_tests::normal(&client.head());
        let mut said = Vec::new();
        for text in ["canary-one ", "canary-two ", "canary-three"] {
            client.send(text);
            said.extend(client.bytes(text.len()));
        }
        (client, head, said)
    };
    let (mut client, head, said) = talk(app.address);
    let (_, baseline_head, baseline_said) = talk(app.baseline);
    assert_eq!((&head, &said), (&baseline_head, &baseline_said));
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    assert_eq!(said, b"CANARY-ONE CANARY-TWO CANARY-THREE");
    // The exchange is over while the connection lives.
    let span = app.held_one();
    assert_eq!(span.int_attr("http.response.status_code"), Some(101));
    assert_eq!(span.str_attr("http.route"), Some("/ws"));
    assert_eq!((span.request_body(), span.response_body()), (None, None));
    assert_eq!(span.attr("http.request.body.size"), None);
    assert_eq!(span.attr("error.type"), None);
    client.send("more");
    assert_eq!(client.bytes(4), b"MORE");
    client.reset();
    // Its end is no exchange of its own.
    app.same(get("/ok"));
    app.held(2);
}

#[test]
fn a_handshake_that_is_refused_is_an_ordinary_exchange() {
    let app = app();
    app.same(get("/ws"));
    let span = app.held_one();
    assert_eq!(span.int_attr("http.response.status_code"), Some(426));
    assert_eq!(span.attr("error.type"), None);
}

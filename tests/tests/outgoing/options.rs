//! What a call, a client and the toolkit say about recording it.

use apitoolkit_actix::{ObservedClient, Observer, testing::Span};
use apitoolkit_tests::{Answer, Held, TestApp, Upstream};
use awc::Client;
use bytes::Bytes;
use futures_util::stream;
use serde_json::json;

use crate::support::{Here, app, ask, text};

const SENT: &str = r#"{"note":"CANARY-1","card":"ab12","kept":1}"#;
const ANSWERED: &str = r#"{"note":"CANARY-2","owner":{"mail":"CANARY-3"},"kept":2}"#;

fn upstream() -> Upstream {
    Upstream::start(|_| {
        let headers = [("content-type", "application/json"), ("x-internal", "CANARY-4")];
        Answer::new(200, &headers, ANSWERED)
    })
}

async fn send(observer: Observer, url: String) {
    let call = observer.post(url).insert_header(("x-internal", "CANARY-5"));
    text(call.content_type("application/json").send_body(SENT).await.unwrap()).await;
}

fn bodies(span: &Span) -> (Option<String>, Option<String>) {
    let text = |body: Option<Vec<u8>>| body.map(|body| String::from_utf8(body).unwrap());
    (text(span.request_body()), text(span.response_body()))
}

fn one(app: &TestApp) -> Held {
    ask(app);
    app.held_calls(1, 1)
}

fn redacted(span: &Span) {
    let (sent, answered) = bodies(span);
    let mark = r#""[CLIENT_REDACTED]""#;
    assert_eq!(sent, Some(format!(r#"{{"note":{mark},"card":"ab12","kept":1}}"#)));
    assert_eq!(answered, Some(format!(r#"{{"note":{mark},"owner":{{"mail":{mark}}},"kept":2}}"#)));
    for header in ["http.request.header.x-internal", "http.response.header.x-internal"] {
        assert_eq!(span.strings_attr(header), Some(vec!["[CLIENT_REDACTED]"]));
    }
}

/// The rules of the call, of the client and of the toolkit, each alone and all together.
#[test]
fn rules_add_up() {
    let upstream = upstream();
    let of_call = app(
        &upstream,
        |b| b,
        async |here: Here| {
            let observer = here.observe().capture_request_body(true).capture_response_body(true);
            let observer = observer.redact_headers(["X-Internal"]).redact_request_body(["$.note"]);
            send(observer.redact_response_body(["$.note", "$.owner.mail"]), here.url("/")).await;
            String::new()
        },
    );
    redacted(&one(&of_call).clients[0]);
    let of_toolkit = app(
        &upstream,
        |b| {
            b.redact_headers(["x-internal"])
                .redact_request_body(["$.note"])
                .redact_response_body(["$.note", "$..mail"])
        },
        async |here: Here| {
            let observer = here.observe().capture_request_body(true).capture_response_body(true);
            send(observer, here.url("/")).await;
            String::new()
        },
    );
    redacted(&one(&of_toolkit).clients[0]);
    let of_all = app(
        &upstream,
        |b| b.redact_response_body(["$..mail"]),
        async |here: Here| {
            let observed = ObservedClient::new().redact_headers(["x-internal"]);
            let observed = observed.redact_response_body(["$.note"]).capture_response_body(true);
            let client = Client::builder().wrap(observed).finish();
            let observer = here.observe().client(&client).redact_request_body(["$.note"]);
            send(observer.capture_request_body(true), here.url("/")).await;
            String::new()
        },
    );
    redacted(&one(&of_all).clients[0]);
}

/// Options are those of their call, and of no other on the same client.
#[test]
fn options_do_not_stay() {
    let upstream = Upstream::start(|_| Answer::json(r#"{"note":"n","mail":"m"}"#));
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            let get = async |observer: Observer| {
                text(observer.get(here.url("/")).send().await.unwrap()).await;
            };
            let capture = || here.observe().capture_response_body(true);
            get(capture().redact_response_body(["$.note"])).await;
            get(capture().redact_response_body(["$.mail"])).await;
            get(capture()).await;
            get(here.observe().url_wildcard("/{a}")).await;
            get(here.observe()).await;
            // One that is kept makes many calls.
            let kept = capture().redact_response_body(["$.note"]);
            get(kept.clone()).await;
            get(kept).await;
            String::new()
        },
    );
    ask(&app);
    let held = app.held_calls(1, 7);
    let seen: Vec<_> = held
        .clients
        .iter()
        .map(|span| (bodies(span).1, span.str_attr("http.route").map(str::to_owned)))
        .collect();
    let note = Some(r#"{"note":"[CLIENT_REDACTED]","mail":"m"}"#.to_owned());
    let mail = Some(r#"{"note":"n","mail":"[CLIENT_REDACTED]"}"#.to_owned());
    let all = Some(r#"{"note":"n","mail":"m"}"#.to_owned());
    assert_eq!(
        seen,
        [
            (note.clone(), None),
            (mail, None),
            (all, None),
            (None, Some("/{a}".to_owned())),
            (None, None),
            (note.clone(), None),
            (note, None)
        ]
    );
}

/// Each of the four directions alone captures that one.
#[test]
fn a_capture_flag_is_about_its_own_direction() {
    let upstream = Upstream::start(|_| Answer::json(r#"{"answer":1}"#));
    let expected = |on: bool, text: &str| on.then(|| text.as_bytes().to_vec());
    for on in 0..16_u8 {
        let [request, response, sent, answered] = [1, 2, 4, 8].map(|bit| on & bit != 0);
        let app = app(
            &upstream,
            |b| b.capture_request_body(request).capture_response_body(response),
            async move |here: Here| {
                // What is off is not said: it is off by default.
                let mut observer = here.observe();
                if sent {
                    observer = observer.capture_request_body(true);
                }
                if answered {
                    observer = observer.capture_response_body(true);
                }
                let call = observer.post(here.url("/"));
                text(call.send_json(&json!({"call": 1})).await.unwrap()).await;
                assert_eq!(here.body, r#"{"request":1}"#);
                r#"{"response":1}"#.to_owned()
            },
        );
        let incoming = "POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: 13\r\n\r\n{\"request\":1}";
        app.connect().send(incoming).reply();
        let held = app.held_calls(1, 1);
        let (server, client) = (&held.servers[0], &held.clients[0]);
        assert_eq!(client.request_body(), expected(sent, r#"{"call":1}"#));
        assert_eq!(client.response_body(), expected(answered, r#"{"answer":1}"#));
        assert_eq!(server.response_body(), expected(response, r#"{"response":1}"#));
        assert_eq!(server.request_body(), expected(request, r#"{"request":1}"#));
    }
}

/// A body over the cap of its call is withheld; the toolkit's cap is about incoming exchanges.
#[test]
fn no_more_than_the_cap() {
    let upstream = Upstream::start(|_| Answer::new(200, &[], vec![b'y'; 40_000]));
    let app = app(
        &upstream,
        |b| b.max_body_bytes(10),
        async |here: Here| {
            let capture = || here.observe().capture_request_body(true).capture_response_body(true);
            for bytes in [1, 100, 40_000] {
                let call = capture().max_body_bytes(bytes).post(here.url("/")).no_decompress();
                text(call.content_type("text/plain").send_body(vec![b'x'; 50]).await.unwrap())
                    .await;
            }
            let call = capture().post(here.url("/")).content_type("application/json");
            let chunks =
                stream::iter((0..50).map(|_| Ok::<_, std::io::Error>(Bytes::from("[1] "))));
            text(call.send_stream(chunks).await.unwrap()).await;
            String::new()
        },
    );
    ask(&app);
    let held = app.held_calls(1, 4);
    let seen: Vec<_> = held.clients.iter().map(bodies).collect();
    let withheld = |why: &str| Some(format!("[CLIENT_REDACTED] [{why}]"));
    let answered = |n| withheld(&format!("truncated body without content type, {n} of 40000 B"));
    let all = withheld("no content type, 40000 B");
    assert_eq!(
        seen,
        [
            (withheld("truncated text/plain, 1 of 50 B"), answered(1)),
            (Some("x".repeat(50)), answered(100)),
            (Some("x".repeat(50)), all.clone()),
            (withheld("unparseable application/json, 200 B"), all),
        ]
    );
    let sizes: Vec<_> =
        held.clients.iter().map(|call| call.int_attr("http.request.body.size")).collect();
    assert_eq!(sizes, [Some(50), Some(50), Some(50), Some(200)]);
}

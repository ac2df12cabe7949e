//! Whole spans: every attribute there is and none besides.

use apitoolkit_actix::{Convention, observe_request, testing::Span};
use apitoolkit_tests::{Answer, Upstream};
use reqwest::{Method, header::CONTENT_TYPE};
use serde_json::{Value, json};

use crate::support::{Caller, Here, app, ask, run};

const SENT: &str = r#"{"id":7,"email":"CANARY@example.org","password":"CANARY"}"#;
const ANSWERED: &str = r#"{"owner":{"email":"CANARY@example.org"},"kept":[1,2.50]}"#;
const TARGET: &str = "/todos/2?x=1&x=2&sig=CANARY-query";

fn upstream() -> Upstream {
    Upstream::start(|_| {
        let headers = [
            ("content-type", "application/json"),
            ("set-cookie", "sid=CANARY-cookie; Path=/"),
            ("x-internal", "CANARY-internal"),
            ("x-kept", "1"),
            ("x-kept", "2"),
        ];
        Answer::new(201, &headers, ANSWERED)
    })
}

/// One call with every option there is.
async fn through_reqwest(here: &Here) {
    let options = here
        .options()
        .url_wildcard("/todos/{id}")
        .redact_headers(["x-internal"])
        .redact_request_body(["$.email"])
        .redact_response_body(["$.owner.email"])
        .capture_request_body(true)
        .capture_response_body(true)
        .max_body_bytes(1_000);
    let answer = here
        .client
        .post(here.url(TARGET))
        .bearer_auth("CANARY-bearer")
        .header(CONTENT_TYPE, "application/json")
        .header("x-internal", "CANARY-internal")
        .header("x-request-id", "r-1")
        .body(SENT)
        .with_extension(options)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.text().await.unwrap(), ANSWERED);
}

/// The same call.
async fn through_awc(here: &Here) {
    let mut answer = observe_request(&here.request)
        .url_wildcard("/todos/{id}")
        .redact_headers(["x-internal"])
        .redact_request_body(["$.email"])
        .redact_response_body(["$.owner.email"])
        .capture_request_body(true)
        .capture_response_body(true)
        .max_body_bytes(1_000)
        .post(here.url(TARGET))
        .no_decompress()
        .bearer_auth("CANARY-bearer")
        .content_type("application/json")
        .insert_header(("x-internal", "CANARY-internal"))
        .insert_header(("x-request-id", "r-1"))
        .send_body(SENT)
        .await
        .unwrap();
    assert_eq!(answer.body().await.unwrap(), ANSWERED);
}

const MASKED: &[&str] = &["apitoolkit.msg_id", "http.request.body", "http.response.body"];

fn expected(upstream: &Upstream, parent: &Span) -> Value {
    let query = "x=1&x=2&sig=REDACTED";
    let port = upstream.address.port();
    json!({
        "name": "monoscope.http",
        "kind": "CLIENT",
        "trace_state": "",
        "status": { "code": "Unset", "message": "" },
        "attributes": {
            "apitoolkit.msg_id": "*",
            "apitoolkit.parent_id": parent.str_attr("apitoolkit.msg_id").unwrap(),
            "apitoolkit.sdk_type": "RustReqwestOutgoing",
            "http.request.body": "*",
            "http.request.body.size": SENT.len(),
            "http.request.header.authorization": ["[CLIENT_REDACTED]"],
            "http.request.header.content-type": ["application/json"],
            "http.request.header.x-internal": ["[CLIENT_REDACTED]"],
            "http.request.header.x-request-id": ["r-1"],
            "http.request.method": "POST",
            "http.request.path_params": r#"{"id":"2"}"#,
            "http.request.query_params": r#"{"x":["1","2"],"sig":"REDACTED"}"#,
            "http.response.body": "*",
            "http.response.body.size": ANSWERED.len(),
            "http.response.header.content-length": [ANSWERED.len().to_string()],
            "http.response.header.content-type": ["application/json"],
            "http.response.header.set-cookie": ["sid=[CLIENT_REDACTED]; Path=/"],
            "http.response.header.x-internal": ["[CLIENT_REDACTED]"],
            "http.response.header.x-kept": ["1", "2"],
            "http.response.status_code": 201,
            "http.route": "/todos/{id}",
            "http.target": format!("/todos/2?{query}"),
            "net.host.name": "127.0.0.1",
            "network.protocol.version": "1.1",
            "server.address": "127.0.0.1",
            "server.port": port,
            "url.full": format!("http://127.0.0.1:{port}/todos/2?{query}"),
            "url.path": "/todos/2",
            "url.query": query,
            "url.scheme": "http",
        },
        "events": [],
        "links": [],
        "scope": { "name": "apitoolkit-actix", "version": "0.1.0" },
    })
}

#[test]
fn every_option_and_every_attribute_as_through_awc() {
    let upstream = upstream();
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            through_reqwest(&here).await;
            through_awc(&here).await;
            String::new()
        },
    );
    ask(&app);
    let held = app.held_calls(1, 2);
    let [server] = held.servers.as_slice() else { panic!("{held:#?}") };
    let through = |sdk: &str| {
        let found = held.clients.iter().find(|s| s.str_attr("apitoolkit.sdk_type") == Some(sdk));
        found.unwrap_or_else(|| panic!("no span of {sdk}"))
    };
    let [ours, theirs] = ["RustReqwestOutgoing", "RustAwcOutgoing"].map(through);
    assert_eq!(ours.to_stable_json(MASKED), expected(&upstream, server));
    for span in [ours, theirs] {
        assert_eq!(span.parent_span_id.as_ref(), Some(&server.span_id));
        assert_eq!(span.trace_id, server.trace_id);
        let body = |side| String::from_utf8(span.body(side).unwrap()).unwrap();
        assert_eq!(
            body("request"),
            r#"{"id":7,"email":"[CLIENT_REDACTED]","password":"[CLIENT_REDACTED]"}"#
        );
        assert_eq!(body("response"), ANSWERED.replace("CANARY@example.org", "[CLIENT_REDACTED]"));
    }
    assert_eq!(alike(ours), alike(theirs));
}

/// A span without what tells one client from the other.
fn alike(span: &Span) -> Value {
    let mut span = span.to_stable_json(MASKED);
    let attributes = span["attributes"].as_object_mut().unwrap();
    attributes.remove("apitoolkit.sdk_type").unwrap();
    // What `awc` adds where its middleware sees it.
    for header in ["accept-encoding", "user-agent", "date"] {
        attributes.remove(&format!("http.request.header.{header}"));
    }
    attributes.remove("user_agent.original");
    span
}

#[test]
fn the_conventions_name_spans_and_bodies() {
    let upstream = upstream();
    let app = app(
        &upstream,
        |b| b.convention(Convention::OpenTelemetry),
        async |here: Here| {
            through_reqwest(&here).await;
            String::new()
        },
    );
    ask(&app);
    let span = app.held_calls(1, 1).clients.remove(0);
    assert_eq!(span.name, "POST /todos/{id}");
    let text = |key| span.str_attr(key).map(str::to_owned);
    assert_eq!(
        text("http.request.body.content").unwrap(),
        r#"{"id":7,"email":"[CLIENT_REDACTED]","password":"[CLIENT_REDACTED]"}"#
    );
    assert_eq!(
        text("http.response.body.content").unwrap(),
        ANSWERED.replace("CANARY@example.org", "[CLIENT_REDACTED]")
    );
    assert!(span.attributes.iter().all(|(key, _)| !key.starts_with("apitoolkit.")));
}

#[test]
fn outside_of_any_exchange_a_call_is_a_trace_of_its_own() {
    let upstream = Upstream::saying("hello");
    let caller = Caller::new();
    run(async {
        let method = Method::from_bytes(b"PURGE").unwrap();
        let answer = caller.client().request(method, upstream.url("/a")).send().await.unwrap();
        assert_eq!(answer.text().await.unwrap(), "hello");
    });
    let port = upstream.address.port();
    let expected = json!({
        "name": "monoscope.http",
        "kind": "CLIENT",
        "trace_state": "",
        "status": { "code": "Unset", "message": "" },
        "attributes": {
            "apitoolkit.msg_id": "*",
            "apitoolkit.sdk_type": "RustReqwestOutgoing",
            "http.request.method": "_OTHER",
            "http.request.method_original": "PURGE",
            "http.request.path_params": "{}",
            "http.request.query_params": "{}",
            "http.response.body.size": 5,
            "http.response.header.content-length": ["5"],
            "http.response.header.content-type": ["text/plain"],
            "http.response.status_code": 200,
            "http.target": "/a",
            "net.host.name": "127.0.0.1",
            "network.protocol.version": "1.1",
            "server.address": "127.0.0.1",
            "server.port": port,
            "url.full": format!("http://127.0.0.1:{port}/a"),
            "url.path": "/a",
            "url.scheme": "http",
        },
        "events": [],
        "links": [],
        "scope": { "name": "apitoolkit-actix", "version": "0.1.0" },
    });
    let span = caller.held_one();
    assert_eq!(span.to_stable_json(MASKED), expected);
    assert_eq!(span.parent_span_id, None);
}

#[test]
fn answers_that_refuse() {
    for (status, code) in [(399, "Unset"), (400, "Error"), (404, "Error"), (500, "Error")] {
        let upstream = Upstream::start(move |_| Answer::new(status, &[], "no"));
        let caller = Caller::new();
        run(async {
            let answer = caller.client().get(upstream.url("/")).send().await.unwrap();
            assert_eq!(answer.status().as_u16(), status);
            assert_eq!(answer.text().await.unwrap(), "no");
        });
        let span = caller.held_one();
        assert_eq!(span.int_attr("http.response.status_code"), Some(i64::from(status)));
        let word = status.to_string();
        let expected = (status >= 400).then_some(word.as_str());
        assert_eq!(span.str_attr("error.type"), expected);
        let stable = span.to_stable_json(&[]);
        assert_eq!((&stable["status"]["code"], &stable["events"]), (&json!(code), &json!([])));
    }
}

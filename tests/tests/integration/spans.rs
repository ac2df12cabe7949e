//! Whole spans: every attribute there is and none besides.

use actix_web::{HttpResponse, web};
use apitoolkit_actix::{Builder, Convention, testing::Span};
use apitoolkit_tests::TestApp;
use serde_json::{Value, json};

use crate::requests::{post_json, request};

/// The user of the Flask guide, with canaries for what is to be redacted.
fn user() -> Value {
    json!({ "user": {
        "name": "John Martha",
        "email": "CANARY@example.org",
        "addresses": [
            { "street": "123 Main St", "city": "Anytown", "state": "CA", "zip": "CANARY-12345" },
            { "street": "123 Main St", "city": "Anytown", "state": "CA", "zip": "CANARY-12345" },
        ],
        "credit_card": { "number": "CANARY-4111", "expiration": "CANARY-12/28", "cvv": "123" },
    } })
}

const USERS: &str =
    r#"{"users": [{"id": 7, "email": "CANARY@b.c", "credit_card": "CANARY-4111"}]}"#;

fn app(toolkit: impl FnOnce(Builder) -> Builder) -> TestApp {
    TestApp::start(toolkit, |cfg| {
        cfg.route(
            "/users/{id}",
            web::post().to(|_: web::Bytes| async {
                HttpResponse::Created()
                    .insert_header(("x-internal", "CANARY-internal"))
                    .insert_header(("set-cookie", "sid=CANARY-cookie; Path=/"))
                    .json(user())
            }),
        );
    })
}

/// Every option that the guide names, and its values.
fn seed(builder: Builder) -> Builder {
    builder
        .service_name("my-service")
        .service_version("2.0")
        .tags(["env: production", "team: api"])
        .redact_headers(["content-type", "Authorization", "HOST", "X-Internal"])
        .redact_request_body(["$.users[*].email", "$.users[*].credit_card"])
        .redact_response_body(["$.user.email", "$.user.addresses", "$.user.credit_card"])
        .capture_request_body(true)
        .capture_response_body(true)
}

fn ask(app: &TestApp) -> Span {
    app.same(request(
        "POST",
        "/users/42?x=1&x=2&token=CANARY-query",
        &[
            ("Content-Type", "application/json"),
            ("Authorization", "Bearer CANARY-auth"),
            ("User-Agent", "tests/1"),
            ("X-Request-Id", "r-1"),
        ],
        USERS,
    ));
    app.held_one()
}

const MASKED: &[&str] = &["apitoolkit.msg_id", "network.peer.port"];

/// What every span of this request has, whatever the convention.
fn common() -> Value {
    json!({
        "client.address": "127.0.0.1",
        "http.request.body.size": USERS.len(),
        "http.request.header.authorization": ["[CLIENT_REDACTED]"],
        "http.request.header.connection": ["close"],
        "http.request.header.content-length": [USERS.len().to_string()],
        "http.request.header.content-type": ["[CLIENT_REDACTED]"],
        "http.request.header.host": ["[CLIENT_REDACTED]"],
        "http.request.header.user-agent": ["tests/1"],
        "http.request.header.x-request-id": ["r-1"],
        "http.request.method": "POST",
        "http.response.body.size": user().to_string().len(),
        "http.response.header.content-type": ["[CLIENT_REDACTED]"],
        "http.response.header.set-cookie": ["sid=[CLIENT_REDACTED]; Path=/"],
        "http.response.header.x-internal": ["[CLIENT_REDACTED]"],
        "http.response.status_code": 201,
        "http.route": "/users/{id}",
        "network.peer.address": "127.0.0.1",
        "network.peer.port": "*",
        "network.protocol.version": "1.1",
        "server.address": "api.test",
        "server.port": 80,
        "service.name": "my-service",
        "url.path": "/users/42",
        "url.query": "x=1&x=2&token=REDACTED",
        "url.scheme": "http",
        "user_agent.original": "tests/1",
    })
}

fn with(mut base: Value, more: &Value) -> Value {
    base.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    base
}

fn without(mut base: Value, names: &[&str]) -> Value {
    base.as_object_mut().unwrap().retain(|name, _| !names.contains(&name.as_str()));
    base
}

/// What APItoolkit's servers read besides.
fn apitoolkit() -> Value {
    json!({
        "apitoolkit.msg_id": "*",
        "apitoolkit.request_id": "r-1",
        "apitoolkit.sdk_type": "RustActixWeb",
        "apitoolkit.service_version": "2.0",
        "apitoolkit.tags": ["env: production", "team: api"],
        "http.request.path_params": r#"{"id":"42"}"#,
        "http.request.query_params": r#"{"x":["1","2"],"token":"REDACTED"}"#,
        "http.target": "/users/42?x=1&x=2&token=REDACTED",
        "net.host.name": "api.test",
    })
}

fn span(name: &str, attributes: &Value) -> Value {
    json!({
        "name": name,
        "kind": "SERVER",
        "trace_state": "",
        "status": { "code": "Unset", "message": "" },
        "attributes": attributes,
        "events": [],
        "links": [],
        "scope": { "name": "apitoolkit-actix", "version": "0.1.0" },
    })
}

const REDACTED_REQUEST: &str =
    r#"{"users": [{"id": 7, "email": "[CLIENT_REDACTED]", "credit_card": "[CLIENT_REDACTED]"}]}"#;

/// The response as it leaves; keys in the order the app sent them.
fn redacted_response() -> String {
    let mut body = user();
    for name in ["email", "addresses", "credit_card"] {
        body["user"][name] = json!("[CLIENT_REDACTED]");
    }
    body.to_string()
}

#[test]
fn every_option_of_the_guide_for_apitoolkit() {
    let span_seen = ask(&app(seed));
    assert_eq!(span_seen.request_body().unwrap(), REDACTED_REQUEST.as_bytes());
    assert_eq!(span_seen.response_body().unwrap(), redacted_response().as_bytes());
    assert!(span_seen.str_attr("http.request.body").is_some_and(|b| !b.contains('{')), "base64");
    let bodies = json!({ "http.request.body": "*", "http.response.body": "*" });
    let attributes = with(with(common(), &apitoolkit()), &bodies);
    let masked = [MASKED, &["http.request.body", "http.response.body"]].concat();
    assert_eq!(span_seen.to_stable_json(&masked), span("monoscope.http", &attributes));
    assert_eq!(span_seen.str_attr("apitoolkit.msg_id").map(str::len), Some(36));
}

#[test]
fn every_option_of_the_guide_for_opentelemetry() {
    let span_seen = ask(&app(|b| seed(b).convention(Convention::OpenTelemetry)));
    let bodies = json!({
        "http.request.body.content": REDACTED_REQUEST,
        "http.response.body.content": redacted_response(),
    });
    let attributes = with(common(), &bodies);
    assert_eq!(span_seen.to_stable_json(MASKED), span("POST /users/{id}", &attributes));
}

#[test]
fn by_default_no_body_is_captured_and_headers_are() {
    // `x-internal` is nobody's secret by default, so the app says nothing else in it here.
    let app = TestApp::start(
        |b| b,
        |cfg| {
            cfg.route(
                "/users/{id}",
                web::post().to(|_: web::Bytes| async { HttpResponse::Created().json(user()) }),
            );
        },
    );
    let span_seen = ask(&app);
    let of_the_options = [
        "service.name",
        "apitoolkit.service_version",
        "apitoolkit.tags",
        "http.response.header.set-cookie",
        "http.response.header.x-internal",
    ];
    let attributes = with(
        without(with(common(), &apitoolkit()), &of_the_options),
        &json!({
            "http.request.header.content-type": ["application/json"],
            "http.request.header.host": ["api.test"],
            "http.response.header.content-type": ["application/json"],
        }),
    );
    assert_eq!(span_seen.to_stable_json(MASKED), span("monoscope.http", &attributes));
}

#[test]
fn each_direction_is_captured_by_its_own_flag() {
    let plain = r#"{"users": [], "kept": 1}"#;
    for (request, response) in [(true, false), (false, true), (false, false), (true, true)] {
        let app = TestApp::start(
            |b| b.capture_request_body(request).capture_response_body(response),
            |cfg| {
                cfg.route("/", web::post().to(|body: web::Bytes| async move { body }));
            },
        );
        app.same(post_json("/", plain));
        let span = app.held_one();
        let expected = |on: bool| on.then(|| plain.as_bytes().to_vec());
        assert_eq!(span.request_body(), expected(request));
        // `Bytes` are answered as `application/octet-stream`, and the body is JSON.
        assert_eq!(span.response_body(), expected(response));
        assert_eq!(span.int_attr("http.request.body.size"), Some(plain.len() as i64));
        assert_eq!(span.int_attr("http.response.body.size"), Some(plain.len() as i64));
    }
}

#[test]
fn response_rules_hold_for_responses_only_and_request_rules_for_requests_only() {
    let app = TestApp::start(
        |b| {
            b.redact_request_body(["$.asked"])
                .redact_response_body(["$.answered"])
                .capture_request_body(true)
                .capture_response_body(true)
        },
        |cfg| {
            cfg.route(
                "/",
                web::post()
                    .to(|body: web::Json<Value>| async move { HttpResponse::Ok().json(body.0) }),
            );
        },
    );
    app.same(post_json("/", r#"{"answered":"a","asked":"b"}"#));
    let span = app.held_one();
    let text = |body: Option<Vec<u8>>| String::from_utf8(body.unwrap()).unwrap();
    assert_eq!(text(span.request_body()), r#"{"answered":"a","asked":"[CLIENT_REDACTED]"}"#);
    assert_eq!(text(span.response_body()), r#"{"answered":"[CLIENT_REDACTED]","asked":"b"}"#);
}

#[test]
fn the_older_span_name_can_be_set() {
    let app = app(|b| seed(b).span_name("apitoolkit-http-span"));
    assert_eq!(ask(&app).name, "apitoolkit-http-span");
}

//! Redaction of JSON as the receiver sees it: what was planted is gone, every other byte is there.

use actix_web::{HttpRequest, HttpResponse, web};
use apitoolkit_tests::TestApp;
use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::requests::{post_bytes, post_json};

/// Echoes a body with its content type.
async fn echo(request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    if let Some(kind) = request.headers().get("content-type") {
        response.insert_header(("content-type", kind.clone()));
    }
    response.body(body)
}

fn app() -> TestApp {
    TestApp::start(
        |b| {
            b.capture_request_body(true)
                .capture_response_body(true)
                .redact_request_body(["$.picked"])
        },
        |cfg| {
            cfg.route("/echo", web::post().to(echo));
        },
    )
}

fn body(bytes: Option<Vec<u8>>) -> String {
    bytes.map_or_else(|| "(absent)".into(), |bytes| String::from_utf8(bytes).unwrap())
}

#[test]
fn names_in_json_however_they_are_written() {
    let app = app();
    let values = ["\"CANARY\"", "{\"a\":[\"CANARY\"]}", "[\"CANARY\",1]", "4711", "true", "null"];
    let names =
        ["password", "Password", "PASSWORD", "api-key", "api_key", "apiKey", "pass\\u0077ord"];
    let mut n = 0;
    for name in names {
        for value in values {
            let sent = format!(r#"{{ "kept" : 1.0,"{name}":{value}, "{name}":{value},"z":1e400}}"#);
            let mark = r#""[CLIENT_REDACTED]""#;
            let expected =
                format!(r#"{{ "kept" : 1.0,"{name}":{mark}, "{name}":{mark},"z":1e400}}"#);
            app.same(post_json("/echo", &sent));
            n += 1;
            let span = &app.held(n)[n - 1];
            assert_eq!(body(span.request_body()), expected);
            assert_eq!(body(span.response_body()), expected);
        }
    }
}

#[test]
fn json_that_cannot_be_read_for_certain_is_withheld() {
    let app = app();
    let deeper = "[".repeat(50_000);
    let cases = [
        r#"{"password":"CANARY",}"#,
        r#"{"password":"CANARY" /* comment */}"#,
        r#"{"a":NaN,"password":"CANARY"}"#,
        r#"{"password":"CANARY"}{"password":"CANARY"}"#,
        r#"callback({"password":"CANARY"})"#,
        ")]}'\n{\"password\":\"CANARY\"}",
        r#"{"password":"CANARY"#,
        &deeper,
    ];
    for (n, sent) in cases.into_iter().enumerate() {
        app.same(post_json("/echo", sent));
        let span = &app.held(n + 1)[n];
        for seen in [body(span.request_body()), body(span.response_body())] {
            let length = sent.len();
            assert!(
                seen.starts_with("[CLIENT_REDACTED] [")
                    && seen.ends_with(&format!(" application/json, {length} B]")),
                "{seen}"
            );
        }
    }
}

#[test]
fn a_secret_however_deep() {
    let app = app();
    for (n, depth) in [10, 127, 128, 129, 5_000].into_iter().enumerate() {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        app.same(post_json("/echo", &format!(r#"{open}{{"password":"CANARY"}}{close}"#)));
        let seen = body(app.held(n + 1)[n].request_body());
        let expected = format!(r#"{open}{{"password":"[CLIENT_REDACTED]"}}{close}"#);
        assert!(seen == expected || seen.starts_with("[CLIENT_REDACTED] [too deep"), "{seen}");
    }
}

#[test]
fn json_under_other_names() {
    let app = app();
    let sent = r#"{"password":"CANARY","picked":"CANARY"}"#;
    let request_expected = r#"{"password":"[CLIENT_REDACTED]","picked":"[CLIENT_REDACTED]"}"#;
    let kinds = [
        Some("application/json; charset=utf-8"),
        Some("Application/JSON"),
        Some("Text/JSON"),
        Some("application/vnd.api+json; charset=utf-8"),
        Some("text/plain"),
        Some("application/octet-stream"),
        Some("application/x-www-form-urlencoded"),
        None,
    ];
    for (n, kind) in kinds.into_iter().enumerate() {
        let headers: Vec<_> = kind.map(|kind| ("Content-Type", kind)).into_iter().collect();
        let sent = sent.replace(r#""picked":"CANARY""#, r#""picked":"picked-1""#);
        app.same(post_bytes("/echo", &headers, sent.as_bytes()));
        let span = &app.held(n + 1)[n];
        assert_eq!(body(span.request_body()), request_expected, "{kind:?}");
    }
    let two = [("Content-Type", "text/html"), ("Content-Type", "application/json")];
    app.same(post_bytes("/echo", &two, sent.as_bytes()));
    let span = &app.held(kinds.len() + 1)[kinds.len()];
    assert!(body(span.request_body()).starts_with("[CLIENT_REDACTED] ["));
}

/// Fields whose names tell nothing: found by what their values look like, where that is asked for.
#[test]
fn credentials_in_neutral_fields() {
    let app = TestApp::start(
        |b| b.capture_request_body(true).capture_response_body(true).body_patterns(true),
        |cfg| {
            cfg.route("/echo", web::post().to(echo));
        },
    );
    let base64 = STANDARD.encode(r#"{"password":"CANARY"}"#);
    let values = [
        base64.as_str(),
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJDQU5BUlkifQ.Q0FOQVJZ",
        "ghp_CANARY0123456789",
        "4111 1111 1111 1111",
        r"-----BEGIN PRIVATE KEY-----\nCANARY\n-----END PRIVATE KEY-----",
    ];
    for (n, value) in values.into_iter().enumerate() {
        app.same(post_json("/echo", &format!(r#"{{"note":"{value}","kept":"4111"}}"#)));
        let span = &app.held(n + 1)[n];
        for seen in [body(span.request_body()), body(span.response_body())] {
            assert_eq!(seen, r#"{"note":"[CLIENT_REDACTED]","kept":"4111"}"#, "{value}");
        }
    }
}

#[test]
fn lines_of_json_are_redacted_line_by_line() {
    let app = app();
    let sent = "{\"password\":\"CANARY\"}\n{\"a\":1}\n";
    app.same(post_bytes("/echo", &[("Content-Type", "application/x-ndjson")], sent.as_bytes()));
    let span = app.held_one();
    let expected = "{\"password\":\"[CLIENT_REDACTED]\"}\n{\"a\":1}\n";
    assert_eq!(body(span.request_body()), expected);
    assert_eq!(body(span.response_body()), expected);
}

#[test]
fn off_empty_and_withheld_are_told_apart() {
    let app = app();
    app.same(post_json("/echo", ""));
    app.same(post_json("/echo", "{"));
    let spans = app.held(2);
    assert_eq!(spans[0].attr("http.request.body"), None);
    assert_eq!(
        body(spans[1].request_body()),
        "[CLIENT_REDACTED] [unparseable application/json, 1 B]"
    );
}

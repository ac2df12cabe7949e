//! What scripts and agents read, and what is exported.

use apitoolkit_tests::TestApp;
use serde_json::{Value, json};

use super::support::{ask, get, listed, post, start};

fn read(app: &TestApp, path: &str) -> Value {
    let reply = get(app, path);
    assert_eq!(reply.status, 200, "{path}: {}", reply.text());
    serde_json::from_slice(&reply.body).expect("JSON")
}

/// An app that was asked for some things.
fn asked() -> TestApp {
    let app = start(|toolkit| toolkit.redact_response_body(["$.name"]));
    ask(&app, "GET /users/1?token=CANARY&page=2", "");
    ask(&app, "GET /users/2", "");
    ask(&app, "POST /users", r#"{"name":"Ann","password":"CANARY"}"#);
    ask(&app, "GET /fails", "");
    listed(&app, "", 4);
    app
}

#[test]
fn the_list_with_every_filter() {
    let app = asked();
    let paths = |query: &str, count| {
        let list = listed(&app, query, count);
        list.iter().map(|e| e["path"].as_str().expect("a path").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(paths("", 4), ["/fails", "/users", "/users/2", "/users/1"]);
    assert_eq!(paths("method=POST", 1), ["/users"]);
    assert_eq!(paths("route=/users/%7Bid%7D", 2), ["/users/2", "/users/1"]);
    assert_eq!(paths("status=5xx", 1), ["/fails"]);
    assert_eq!(paths("status=201", 1), ["/users"]);
    assert_eq!(paths("errors=1", 1), ["/fails"]);
    assert_eq!(paths("attr=user%20role%3Dadmin", 1), ["/users/1"]);
    assert_eq!(paths("attr=user%20role", 2), ["/users/2", "/users/1"]);
    assert_eq!(paths("q=out%20of%20ORDER", 1), ["/fails"]);
    assert_eq!(paths("q=page%3D2", 1), ["/users/1"]);
    assert_eq!(paths("direction=out", 0), [""; 0]);
    assert_eq!(paths("q=CANARY", 0), [""; 0]);
    assert_eq!(paths("min=60000", 0), [""; 0]);
    let wrong = get(&app, "/api/exchanges?status=teapot");
    assert_eq!(wrong.status, 400);
    assert!(wrong.text().contains("status=teapot"), "{}", wrong.text());
}

#[test]
fn pages_of_the_list() {
    let app = asked();
    let first = read(&app, "/api/exchanges?limit=3");
    assert_eq!(
        (first["total"].as_u64(), first["exchanges"].as_array().map(Vec::len)),
        (Some(4), Some(3))
    );
    let next = first["next"].as_u64().expect("more");
    let last = read(&app, &format!("/api/exchanges?limit=3&before={next}"));
    assert_eq!(last["exchanges"][0]["path"], "/users/1");
    assert_eq!(last.get("next"), None);
}

#[test]
fn one_exchange_by_each_of_its_names() {
    let app = asked();
    let latest = read(&app, "/api/exchanges/latest");
    assert_eq!(
        (&latest["path"], &latest["status"], &latest["failed"]),
        (&json!("/fails"), &json!(500), &json!(true))
    );
    let id = latest["id"].as_u64().expect("an id");
    let message = latest["message_id"].as_str().expect("an id");
    assert_eq!(read(&app, &format!("/api/exchanges/{id}")), latest);
    assert_eq!(read(&app, &format!("/api/exchanges/{message}")), latest);
    assert_eq!(get(&app, "/api/exchanges/999999").status, 404);
    let user = listed(&app, "attr=user%20role%3Dadmin", 1).remove(0);
    let user = read(&app, &format!("/api/exchanges/{}", user["id"]));
    assert_eq!(user["request"]["headers"]["authorization"], json!(["[CLIENT_REDACTED]"]));
    let body = user["response"]["body"].as_str().expect("a body");
    let body: Value = serde_json::from_str(body).expect("JSON");
    let redacted = "[CLIENT_REDACTED]";
    assert_eq!(body, json!({ "id": 1, "name": redacted, "token": redacted }));
    let names: Vec<_> =
        user["trace"].as_array().expect("spans").iter().map(|s| &s["name"]).collect();
    assert_eq!(names, [&json!("monoscope.http"), &json!("Users.load")]);
}

#[test]
fn exports_hold_what_is_shown_and_can_be_read_again() {
    let app = asked();
    let har = read(&app, "/export?format=har&errors=1");
    assert_eq!(har["log"]["version"], "1.2");
    assert_eq!(har["log"]["entries"].as_array().map(Vec::len), Some(1));
    assert_eq!(har["log"]["entries"][0]["response"]["status"], 500);
    let otlp = get(&app, "/export?format=otlp");
    let spans: Value = serde_json::from_slice(&otlp.body).expect("JSON");
    let trace_id = spans["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["traceId"].as_str();
    assert!(trace_id.is_some_and(|id| id.len() == 32), "{spans}");
    let markdown = get(&app, "/exchange/latest/markdown").text();
    assert!(markdown.contains("/fails") && markdown.contains("500"), "{markdown}");
    for text in [har.to_string(), otlp.text(), markdown] {
        assert!(!text.contains("CANARY"), "{text}");
    }
    let other = start(|toolkit| toolkit);
    let imported = post(&other, "/import", &otlp.text());
    assert_eq!(imported.status, 200, "{}", imported.text());
    let list = listed(&other, "", 4);
    assert!(list.iter().all(|exchange| exchange["imported"] == true), "{list:#?}");
    let broken = post(&other, "/import", "{\"resourceSpans\": 1}");
    assert_eq!(broken.status, 422, "{}", broken.text());
    assert_eq!(other.telemetry.stats().exchanges_created(), 0);
}

#[test]
fn figures_of_the_store_and_of_the_telemetry() {
    let app = asked();
    app.held(4);
    let stats = read(&app, "/api/stats");
    assert_eq!(stats["telemetry"]["exchanges_created"], 4);
    assert_eq!(stats["telemetry"]["exchanges_exported"], 4);
    assert_eq!(stats["missed"], 0);
    assert_eq!(stats["store"]["limit"], 64 * 1024 * 1024);
    assert!(stats["store"]["bytes"].as_u64().is_some_and(|bytes| bytes > 1_000));
}

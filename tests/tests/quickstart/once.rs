use std::process::Output;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{assert_no_secret, quickstart, text};

#[test]
fn once_prints_every_span_and_no_secret() {
    let Output { status, stdout, stderr } = quickstart(&["--once"]).output().expect("it runs");
    let (stdout, stderr) = (text(&stdout), text(&stderr));
    assert_eq!(status.code(), Some(0), "{stderr}");
    let mut spans: Vec<Value> = stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("one JSON text a line"))
        .collect();
    spans.sort_by_key(|span| span["start_unix_nanos"].as_u64());

    let mut decoded = String::new();
    let seen: Vec<_> = spans
        .iter()
        .map(|span| {
            let attributes = &span["attributes"];
            let attribute = |key: &str| attributes.get(key).cloned().unwrap_or(Value::Null);
            let body = |side| body(attributes, side, &mut decoded);
            let [request, response] = ["request", "response"].map(body);
            json!([
                [span["name"], span["kind"], span["status"]["code"]],
                [attribute("http.request.method"), attribute("http.route")],
                [attribute("http.target"), attribute("http.response.status_code")],
                [attribute("error.type"), span["events"][0]["attributes"]["exception.message"]],
                [request, response],
            ])
        })
        .collect();
    assert_eq!(Value::Array(seen), expected_spans());
    for output in [stdout, stderr, &decoded] {
        assert_no_secret(output);
    }
    let figures = "6 exchanges recorded: 6 received, 0 lost, 0 still under way; 0 bodies given up";
    assert!(stderr.contains(figures), "{stderr}");
}

/// What was captured of a body, out of its base64; added to `all` too.
fn body(attributes: &Value, side: &str, all: &mut String) -> Value {
    let Some(encoded) = attributes.get(format!("http.{side}.body")) else { return Value::Null };
    let bytes = STANDARD.decode(encoded.as_str().expect("text")).expect("base64");
    let body = String::from_utf8(bytes).expect("UTF-8");
    all.push_str(&body);
    json!(body)
}

fn expected_spans() -> Value {
    let request = r#"{"user": {
  "name": "John Martha",
  "email": "[CLIENT_REDACTED]",
  "addresses": [
    {"street": "123 Main St", "city": "Anytown", "state": "CA", "zip": "[CLIENT_REDACTED]"},
    {"street": "9 Side St", "city": "Anytown", "state": "CA", "zip": "[CLIENT_REDACTED]"}
  ],
  "credit_card": "[CLIENT_REDACTED]"
}}"#;
    let created = concat!(
        r#"{"id":43,"user":{"name":"John Martha","email":"[CLIENT_REDACTED]","addresses":["#,
        r#"{"street":"123 Main St","city":"Anytown","state":"CA","zip":"[CLIENT_REDACTED]"},"#,
        r#"{"street":"9 Side St","city":"Anytown","state":"CA","zip":"[CLIENT_REDACTED]"}],"#,
        r#""credit_card":"[CLIENT_REDACTED]"},"refresh_token":"[CLIENT_REDACTED]"}"#,
    );
    let form = "username=john&password=%5BCLIENT_REDACTED%5D";
    let events: String = (1..=3)
        .map(|n| format!("data: {{\"access_token\":\"[CLIENT_REDACTED]\",\"step\":{n}}}\n\n"))
        .collect();
    let fine = ["monoscope.http", "SERVER", "Unset"];
    let failed = ["monoscope.http", "SERVER", "Error"];
    let no_error = json!([null, null]);
    json!([
        [
            fine,
            ["GET", "/users/{id}"],
            ["/users/42?verbose=true&access_token=REDACTED", 200],
            no_error,
            [null, r#"{"api_key":"[CLIENT_REDACTED]","id":42,"name":"John Martha"}"#],
        ],
        [fine, ["POST", "/users"], ["/users", 201], no_error, [request, created]],
        [
            ["Users.create_user", "INTERNAL", "Unset"],
            [null, null],
            [null, null],
            no_error,
            [null, null],
        ],
        [fine, ["POST", "/login"], ["/login", 200], no_error, [form, r#"{"welcome":"john"}"#]],
        [
            failed,
            ["GET", "/report"],
            ["/report", 500],
            ["500", "cannot connect to postgres://REDACTED:REDACTED@db.internal/sales"],
            [null, r#"{"error":"something went wrong on our side"}"#],
        ],
        [fine, ["GET", "/events"], ["/events", 200], no_error, [null, events]],
        [
            failed,
            ["GET", "/crash"],
            ["/crash", null],
            ["panic", "a panic on purpose, to see it recorded"],
            [null, null],
        ],
    ])
}

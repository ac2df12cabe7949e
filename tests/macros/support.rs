use apitoolkit_actix::{Body, BodyText, Redact, RedactRules, Redactor, Scratch, Side};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// How the secrets that the tests plant begin. Nothing else may go.
pub(crate) const SECRET: &str = "SECRET";

/// What a redactor with the rules of `T`, and no others, leaves of a JSON text.
pub(crate) fn redacted<T: Redact>(side: Side, json: &str) -> Value {
    let rules = RedactRules::of::<T>();
    let redactor = Redactor::builder()
        .default_body_rules(false)
        .redact_request_body(rules.request_paths())
        .redact_response_body(rules.json_paths())
        .build()
        .unwrap();
    let body = Body::new(json.as_bytes()).content_type(&[b"application/json"]);
    match redactor.body(side, &body, &mut Scratch::default()) {
        BodyText::Content(content) => serde_json::from_slice(&content).unwrap(),
        other => panic!("withheld: {other:?}"),
    }
}

/// Checks that of what serde writes for `value`, exactly the planted secrets go; both for what the
/// application writes and for what it reads.
#[track_caller]
pub(crate) fn exactly<T: Redact + Serialize>(value: &T) {
    exactly_written(value);
    let json = serde_json::to_string(value).unwrap();
    let expected = without_secrets(serde_json::from_str(&json).unwrap());
    assert_eq!(redacted::<T>(Side::Request, &json), expected, "{json}");
}

/// As [`exactly`], for what the application writes only.
#[track_caller]
pub(crate) fn exactly_written<T: Redact + Serialize>(value: &T) {
    let json = serde_json::to_string(value).unwrap();
    let expected = without_secrets(serde_json::from_str(&json).unwrap());
    assert_eq!(redacted::<T>(Side::Response, &json), expected, "{json}");
}

/// Checks that `json` is a `T` to serde, and that exactly the planted secrets go from it.
#[track_caller]
pub(crate) fn exactly_read<T: Redact + DeserializeOwned>(json: &str) {
    serde_json::from_str::<T>(json).map(drop).unwrap();
    let expected = without_secrets(serde_json::from_str(json).unwrap());
    assert_eq!(redacted::<T>(Side::Request, json), expected, "{json}");
}

/// Checks that `json` is a `T` to serde, and that it is redacted to `expected`: where more has to go
/// than what is secret.
#[track_caller]
pub(crate) fn read_as<T: Redact + DeserializeOwned>(json: &str, expected: &str) {
    serde_json::from_str::<T>(json).map(drop).unwrap();
    let expected: Value = serde_json::from_str(expected).unwrap();
    assert_eq!(redacted::<T>(Side::Request, json), expected, "{json}");
}

fn without_secrets(mut value: Value) -> Value {
    match &mut value {
        Value::String(text) if text.starts_with(SECRET) => *text = "[CLIENT_REDACTED]".to_owned(),
        Value::Array(items) => items.iter_mut().for_each(|v| *v = without_secrets(v.take())),
        Value::Object(members) => members.values_mut().for_each(|v| *v = without_secrets(v.take())),
        _ => {}
    }
    value
}

/// A secret of a kind.
pub(crate) fn secret(kind: &str) -> String {
    format!("{SECRET} {kind}")
}

/// What stays.
pub(crate) fn plain() -> String {
    "plain".to_owned()
}

/// A type with rules of its own.
#[derive(Serialize, Redact, Clone)]
pub(crate) struct Address {
    pub(crate) city: String,
    #[redact]
    pub(crate) zip: String,
}

/// One of those.
pub(crate) fn address() -> Address {
    Address { city: plain(), zip: secret("zip") }
}

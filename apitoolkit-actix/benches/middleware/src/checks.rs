//! That a row does what it claims to.

use base64::{Engine as _, prelude::BASE64_STANDARD};

use crate::{
    app::{ROUTE, TOKEN},
    body::{PLAIN, SECRETS},
    rows::{Body, Row, What},
    sink::Kept,
};

const MARKER: &str = "[CLIENT_REDACTED]";

/// A span that arrived.
pub(crate) fn span(row: &Row, span: &Kept) {
    assert!(span.text.contains(ROUTE), "{}: no route in {}", row.name, span.text);
    if let What::Ours(_) | What::OursByProvider(_) = row.what {
        ours(row, span);
    }
}

fn ours(row: &Row, span: &Kept) {
    assert!(!span.text.contains(TOKEN), "{}: the token left", row.name);
    assert_eq!(attribute(span, "http.route"), Some(ROUTE));
    let header = |name: &str| attribute(span, &format!("http.request.header.{name}"));
    assert_eq!(header("accept"), Some(r#"["application/json"]"#), "{}", span.text);
    assert_eq!(header("user-agent"), Some(r#"["bench/1.0"]"#));
    assert_eq!(header("authorization"), Some(r#"["[CLIENT_REDACTED]"]"#));
    let [request, response] = match row.body {
        Body::None => [None, None],
        Body::Request(kib) => [Some(kib), None],
        Body::Response(kib) => [None, Some(kib)],
    };
    body(row, attribute(span, "http.request.body"), request);
    body(row, attribute(span, "http.response.body"), response);
}

/// A body that left: whole, but for what was to be redacted.
fn body(row: &Row, sent: Option<&str>, kib: Option<usize>) {
    let Some(kib) = kib else { return assert_eq!(sent, None, "{}", row.name) };
    let body = BASE64_STANDARD.decode(sent.expect("a body")).expect("base64");
    let body = String::from_utf8(body).expect("text");
    assert!(body.contains(PLAIN) && body.contains(MARKER), "{}: {body}", row.name);
    assert!(body.len() > kib * 1024 * 9 / 10, "{}: {} bytes left", row.name, body.len());
    for secret in SECRETS {
        assert!(!body.contains(secret), "{}: {secret} left", row.name);
    }
    serde_json::from_str::<serde_json::Value>(&body).expect("still JSON");
}

fn attribute<'a>(span: &'a Kept, key: &str) -> Option<&'a str> {
    let mut values = span.attributes.iter().filter(|(known, _)| known == key);
    let value = values.next().map(|(_, value)| value.as_str());
    assert_eq!(values.next(), None, "{key} is there twice");
    value
}

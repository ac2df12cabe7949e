//! Pieces of an exchange that several forms need.

use std::{
    borrow::Cow,
    time::{Duration, SystemTime},
};

use actix_web::http::StatusCode;
use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{
    explorer::record::{Part, Record},
    semconv,
};

/// With microseconds: `2024-01-01T00:00:00.000000Z`.
pub(super) fn rfc3339(when: SystemTime) -> String {
    // Beyond the year 9999 there is no such form.
    let last = SystemTime::UNIX_EPOCH + Duration::from_secs(253_402_300_799);
    humantime::format_rfc3339_micros(when.clamp(SystemTime::UNIX_EPOCH, last)).to_string()
}

pub(super) fn millis(duration: Duration) -> f64 {
    duration.as_nanos() as f64 / 1e6
}

/// The first value of a header.
pub(super) fn header<'r>(record: &'r Record, part: Part, name: &str) -> Option<&'r str> {
    let mut headers = record.headers(part);
    headers.find(|(other, _)| *other == name).and_then(|(_, values)| values.first().copied())
}

/// The media type of a body without its parameters, in lower case; empty if there is none.
pub(super) fn media_type(record: &Record, part: Part) -> String {
    let whole = header(record, part, "content-type").unwrap_or_default();
    whole.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// `HTTP/1.1`, `HTTP/2`; `unknown` if it is.
pub(super) fn protocol(record: &Record) -> String {
    let version = record.text(semconv::NETWORK_PROTOCOL_VERSION);
    version.map_or_else(|| "unknown".to_owned(), |version| format!("HTTP/{version}"))
}

/// `Not Found`; empty for statuses that have no such words.
pub(super) fn reason(status: u16) -> &'static str {
    StatusCode::from_u16(status).ok().and_then(|s| s.canonical_reason()).unwrap_or_default()
}

/// A body as text, and whether that is base64 because it is none.
pub(super) fn body_text(body: Cow<'_, [u8]>) -> (String, bool) {
    match String::from_utf8(body.into_owned()) {
        Ok(text) => (text, false),
        Err(error) => (STANDARD.encode(error.as_bytes()), true),
    }
}

/// The pairs of a query, decoded.
pub(super) fn query_pairs(query: &str) -> Vec<(String, String)> {
    serde_urlencoded::from_str(query).unwrap_or_default()
}

//! Copying the heads of requests and responses, and writing the propagation headers.

use http::{
    HeaderMap, Version,
    header::{HeaderName, HeaderValue},
};
use reqwest::Request;

use crate::{
    client::call::Sent,
    exchange::{Origin, RequestHead},
    telemetry::Header,
};

static TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
static TRACESTATE: HeaderName = HeaderName::from_static("tracestate");
static BAGGAGE: HeaderName = HeaderName::from_static("baggage");

/// The parts of a request's head that are looked at.
pub(super) struct Parts<'r>(pub(super) &'r Request);

impl Sent for Parts<'_> {
    fn method(&self) -> &str {
        self.0.method().as_str()
    }

    fn origin(&self) -> Origin {
        let url = self.0.url();
        Origin::of_url(Some(url.scheme()), url.has_authority().then(|| url.authority()))
    }

    fn copy(&self, head: &mut RequestHead) {
        let url = self.0.url();
        match url.query() {
            Some(query) => head.set_target(&[url.path(), "?", query].concat()),
            None => head.set_target(url.path()),
        }
        head.origin = self.origin();
        head.fields.extend(fields(self.0.headers()));
    }
}

/// Names, values, and whether a value is marked sensitive.
pub(super) fn fields(headers: &HeaderMap) -> impl Iterator<Item = (&str, &[u8], bool)> {
    headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes(), value.is_sensitive()))
}

pub(super) fn version(version: Version) -> Option<&'static str> {
    match version {
        Version::HTTP_10 => Some("1.0"),
        Version::HTTP_11 => Some("1.1"),
        Version::HTTP_2 => Some("2"),
        Version::HTTP_3 => Some("3"),
        _ => None,
    }
}

/// Gives a propagation header its value, or none. A value that no header can hold is left out.
pub(super) fn set(headers: &mut HeaderMap, header: Header, value: Option<&[u8]>) {
    let name = match header {
        Header::Traceparent => &TRACEPARENT,
        Header::Tracestate => &TRACESTATE,
        Header::Baggage => &BAGGAGE,
    };
    match value.and_then(|value| HeaderValue::from_bytes(value).ok()) {
        Some(value) => headers.insert(name.clone(), value),
        None => headers.remove(name),
    };
}

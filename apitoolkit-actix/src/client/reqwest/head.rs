//! Copying the heads of requests and responses, and writing the propagation headers.

use http::{
    HeaderMap, Version,
    header::{HeaderName, HeaderValue},
};
use reqwest::{Request, Response};

use crate::{
    client::call::Wanted,
    exchange::{Fields, Method, RequestHead, ResponseHead},
    telemetry::Outbound,
};

static TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
static TRACESTATE: HeaderName = HeaderName::from_static("tracestate");
static BAGGAGE: HeaderName = HeaderName::from_static("baggage");

pub(super) fn request(request: &Request, method: Method, wanted: Wanted) -> RequestHead {
    let url = request.url();
    let mut target = url.path().to_owned();
    let path_end = target.len();
    if let Some(query) = url.query() {
        target.push('?');
        target.push_str(query);
    }
    RequestHead {
        method,
        target: target.into(),
        path_end,
        version: None,
        https: url.scheme() == "https",
        other_scheme: Some(url.scheme())
            .filter(|scheme| !matches!(*scheme, "http" | "https"))
            .map(Into::into),
        authority: url.has_authority().then(|| url.authority().into()),
        peer: None,
        fields: match wanted {
            Wanted::All => fields(request.headers()),
            Wanted::Server => Fields::default(),
        },
    }
}

/// The head of a response; without the headers, unless they are wanted.
pub(super) fn response(response: &Response, with_headers: bool) -> ResponseHead {
    let fields = if with_headers { fields(response.headers()) } else { Fields::default() };
    ResponseHead { status: response.status().as_u16(), fields }
}

fn fields(headers: &HeaderMap) -> Fields {
    let mut fields = Fields::with_capacity(headers.len());
    for (name, value) in headers {
        fields.push(name.as_str(), value.as_bytes(), value.is_sensitive());
    }
    fields
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

/// Writes the propagation headers, each once, in place of those that are there. A value that no
/// header can hold is left out.
pub(super) fn propagate(headers: &mut HeaderMap, outbound: Outbound) {
    let Outbound { traceparent, tracestate, baggage } = outbound;
    if let Some(traceparent) = traceparent.and_then(value) {
        headers.insert(TRACEPARENT.clone(), traceparent);
        // One that is there belongs to another trace.
        match tracestate.and_then(value) {
            Some(tracestate) => headers.insert(TRACESTATE.clone(), tracestate),
            None => headers.remove(&TRACESTATE),
        };
    }
    if let Some(baggage) = baggage.and_then(value) {
        headers.insert(BAGGAGE.clone(), baggage);
    }
}

fn value(text: String) -> Option<HeaderValue> {
    HeaderValue::try_from(text).ok()
}

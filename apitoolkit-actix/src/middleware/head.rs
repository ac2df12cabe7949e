//! Copying heads: the only part of a request that is looked at before its handler runs.

use actix_web::{
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method as HttpMethod, StatusCode, Version,
        header::{CONTENT_LENGTH, HeaderMap, HeaderName},
    },
};

use crate::{
    exchange::{Method, Origin, RequestHead},
    telemetry::Inbound,
};

// Looked up by name, so not parsed each time.
static TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
static TRACESTATE: HeaderName = HeaderName::from_static("tracestate");
static BAGGAGE: HeaderName = HeaderName::from_static("baggage");

/// Which of the headers that every request is asked for it has.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Present {
    traceparent: bool,
    tracestate: bool,
    pub(super) baggage: bool,
    pub(super) request_id: bool,
}

impl Present {
    /// Goes through the names once: that takes less than looking up four of them.
    pub(super) fn among(headers: &HeaderMap) -> Self {
        let mut present = Self::default();
        for name in headers.keys() {
            match name.as_str() {
                "traceparent" => present.traceparent = true,
                "tracestate" => present.tracestate = true,
                "baggage" => present.baggage = true,
                "x-request-id" => present.request_id = true,
                _ => {}
            }
        }
        present
    }

    /// Whether the caller sent anything of its context.
    pub(super) fn has_context(self) -> bool {
        self.traceparent || self.baggage
    }
}

/// The propagation headers, every line of each.
pub(super) fn inbound(
    headers: &HeaderMap,
    present: Present,
) -> Inbound<impl Iterator<Item = &[u8]>, impl Iterator<Item = &[u8]>, impl Iterator<Item = &[u8]>>
{
    Inbound {
        traceparent: lines(headers, present.traceparent, &TRACEPARENT),
        tracestate: lines(headers, present.tracestate, &TRACESTATE),
        baggage: lines(headers, present.baggage, &BAGGAGE),
    }
}

fn lines<'h>(
    headers: &'h HeaderMap,
    are_there: bool,
    name: &'static HeaderName,
) -> impl Iterator<Item = &'h [u8]> + use<'h> {
    let lines = are_there.then(|| headers.get_all(name));
    lines.into_iter().flatten().map(|value| value.as_bytes())
}

pub(super) fn copy(request: &ServiceRequest, method: Method, head: &mut RequestHead) {
    let uri = request.uri();
    let target = uri.path_and_query().map(|target| (target.as_str(), target.path().len()));
    let (target, path_end) = target.unwrap_or_default();
    head.set_target_of(target, path_end);
    head.method = method;
    head.version = version(request.version());
    head.origin = Origin {
        https: is_https(request),
        other_scheme: None,
        authority: uri.authority().map(|authority| authority.as_str().into()),
    };
    head.peer = request.peer_addr();
    head.fields.extend(fields(request.headers()));
}

/// Names, values, and whether a value is marked sensitive.
pub(super) fn fields(headers: &HeaderMap) -> impl Iterator<Item = (&str, &[u8], bool)> {
    headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes(), value.is_sensitive()))
}

/// Whether another protocol follows the response's head.
pub(super) fn is_tunnel<B>(response: &ServiceResponse<B>) -> bool {
    let status = response.status();
    status == StatusCode::SWITCHING_PROTOCOLS
        || (status.is_success() && *response.request().method() == HttpMethod::CONNECT)
}

/// Whether the connection, or an absolute target, says TLS.
pub(super) fn is_https(request: &ServiceRequest) -> bool {
    request.uri().scheme_str() == Some("https") || request.app_config().secure()
}

/// The length that a head announces.
pub(super) fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.trim().parse().ok()
}

pub(super) fn version(version: Version) -> Option<&'static str> {
    match version {
        Version::HTTP_09 => Some("0.9"),
        Version::HTTP_10 => Some("1.0"),
        Version::HTTP_11 => Some("1.1"),
        Version::HTTP_2 => Some("2"),
        Version::HTTP_3 => Some("3"),
        _ => None,
    }
}

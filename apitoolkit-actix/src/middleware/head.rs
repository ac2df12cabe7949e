//! Copying heads: the only part of a request that is looked at before its handler runs.

use actix_web::{
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method as HttpMethod, StatusCode, Version,
        header::{CONTENT_LENGTH, HeaderMap, HeaderName},
    },
};

use crate::{
    exchange::{Fields, Method, RequestHead},
    telemetry::Inbound,
};

// Looked up in every request, so not parsed in every request.
static TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
static TRACESTATE: HeaderName = HeaderName::from_static("tracestate");
static BAGGAGE: HeaderName = HeaderName::from_static("baggage");

/// The propagation headers, every line of each.
pub(super) fn inbound(
    headers: &HeaderMap,
) -> Inbound<impl Iterator<Item = &[u8]>, impl Iterator<Item = &[u8]>, impl Iterator<Item = &[u8]>>
{
    Inbound {
        traceparent: lines(headers, &TRACEPARENT),
        tracestate: lines(headers, &TRACESTATE),
        baggage: lines(headers, &BAGGAGE),
    }
}

fn lines<'h>(
    headers: &'h HeaderMap,
    name: &'static HeaderName,
) -> impl Iterator<Item = &'h [u8]> + use<'h> {
    headers.get_all(name).map(|value| value.as_bytes())
}

pub(super) fn request(request: &ServiceRequest, method: Method) -> RequestHead {
    let uri = request.uri();
    let target = uri.path_and_query().map_or("", |target| target.as_str());
    RequestHead {
        method,
        target: target.into(),
        path_end: target.find('?').unwrap_or(target.len()),
        version: version(request.version()),
        https: is_https(request),
        other_scheme: None,
        authority: uri.authority().map(|authority| authority.as_str().into()),
        peer: request.peer_addr(),
        fields: fields(request.headers()),
    }
}

pub(super) fn fields(headers: &HeaderMap) -> Fields {
    let mut fields = Fields::with_capacity(headers.len());
    for (name, value) in headers {
        fields.push(name.as_str(), value.as_bytes(), value.is_sensitive());
    }
    fields
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

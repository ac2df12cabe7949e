//! Copying heads: the only part of a request that is looked at before its handler runs.

use actix_web::{
    HttpRequest,
    dev::ServiceRequest,
    http::{Version, header::HeaderMap},
};

use crate::{
    exchange::{Fields, Method, PathParams, RequestHead},
    telemetry::Inbound,
};

/// The propagation headers, every line of each.
pub(super) fn inbound(
    headers: &HeaderMap,
) -> Inbound<impl Iterator<Item = &[u8]>, impl Iterator<Item = &[u8]>, impl Iterator<Item = &[u8]>>
{
    Inbound {
        traceparent: lines(headers, "traceparent"),
        tracestate: lines(headers, "tracestate"),
        baggage: lines(headers, "baggage"),
    }
}

fn lines<'h>(headers: &'h HeaderMap, name: &str) -> impl Iterator<Item = &'h [u8]> + use<'h> {
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
        https: uri.scheme_str() == Some("https") || request.app_config().secure(),
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

/// Whether the router matched a whole resource: it then has consumed the whole path.
pub(super) fn is_matched(request: &HttpRequest) -> bool {
    request.match_info().unprocessed().is_empty()
}

/// The path's parameters, as ranges of the path they were matched in.
pub(super) fn path_params(request: &HttpRequest) -> PathParams {
    let matched = request.match_info();
    let path = matched.as_str();
    let start = path.as_ptr() as usize;
    let params: Vec<_> = matched
        .iter()
        .map(|(name, value)| {
            // A static segment's value lies elsewhere; its range then fits nothing, and whoever
            // uses it takes the safe side.
            let from = (value.as_ptr() as usize).wrapping_sub(start);
            (name.into(), from, from.wrapping_add(value.len()))
        })
        .collect();
    let differs = !params.is_empty() && path != request.uri().path();
    PathParams { path: differs.then(|| path.into()), params }
}

fn version(version: Version) -> Option<&'static str> {
    match version {
        Version::HTTP_09 => Some("0.9"),
        Version::HTTP_10 => Some("1.0"),
        Version::HTTP_11 => Some("1.1"),
        Version::HTTP_2 => Some("2"),
        Version::HTTP_3 => Some("3"),
        _ => None,
    }
}

//! Copying the head of a request, and writing the propagation headers into it.

use std::rc::Rc;

use actix_http::{RequestHeadType, header::HeaderMap as HttpHeaders};
use actix_web::http::{
    Uri, Version,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use awc::ConnectRequest;

use crate::{
    client::call::Wanted,
    exchange::{Fields, Method, RequestHead},
    telemetry::Outbound,
};

static TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
static TRACESTATE: HeaderName = HeaderName::from_static("tracestate");
static BAGGAGE: HeaderName = HeaderName::from_static("baggage");

/// The parts of a request's head that are looked at, whatever it is part of.
pub(super) struct Parts<'r> {
    pub(super) method: &'r str,
    pub(super) uri: &'r Uri,
    headers: &'r HeaderMap,
    /// Written over the others.
    extra: Option<&'r HeaderMap>,
}

impl<'r> Parts<'r> {
    pub(super) fn of(request: &'r ConnectRequest) -> Self {
        let (head, extra) = match request {
            ConnectRequest::Client(RequestHeadType::Owned(head), ..)
            | ConnectRequest::Tunnel(head, _) => (head, None),
            ConnectRequest::Client(RequestHeadType::Rc(head, extra), ..) => {
                (&**head, extra.as_ref())
            }
        };
        Self { method: head.method.as_str(), uri: &head.uri, headers: &head.headers, extra }
    }

    pub(super) fn copy(&self, method: Method, wanted: Wanted) -> RequestHead {
        if wanted == Wanted::Server {
            return request_head(self.uri, method, Fields::default());
        }
        let mut fields = Fields::with_capacity(self.headers.len());
        let extra = self.extra.into_iter().flatten();
        let written_over = |name| self.extra.is_some_and(|extra| extra.contains_key(name));
        for (name, value) in
            self.headers.iter().filter(|(name, _)| !written_over(*name)).chain(extra)
        {
            fields.push(name.as_str(), value.as_bytes(), value.is_sensitive());
        }
        request_head(self.uri, method, fields)
    }
}

/// The head of a request whose URL nobody can make out.
pub(super) fn without_url(method: Method) -> RequestHead {
    let mut head = request_head(&Uri::default(), method, Fields::default());
    head.target = Box::default();
    head.path_end = 0;
    head
}

/// The head of a request to a URL.
pub(super) fn request_head(uri: &Uri, method: Method, fields: Fields) -> RequestHead {
    let target = uri.path_and_query().map_or("", |target| target.as_str());
    RequestHead {
        method,
        target: target.into(),
        path_end: target.find('?').unwrap_or(target.len()),
        version: None,
        https: matches!(uri.scheme_str(), Some("https" | "wss")),
        other_scheme: match uri.scheme_str() {
            Some("http" | "https") => None,
            other => Some(other.unwrap_or_default().into()),
        },
        authority: uri.authority().map(|authority| authority.as_str().into()),
        peer: None,
        fields,
    }
}

pub(super) fn fields(headers: &HeaderMap) -> Fields {
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
pub(super) fn propagate(request: &mut ConnectRequest, outbound: Outbound) {
    let Outbound { traceparent, tracestate, baggage } = outbound;
    if let Some(traceparent) = traceparent.and_then(value) {
        insert(request, &TRACEPARENT, traceparent);
        // One that is there belongs to another trace.
        match tracestate.and_then(value) {
            Some(tracestate) => insert(request, &TRACESTATE, tracestate),
            None => remove(request, &TRACESTATE),
        }
    }
    if let Some(baggage) = baggage.and_then(value) {
        insert(request, &BAGGAGE, baggage);
    }
}

fn value(text: String) -> Option<HeaderValue> {
    HeaderValue::try_from(text).ok()
}

fn insert(request: &mut ConnectRequest, name: &HeaderName, value: HeaderValue) {
    match request {
        ConnectRequest::Client(RequestHeadType::Owned(head), ..)
        | ConnectRequest::Tunnel(head, _) => head.headers.insert(name.clone(), value),
        ConnectRequest::Client(RequestHeadType::Rc(_, extra), ..) => {
            extra.get_or_insert_with(HttpHeaders::new).insert(name.clone(), value)
        }
    };
}

fn remove(request: &mut ConnectRequest, name: &HeaderName) {
    match request {
        ConnectRequest::Client(RequestHeadType::Owned(head), ..)
        | ConnectRequest::Tunnel(head, _) => {
            head.headers.remove(name);
        }
        ConnectRequest::Client(RequestHeadType::Rc(shared, extra), ..) => {
            if let Some(extra) = extra {
                extra.remove(name);
            }
            if shared.headers.contains_key(name) {
                // A frozen request is sent again as it is; this one gets a head of its own.
                Rc::make_mut(shared).headers.remove(name);
            }
        }
    }
}

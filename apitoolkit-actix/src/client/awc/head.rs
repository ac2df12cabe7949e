//! Copying the head of a request, and writing the propagation headers into it.

use std::rc::Rc;

use actix_http::{RequestHeadType, header::HeaderMap as HttpHeaders};
use actix_web::http::{
    Uri, Version,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use awc::ConnectRequest;

use crate::{
    client::call::Sent,
    exchange::{Origin, RequestHead},
    telemetry::Header,
};

static TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
static TRACESTATE: HeaderName = HeaderName::from_static("tracestate");
static BAGGAGE: HeaderName = HeaderName::from_static("baggage");

/// The parts of a request's head that are looked at, whatever it is part of.
pub(super) struct Parts<'r> {
    method: &'r str,
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
}

impl Sent for Parts<'_> {
    fn method(&self) -> &str {
        self.method
    }

    fn origin(&self) -> Origin {
        origin(self.uri)
    }

    fn copy(&self, head: &mut RequestHead) {
        copy(self.uri, head);
        let extra = self.extra.into_iter().flatten();
        let written_over = |name| self.extra.is_some_and(|extra| extra.contains_key(name));
        let headers = self.headers.iter().filter(|(name, _)| !written_over(*name)).chain(extra);
        head.fields.extend(fields(headers));
    }
}

/// A request that is not sent, whose headers nobody sees; without a URL, nobody can make that out.
pub(super) struct Refused<'r> {
    pub(super) method: &'r str,
    pub(super) uri: Option<&'r Uri>,
}

impl Sent for Refused<'_> {
    fn method(&self) -> &str {
        self.method
    }

    fn origin(&self) -> Origin {
        self.uri.map_or_else(|| Origin::of_url(None, None), origin)
    }

    fn copy(&self, head: &mut RequestHead) {
        match self.uri {
            Some(uri) => copy(uri, head),
            None => head.origin = self.origin(),
        }
    }
}

fn origin(uri: &Uri) -> Origin {
    Origin::of_url(uri.scheme_str(), uri.authority().map(|authority| authority.as_str()))
}

fn copy(uri: &Uri, head: &mut RequestHead) {
    head.set_target(uri.path_and_query().map_or("", |target| target.as_str()));
    head.origin = origin(uri);
}

/// Names, values, and whether a value is marked sensitive.
pub(super) fn fields<'h>(
    headers: impl IntoIterator<Item = (&'h HeaderName, &'h HeaderValue)>,
) -> impl Iterator<Item = (&'h str, &'h [u8], bool)> {
    let headers = headers.into_iter();
    headers.map(|(name, value)| (name.as_str(), value.as_bytes(), value.is_sensitive()))
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
pub(super) fn set(request: &mut ConnectRequest, header: Header, value: Option<&[u8]>) {
    let name = match header {
        Header::Traceparent => &TRACEPARENT,
        Header::Tracestate => &TRACESTATE,
        Header::Baggage => &BAGGAGE,
    };
    match value.and_then(|value| HeaderValue::from_bytes(value).ok()) {
        Some(value) => insert(request, name, value),
        None => remove(request, name),
    }
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

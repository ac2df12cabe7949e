use std::{borrow::Cow, fmt, mem, net::SocketAddr, sync::Arc, time::Duration};

use super::{
    Addresses, Direction, ErrorReport, Exchange, Failure, Fields, Memory, Method, RedactedBody,
    RedactedError, RedactedHeaders, RequestHead, Value,
    authority::{Addressing, Authority, Forwarded},
    error_report::MARKED_FAILED,
    redacted_target::RedactedTarget,
};
use crate::redact::{Redactor, Side};

/// An exchange from which everything secret was taken out.
///
/// Its only constructor is [`Exchange::redact`], and it is all that the layers above accept. It
/// borrows from the exchange what nothing had to be taken out of.
#[derive(Debug)]
#[non_exhaustive]
pub(crate) struct RedactedExchange<'e> {
    pub(crate) id: u128,
    pub(crate) request_id: Option<Cow<'e, str>>,
    pub(crate) direction: Direction,
    /// Of an outgoing exchange: the whole URL.
    pub(crate) full_url: Option<String>,
    pub(crate) method: &'e Method,
    pub(crate) route: Option<&'e Arc<str>>,
    /// Empty where a call's URL has none.
    pub(crate) scheme: &'e str,
    pub(crate) path: Cow<'e, str>,
    pub(crate) query: Option<Cow<'e, str>>,
    /// A JSON object.
    pub(crate) path_params: &'e str,
    /// A JSON object.
    pub(crate) query_params: &'e str,
    pub(crate) server: Option<Authority>,
    pub(crate) client_address: Option<Arc<str>>,
    pub(crate) peer_address: Option<Arc<str>>,
    pub(crate) peer: Option<SocketAddr>,
    pub(crate) protocol_version: Option<&'static str>,
    pub(crate) status: Option<u16>,
    pub(crate) headers: RedactedHeaders<'e>,
    pub(crate) request_body: RedactedBody<'e>,
    pub(crate) response_body: RedactedBody<'e>,
    pub(crate) errors: Vec<RedactedError>,
    pub(crate) attributes: Vec<(Cow<'static, str>, Value)>,
    pub(crate) failure: Option<Failure>,
    pub(crate) took: Duration,
}

impl Exchange {
    /// Takes everything secret out of an exchange that took so long.
    pub(crate) fn redact<'e>(
        &'e mut self,
        redactor: &'e Redactor,
        memory: &'e mut Memory,
        took: Duration,
    ) -> RedactedExchange<'e> {
        let attributes = mem::take(&mut self.attributes).redact(redactor);
        let this = &*self;
        let Memory { scratch, addresses, target } = memory;
        let request = &this.request;
        let outgoing = this.direction != Direction::Incoming;
        // What an app tells a server about its own clients says nothing about that server.
        let addressing = match outgoing {
            true => Addressing::default(),
            false => Addressing::read(&request.fields),
        };
        let forwarded = Forwarded::read(&addressing);
        let target = this.redact_target(redactor, target);
        let RedactedTarget { path, query, path_params, query_params } = target;
        let peer_address = request.peer.map(|peer| addresses.peer(peer.ip()));
        let response_fields = this.response.as_ref().map_or(Fields::NONE, |head| &head.fields);
        RedactedExchange {
            id: this.id,
            request_id: this.request_id.as_deref().map(|id| redactor.text(id)),
            direction: this.direction,
            full_url: if outgoing {
                full_url(request, &path, query.as_deref(), redactor)
            } else {
                None
            },
            scheme: scheme(request, &forwarded),
            server: if outgoing {
                request.origin.server(|text| addresses.host(text))
            } else {
                server(request, &forwarded, addressing.host, addresses)
            },
            path_params,
            query_params,
            path,
            query,
            client_address: forwarded.client.or_else(|| peer_address.clone()),
            peer_address,
            peer: request.peer,
            protocol_version: request.version,
            status: this.response.as_ref().map(|head| head.status),
            headers: RedactedHeaders::new(&request.fields, response_fields, redactor),
            request_body: RedactedBody::new(
                Side::Request,
                &this.request_body,
                &request.fields,
                redactor,
                scratch,
            ),
            response_body: RedactedBody::new(
                Side::Response,
                &this.response_body,
                response_fields,
                redactor,
                scratch,
            ),
            errors: redacted_errors(&this.errors, redactor),
            attributes,
            failure: this.failure,
            took,
            route: this.route.as_ref(),
            method: &request.method,
        }
    }
}

impl<'e> RedactedExchange<'e> {
    /// The request's and the response's.
    pub(crate) fn bodies(&self) -> [&RedactedBody<'e>; 2] {
        [&self.request_body, &self.response_body]
    }

    /// Whether the exchange counts as failed: it broke off, or it was answered with a 5xx (a call:
    /// with a 4xx, too). A call that was cancelled did not fail.
    pub(crate) fn is_failed(&self) -> bool {
        match self.failure {
            Some(Failure::Cancelled) => false,
            Some(_) => true,
            None => self.status.is_some_and(|status| status >= self.failed_from()),
        }
    }

    /// `error.type`: what broke it off, else the status that says so.
    pub(crate) fn error_type(&self) -> Option<Cow<'static, str>> {
        match (self.failure, self.status) {
            (Some(failure), _) => failure.error_type().map(Cow::Borrowed),
            (None, Some(status)) if status >= self.failed_from() => {
                Some(Cow::Owned(status.to_string()))
            }
            _ => None,
        }
    }

    /// Why it failed, if it did: what nobody handled, what the app says, or the first of what it
    /// reported.
    pub(crate) fn failure_text(&self) -> Option<&str> {
        let errors = || self.errors.iter();
        errors()
            .find(|error| error.is_unhandled)
            .or_else(|| errors().find(|error| error.error_type == MARKED_FAILED))
            .or_else(|| errors().next())
            .map(|error| error.message.as_str())
    }

    /// The lowest status that means failure: a 4xx is the fault of whoever asked.
    fn failed_from(&self) -> u16 {
        match self.direction {
            Direction::Incoming => 500,
            Direction::Outgoing(_) => 400,
        }
    }
}

/// The exchange in one line, for a person who reads along.
impl fmt::Display for RedactedExchange<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let method = self.method.original().unwrap_or_else(|| self.method.name());
        let route = self.route.map_or("(no route)", |route| &**route);
        write!(f, "{method} {} -> {route} ", self.path)?;
        match self.status {
            Some(status) => write!(f, "{status}")?,
            None => f.write_str("no answer")?,
        }
        write!(f, " in {:.1?}", self.took)?;
        if let Some(failure) = self.failure {
            write!(f, ", {}", failure.error_type().unwrap_or("cancelled"))?;
        }
        write!(f, "; request {}; response {}", self.request_body, self.response_body)
    }
}

/// Most exchanges have none.
fn redacted_errors(errors: &[ErrorReport], redactor: &Redactor) -> Vec<RedactedError> {
    if errors.is_empty() {
        return Vec::new();
    }
    errors.iter().map(|report| RedactedError::new(report, redactor)).collect()
}

fn scheme<'e>(request: &'e RequestHead, forwarded: &Forwarded) -> &'e str {
    match forwarded.https {
        Some(https) => {
            if https {
                "https"
            } else {
                "http"
            }
        }
        None => request.origin.scheme(),
    }
}

/// `url.full` of a call, put together of its redacted parts; absent if it has no whole URL.
fn full_url(
    request: &RequestHead,
    path: &str,
    query: Option<&str>,
    redactor: &Redactor,
) -> Option<String> {
    let (scheme, authority) = (request.origin.scheme(), request.origin.authority.as_deref()?);
    if scheme.is_empty() {
        return None;
    }
    // Most are a host and a port, where nothing can be hidden.
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':');
    let (mark, query) = query.map_or(("", ""), |query| ("?", query));
    if authority.bytes().all(is_plain) {
        return Some([scheme, "://", authority, path, mark, query].concat());
    }
    let base = [scheme, "://", authority].concat();
    Some([&redactor.url(&base), path, mark, query].concat())
}

/// The host that the client addressed: what a proxy reports, else the target's, else `Host`.
fn server(
    request: &RequestHead,
    forwarded: &Forwarded,
    host: Option<&str>,
    addresses: &mut Addresses,
) -> Option<Authority> {
    let mut server = forwarded
        .host
        .clone()
        .or_else(|| request.origin.authority.as_deref().and_then(|text| addresses.host(text)))
        .or_else(|| host.and_then(|text| addresses.host(text)))?;
    let default = if scheme(request, forwarded) == "https" { 443 } else { 80 };
    server.port = server.port.or(Some(default));
    Some(server)
}

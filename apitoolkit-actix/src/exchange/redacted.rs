use std::{borrow::Cow, fmt, net::SocketAddr, sync::Arc, time::Duration};

use super::{
    Direction, Exchange, Failure, Fields, Method, RedactedBody, RedactedError, RequestHead, Value,
    authority::{Authority, Forwarded},
    error_report::MARKED_FAILED,
};
use crate::redact::{PathParam, Redactor, Scratch, Side};

/// An exchange from which everything secret was taken out.
///
/// Its only constructor is [`Exchange::redact`], and it is all that the layers above accept.
#[derive(Debug)]
#[non_exhaustive]
pub(crate) struct RedactedExchange {
    pub(crate) id: u128,
    pub(crate) request_id: Option<String>,
    pub(crate) direction: Direction,
    /// Of an outgoing exchange: the whole URL.
    pub(crate) full_url: Option<String>,
    pub(crate) method: Method,
    pub(crate) route: Option<Arc<str>>,
    /// Empty where a call's URL has none.
    pub(crate) scheme: Cow<'static, str>,
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) path_params: Vec<(String, String)>,
    pub(crate) query_params: Vec<(String, String)>,
    pub(crate) server: Option<Authority>,
    pub(crate) client_address: Option<String>,
    pub(crate) peer: Option<SocketAddr>,
    pub(crate) protocol_version: Option<&'static str>,
    pub(crate) user_agent: Option<String>,
    pub(crate) status: Option<u16>,
    pub(crate) request_headers: Vec<(String, Vec<String>)>,
    pub(crate) response_headers: Vec<(String, Vec<String>)>,
    pub(crate) request_body: RedactedBody,
    pub(crate) response_body: RedactedBody,
    pub(crate) errors: Vec<RedactedError>,
    pub(crate) attributes: Vec<(Cow<'static, str>, Value)>,
    pub(crate) failure: Option<Failure>,
    pub(crate) took: Duration,
}

impl Exchange {
    /// Takes everything secret out.
    pub(crate) fn redact(self, redactor: &Redactor, scratch: &mut Scratch) -> RedactedExchange {
        let request = &self.request;
        let outgoing = self.direction != Direction::Incoming;
        // What an app tells a server about its own clients says nothing about that server.
        let forwarded =
            if outgoing { Forwarded::default() } else { Forwarded::read(&request.fields) };
        let path = self.redacted_path(redactor);
        let path_params = self.redacted_path_params(redactor);
        let query = request.query().map(|query| match self.secret_query {
            true => redactor.query(&Redactor::whole_query(query)).into_owned(),
            false => redactor.query(query).into_owned(),
        });
        let request_headers = headers(&request.fields, redactor);
        let none = Fields::default();
        let response_fields = self.response.as_ref().map_or(&none, |head| &head.fields);
        RedactedExchange {
            id: self.id,
            request_id: self.request_id.as_deref().map(|id| redactor.text(id).into_owned()),
            direction: self.direction,
            full_url: if outgoing {
                full_url(request, &path, query.as_deref(), redactor)
            } else {
                None
            },
            scheme: scheme(request, &forwarded),
            path,
            path_params,
            query_params: query.as_deref().map_or_else(Vec::new, Redactor::decoded_pairs),
            query,
            server: if outgoing { request.server() } else { server(request, &forwarded) },
            client_address: forwarded
                .client
                .or_else(|| request.peer.map(|peer| peer.ip().to_string())),
            peer: request.peer,
            protocol_version: request.version,
            user_agent: request_headers
                .iter()
                .find(|(name, _)| name == "user-agent")
                .and_then(|(_, values)| values.first().cloned()),
            status: self.response.as_ref().map(|head| head.status),
            request_headers,
            response_headers: headers(response_fields, redactor),
            request_body: RedactedBody::new(
                Side::Request,
                &self.request_body,
                &request.fields,
                redactor,
                scratch,
            ),
            response_body: RedactedBody::new(
                Side::Response,
                &self.response_body,
                response_fields,
                redactor,
                scratch,
            ),
            errors: self.errors.iter().map(|report| RedactedError::new(report, redactor)).collect(),
            attributes: self.attributes.redact(redactor),
            failure: self.failure,
            took: self.took,
            route: self.route.clone(),
            method: request.method.clone(),
        }
    }

    fn redacted_path(&self, redactor: &Redactor) -> String {
        let matched = self.path_params.path.as_deref();
        let params: Vec<_> = self
            .path_params
            .params
            .iter()
            .enumerate()
            .map(|(at, (name, start, end))| PathParam {
                name,
                start: *start,
                end: *end,
                secret: self.path_params.secret.contains(&at),
            })
            .collect();
        let path = matched.unwrap_or_else(|| self.request.path());
        let redacted = redactor.path(path, &params);
        match matched {
            // Nothing was taken out of the path the router saw, so the path as sent is as clean.
            Some(matched) if *redacted == *matched => self.request.path().to_owned(),
            _ => redacted.into_owned(),
        }
    }

    fn redacted_path_params(&self, redactor: &Redactor) -> Vec<(String, String)> {
        if self.route.is_none() {
            // They are those of a route that did not run: known so that the path can be redacted.
            return Vec::new();
        }
        let path = self.path_params.path.as_deref().unwrap_or_else(|| self.request.path());
        self.path_params
            .params
            .iter()
            .enumerate()
            .filter_map(|(at, (name, start, end))| {
                let value = match path.get(*start..*end)? {
                    _ if self.path_params.secret.contains(&at) => Redactor::URL_MARKER.into(),
                    value => redactor.path_param(name, value),
                };
                Some((name.to_string(), value.into_owned()))
            })
            .collect()
    }
}

impl RedactedExchange {
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
impl fmt::Display for RedactedExchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let method = self.method.original().unwrap_or_else(|| self.method.name());
        let route = self.route.as_deref().unwrap_or("(no route)");
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

fn scheme(request: &RequestHead, forwarded: &Forwarded) -> Cow<'static, str> {
    match forwarded.https {
        Some(https) => Cow::Borrowed(if https { "https" } else { "http" }),
        None => request.scheme(),
    }
}

/// `url.full` of a call, put together of its redacted parts; absent if it has no whole URL.
fn full_url(
    request: &RequestHead,
    path: &str,
    query: Option<&str>,
    redactor: &Redactor,
) -> Option<String> {
    let (scheme, authority) = (request.scheme(), request.authority.as_deref()?);
    if scheme.is_empty() {
        return None;
    }
    let mut url = redactor.url(&format!("{scheme}://{authority}")).into_owned();
    url.push_str(path);
    if let Some(query) = query {
        url.push('?');
        url.push_str(query);
    }
    Some(url)
}

/// The host that the client addressed: what a proxy reports, else the target's, else `Host`.
fn server(request: &RequestHead, forwarded: &Forwarded) -> Option<Authority> {
    let mut server = forwarded
        .host
        .clone()
        .or_else(|| request.authority.as_deref().and_then(Authority::parse))
        .or_else(|| request.fields.first("host").and_then(Authority::parse))?;
    let default = if scheme(request, forwarded) == "https" { 443 } else { 80 };
    server.port = server.port.or(Some(default));
    Some(server)
}

/// Headers in the order of their first appearance, every value of a name together.
fn headers(fields: &Fields, redactor: &Redactor) -> Vec<(String, Vec<String>)> {
    let mut headers: Vec<(String, Vec<String>)> = Vec::new();
    for field in fields.iter() {
        let value = redactor.header(field.name, field.value, field.sensitive).into_owned();
        match headers.iter_mut().find(|(name, _)| name == field.name) {
            Some((_, values)) => values.push(value),
            None => headers.push((field.name.to_owned(), vec![value])),
        }
    }
    headers
}

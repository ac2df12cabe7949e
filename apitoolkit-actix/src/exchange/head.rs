use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use super::{
    Attributes, BodyBuffer, ErrorReport, Fields, Method, Origin, PathParams,
    error_report::MARKED_FAILED,
};
use crate::semconv;

/// One request and its answer as they were seen, unredacted.
#[derive(Debug)]
pub(crate) struct Exchange {
    /// 128 random bits: `apitoolkit.msg_id` as a UUID.
    pub(crate) id: u128,
    /// The caller's id of the request, if it sent one.
    pub(crate) request_id: Option<Box<str>>,
    pub(crate) direction: Direction,
    pub(crate) request: RequestHead,
    pub(crate) request_body: BodyBuffer,
    /// Absent when no head was produced.
    pub(crate) response: Option<ResponseHead>,
    pub(crate) response_body: BodyBuffer,
    /// The full joined pattern of the route that matched; of a call, its `url_wildcard`.
    pub(crate) route: Option<Arc<str>>,
    pub(crate) path_params: PathParams,
    /// Whether the whole query is secret, whatever its names.
    pub(crate) secret_query: bool,
    pub(crate) errors: Vec<ErrorReport>,
    /// What the app says of it.
    pub(crate) attributes: Attributes,
    /// Why the exchange did not run to its end, if it did not.
    pub(crate) failure: Option<Failure>,
    pub(crate) started: SystemTime,
    /// When it began and when it ended, by the clock that never goes back.
    pub(crate) clock: Option<(Instant, Instant)>,
    /// Memory for the response's headers.
    spare: Fields,
}

/// Who asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// A client asked the app.
    Incoming,
    /// The app asked a server.
    Outgoing(Call),
}

/// What an outgoing exchange is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Call {
    /// The incoming exchange that it was made in.
    pub(crate) parent: Option<u128>,
    /// How many redirects led here.
    pub(crate) resends: u32,
    /// `apitoolkit.sdk_type`: by which client it was made.
    pub(crate) sdk_type: &'static str,
}

impl Direction {
    /// `apitoolkit.sdk_type`.
    pub(crate) fn sdk_type(&self) -> &'static str {
        match self {
            Self::Incoming => semconv::SDK_TYPE_INCOMING,
            Self::Outgoing(call) => call.sdk_type,
        }
    }
}

/// What kept an exchange from running to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The client went away before it had the whole answer.
    ClientDisconnected,
    /// The app panicked.
    Panic,
    /// The response body's stream gave an error, which cut the answer short.
    Body,
    /// The app says so.
    Marked,
    /// A call got no answer: one of a few words, `connect` or `timeout` for instance.
    Call(&'static str),
    /// The app dropped a call before its end. Nothing went wrong.
    Cancelled,
}

impl Failure {
    /// `error.type`: one of a few words.
    pub(crate) fn error_type(self) -> Option<&'static str> {
        match self {
            Self::ClientDisconnected => Some("client_disconnected"),
            Self::Panic => Some("panic"),
            Self::Body => Some("response_body"),
            Self::Marked => Some(MARKED_FAILED),
            Self::Call(word) => Some(word),
            Self::Cancelled => None,
        }
    }
}

/// The head of a request, copied.
#[derive(Debug, Default)]
pub(crate) struct RequestHead {
    pub(crate) method: Method,
    /// Path and query as sent.
    target: String,
    /// Where the path ends in `target`.
    path_end: usize,
    /// `http.request.protocol.version` as the conventions write it: `1.1`, `2`.
    pub(crate) version: Option<&'static str>,
    pub(crate) origin: Origin,
    pub(crate) peer: Option<SocketAddr>,
    pub(crate) fields: Fields,
}

impl RequestHead {
    /// Copies path and query.
    pub(crate) fn set_target(&mut self, target: &str) {
        self.set_target_of(target, target.find('?').unwrap_or(target.len()));
    }

    /// As [`set_target`](Self::set_target), for whoever knows where the path ends.
    pub(crate) fn set_target_of(&mut self, target: &str, path_end: usize) {
        self.target.clear();
        self.target.push_str(target);
        self.path_end = path_end;
    }

    pub(crate) fn path(&self) -> &str {
        self.target.get(..self.path_end).unwrap_or(&self.target)
    }

    /// The query without its `?`; absent when there is none, empty when it is empty.
    pub(crate) fn query(&self) -> Option<&str> {
        self.target.get(self.path_end + 1..)
    }
}

/// The head of a response, copied.
#[derive(Debug)]
pub(crate) struct ResponseHead {
    pub(crate) status: u16,
    pub(crate) fields: Fields,
}

impl ResponseHead {
    /// How long the body is to be, in bytes. Some answers announce one and have none (RFC 9110,
    /// section 6.4.1).
    fn announced(&self, asked: &Method) -> Option<u64> {
        if matches!(self.status, 100..=199 | 204 | 304) || asked.name() == "HEAD" {
            return None;
        }
        self.fields.first("content-length")?.trim().parse().ok()
    }
}

/// Nothing yet.
impl Default for Exchange {
    fn default() -> Self {
        Self {
            id: 0,
            request_id: None,
            direction: Direction::Incoming,
            request: RequestHead::default(),
            request_body: BodyBuffer::default(),
            response: None,
            response_body: BodyBuffer::default(),
            route: None,
            path_params: PathParams::default(),
            secret_query: false,
            errors: Vec::new(),
            attributes: Attributes::default(),
            failure: None,
            started: SystemTime::UNIX_EPOCH,
            clock: None,
            spare: Fields::default(),
        }
    }
}

impl Exchange {
    /// Forgets everything and keeps the memory.
    pub(super) fn clear(&mut self) {
        // In place: it is a large thing to move.
        let Self {
            id,
            request_id,
            direction,
            request: RequestHead { method, target, path_end, version, origin, peer, fields },
            request_body,
            response,
            response_body,
            route,
            path_params: PathParams { path, params, secret },
            secret_query,
            errors,
            attributes,
            failure,
            started,
            clock,
            spare,
        } = self;
        *id = 0;
        *request_id = None;
        *direction = Direction::Incoming;
        *method = Method::default();
        target.clear();
        *path_end = 0;
        *version = None;
        *origin = Origin::default();
        *peer = None;
        fields.clear();
        *request_body = BodyBuffer::default();
        if let Some(response) = response.take() {
            *spare = response.fields;
        }
        spare.clear();
        *response_body = BodyBuffer::default();
        *route = None;
        *path = None;
        params.clear();
        secret.clear();
        *secret_query = false;
        errors.clear();
        *attributes = Attributes::default();
        *failure = None;
        *started = SystemTime::UNIX_EPOCH;
        *clock = None;
    }

    /// An empty list for the response's headers.
    pub(crate) fn take_response_fields(&mut self) -> Fields {
        std::mem::take(&mut self.spare)
    }

    /// Notes the end of a request body whose every declared byte was read: its reader need not
    /// have asked whether there are more.
    pub(crate) fn end_request_body_if_whole(&mut self) {
        let declared = self.request.fields.first("content-length");
        let declared = declared.and_then(|length| length.trim().parse::<u64>().ok());
        if declared == Some(self.request_body.total()) {
            self.request_body.end();
        }
    }

    /// Notes the end of a response body, unless it is shorter than its head announced: a connection
    /// that is closed too early looks like an end. Returns whether it was one.
    pub(crate) fn end_response_body_unless_short(&mut self) -> bool {
        let method = &self.request.method;
        let announced = self.response.as_ref().and_then(|head| head.announced(method));
        let is_short = announced.is_some_and(|bytes| bytes > self.response_body.total());
        if is_short {
            self.response_body.fail();
        } else {
            self.response_body.end();
        }
        !is_short
    }

    /// Gives up its bodies, to make room or for want of time. Returns how many there were.
    pub(crate) fn shed_bodies(&mut self) -> u64 {
        u64::from(self.request_body.shed()) + u64::from(self.response_body.shed())
    }

    /// How many of its bodies were given up.
    pub(crate) fn bodies_shed(&self) -> u64 {
        u64::from(self.request_body.is_shed()) + u64::from(self.response_body.is_shed())
    }

    /// How many bytes of its bodies are kept.
    pub(crate) fn bodies_len(&self) -> usize {
        self.request_body.bytes().len() + self.response_body.bytes().len()
    }

    /// How long it took.
    pub(crate) fn took(&self) -> Duration {
        let took = |(began, ended): (Instant, Instant)| ended.saturating_duration_since(began);
        self.clock.map(took).unwrap_or_default()
    }

    /// Whether something went wrong: it broke off, was answered with a 5xx, or has errors.
    pub(crate) fn has_failed(&self) -> bool {
        let status = self.response.as_ref().map(|head| head.status);
        let broke_off = self.failure.is_some_and(|failure| failure != Failure::Cancelled);
        broke_off || status.is_some_and(|status| status >= 500) || !self.errors.is_empty()
    }

    /// What can be said of it before it is redacted: method, route and status.
    pub(crate) fn outline(&self) -> String {
        let route = self.route.as_deref().unwrap_or("(no route)");
        let status = self.response.as_ref().map(|head| head.status.to_string());
        let status = status.as_deref().unwrap_or("no answer");
        format!("{} {route} {status}", self.request.method.span_name())
    }

    /// How much memory the exchange holds apart from its bodies, in bytes.
    pub(crate) fn size(&self) -> usize {
        size_of::<Self>()
            + self.request.target.capacity()
            + self.request.fields.size()
            + self.response.as_ref().map_or(0, |head| head.fields.size())
            + self.spare.size()
            + self.errors.iter().map(ErrorReport::size).sum::<usize>()
            + self.attributes.size()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_answers_announce_a_body_and_have_none() {
        let announced = |status, method: &str, length: &str| {
            let mut fields = Fields::default();
            fields.push("content-length", length.as_bytes(), false);
            ResponseHead { status, fields }.announced(&Method::new(method))
        };
        assert_eq!(announced(200, "GET", " 5"), Some(5));
        assert_eq!(announced(404, "POST", "0"), Some(0));
        assert_eq!(announced(200, "HEAD", "5"), None);
        for status in [101, 204, 304] {
            assert_eq!(announced(status, "GET", "5"), None);
        }
        assert_eq!(announced(200, "GET", "five"), None);
    }
}

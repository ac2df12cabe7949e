use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, SystemTime},
};

use super::{BodyBuffer, ErrorReport, Fields, Method};

/// One request and its answer as they were seen, unredacted.
#[derive(Debug)]
pub(crate) struct Exchange {
    /// 128 random bits: `apitoolkit.msg_id` as a UUID.
    pub(crate) id: u128,
    pub(crate) request: RequestHead,
    pub(crate) request_body: BodyBuffer,
    /// Absent when no head was produced.
    pub(crate) response: Option<ResponseHead>,
    pub(crate) response_body: BodyBuffer,
    /// The full joined pattern of the route that matched.
    pub(crate) route: Option<Arc<str>>,
    pub(crate) path_params: PathParams,
    /// Whether the whole query is secret, whatever its names.
    pub(crate) secret_query: bool,
    pub(crate) errors: Vec<ErrorReport>,
    /// Why the exchange did not run to its end, if it did not.
    pub(crate) failure: Option<Failure>,
    pub(crate) started: SystemTime,
    pub(crate) took: Duration,
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
}

impl Failure {
    /// `error.type`: one of a few words.
    pub(crate) fn error_type(self) -> &'static str {
        match self {
            Self::ClientDisconnected => "client_disconnected",
            Self::Panic => "panic",
            Self::Body => "response_body",
        }
    }
}

/// The head of a request, copied.
#[derive(Debug)]
pub(crate) struct RequestHead {
    pub(crate) method: Method,
    /// Path and query as sent.
    pub(crate) target: Box<str>,
    /// Where the path ends in `target`.
    pub(crate) path_end: usize,
    /// `http.request.protocol.version` as the conventions write it: `1.1`, `2`.
    pub(crate) version: Option<&'static str>,
    /// Whether the connection (or an absolute request target) says TLS.
    pub(crate) https: bool,
    /// The authority of an absolute target or of `:authority`; may hold userinfo.
    pub(crate) authority: Option<Box<str>>,
    pub(crate) peer: Option<SocketAddr>,
    pub(crate) fields: Fields,
}

impl RequestHead {
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

/// The path's parameters: names, and where their values are in the path the router matched.
#[derive(Debug, Default)]
pub(crate) struct PathParams {
    /// The path as the router saw it, when that differs from the path as sent.
    pub(crate) path: Option<Box<str>>,
    pub(crate) params: Vec<(Box<str>, usize, usize)>,
    /// Which of them, by position, are secret whatever their names.
    pub(crate) secret: Vec<usize>,
}

impl Exchange {
    /// Notes the end of a request body whose every declared byte was read: its reader need not
    /// have asked whether there are more.
    pub(crate) fn end_request_body_if_whole(&mut self) {
        let declared = self.request.fields.first("content-length");
        let declared = declared.and_then(|length| length.trim().parse::<u64>().ok());
        if declared == Some(self.request_body.total()) {
            self.request_body.end();
        }
    }

    /// How much memory the exchange holds apart from its bodies, in bytes.
    pub(crate) fn size(&self) -> usize {
        size_of::<Self>()
            + self.request.target.len()
            + self.request.fields.size()
            + self.response.as_ref().map_or(0, |head| head.fields.size())
            + self.errors.iter().map(ErrorReport::size).sum::<usize>()
    }
}

use std::{sync::Arc, time::Duration};

use super::{
    Instruments,
    series::{Sizes, Subject},
    verdict,
};
use crate::{
    config::Config,
    exchange::{Authority, Direction, Exchange, Failure, Method, Origin, RedactedExchange},
};

/// What the metrics say of one exchange. Exchanges that are not recorded have this and no more.
///
/// # Cardinality
/// Known methods, routes and wildcards, statuses, a few words for failures; of calls, the hosts
/// they go to.
#[derive(Debug)]
pub(crate) struct Measured {
    incoming: bool,
    method: Method,
    https: bool,
    version: Option<&'static str>,
    /// The route; of a call, its wildcard.
    route: Option<Arc<str>>,
    /// Where no route has matched: what a name is made of.
    path: Option<Box<str>>,
    /// Whom a call goes to: still to be read, off the request's thread.
    callee: Option<Origin>,
    status: Option<u16>,
    failure: Option<Failure>,
    took: Duration,
    request_size: Option<u64>,
    response_size: Option<u64>,
}

impl Measured {
    /// Of a call that is not recorded, when it begins.
    pub(crate) fn of_call(method: Method, origin: Origin, wildcard: Option<Arc<str>>) -> Self {
        Self {
            incoming: false,
            method,
            https: origin.https,
            version: None,
            route: wildcard,
            path: None,
            callee: Some(origin),
            status: None,
            failure: None,
            took: Duration::ZERO,
            request_size: None,
            response_size: None,
        }
    }

    /// Of a request that is not recorded, when it begins. `path` is given if the app wants names
    /// for what no route matches.
    pub(crate) fn of_request(
        method: Method,
        https: bool,
        version: Option<&'static str>,
        path: Option<&str>,
        request_size: Option<u64>,
    ) -> Self {
        Self {
            incoming: true,
            method,
            https,
            version,
            route: None,
            path: path.map(Box::from),
            callee: None,
            status: None,
            failure: None,
            took: Duration::ZERO,
            request_size,
            response_size: None,
        }
    }

    /// Of an exchange that was recorded, and lost before it was redacted: nothing of this is
    /// secret.
    pub(super) fn of_lost(exchange: &Exchange) -> Self {
        let request = &exchange.request;
        let incoming = exchange.direction == Direction::Incoming;
        Self {
            incoming,
            method: request.method.clone(),
            https: request.origin.https,
            version: request.version,
            route: exchange.route.clone(),
            path: None,
            callee: (!incoming).then(|| request.origin.clone()),
            status: exchange.response.as_ref().map(|head| head.status),
            failure: exchange.failure,
            took: exchange.took(),
            request_size: exchange.request_body.size(),
            response_size: exchange.response_body.size(),
        }
    }

    /// Notes the route that answers.
    pub(crate) fn routed(&mut self, route: Option<Arc<str>>) {
        self.route = route;
    }

    /// Notes how much was sent of the response's body, in bytes.
    pub(crate) fn sent(&mut self, bytes: u64) {
        self.response_size = Some(bytes);
    }

    /// Names what no route has matched, and takes the context root off, as exchanges have it.
    pub(super) fn name(&mut self, config: &Config) {
        let path = self.path.take();
        if self.incoming && (path.is_some() || self.route.is_some()) {
            verdict::name(&mut self.route, path.as_deref(), config);
        }
    }

    /// Notes the answer.
    pub(crate) fn answered(&mut self, status: u16, version: Option<&'static str>) {
        self.status = Some(status);
        self.version = version.or(self.version);
    }

    pub(crate) fn is_answered(&self) -> bool {
        self.status.is_some()
    }

    /// Notes the end.
    pub(crate) fn ended(mut self, failure: Option<Failure>, took: Duration) -> Self {
        self.failure = failure;
        self.took = took;
        self
    }

    /// Records it.
    pub(super) fn record(&self, instruments: &Instruments) {
        let server = self.callee.as_ref().and_then(|origin| origin.server(Authority::parse));
        let subject = Subject {
            incoming: self.incoming,
            method: self.method.name(),
            https: self.https,
            status: self.status,
            failure: self.failure,
            version: self.version,
            route: self.route.as_ref(),
            server: server.as_ref(),
        };
        let sizes = Sizes { request: self.request_size, response: self.response_size };
        instruments.http.record(&subject, self.took, sizes);
    }
}

/// Records what the metrics say of an exchange that was recorded.
pub(super) fn record(exchange: &RedactedExchange<'_>, instruments: &Instruments) {
    let incoming = exchange.direction == Direction::Incoming;
    let subject = Subject {
        incoming,
        method: exchange.method.name(),
        https: matches!(exchange.scheme, "https" | "wss"),
        status: exchange.status,
        failure: exchange.failure,
        version: exchange.protocol_version,
        route: exchange.route,
        server: exchange.server.as_ref().filter(|_| !incoming),
    };
    let sizes =
        Sizes { request: exchange.request_body.size, response: exchange.response_body.size };
    instruments.http.record(&subject, exchange.took, sizes);
}

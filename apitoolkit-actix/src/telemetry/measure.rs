use std::{borrow::Cow, sync::Arc, time::Duration};

use opentelemetry::KeyValue;

use super::{Instruments, verdict};
use crate::{
    config::Config,
    exchange::{Direction, Exchange, Failure, Method, RedactedExchange, RequestHead},
    semconv,
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
    /// Of a call: whom it goes to.
    server: Option<(Box<str>, Option<u16>)>,
    status: Option<u16>,
    failure: Option<Failure>,
    took: Duration,
    request_size: Option<u64>,
    response_size: Option<u64>,
}

impl Measured {
    /// Of a call that is not recorded, when it begins.
    pub(crate) fn of_call(request: &RequestHead, wildcard: Option<Arc<str>>) -> Self {
        Self {
            incoming: false,
            method: request.method.clone(),
            https: request.https,
            version: None,
            route: wildcard,
            path: None,
            server: request.server().map(|server| (server.host.into(), server.port)),
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
            server: None,
            status: None,
            failure: None,
            took: Duration::ZERO,
            request_size,
            response_size: None,
        }
    }

    /// Of an exchange that was recorded.
    pub(super) fn of(exchange: &RedactedExchange) -> Self {
        let incoming = exchange.direction == Direction::Incoming;
        let server = exchange.server.as_ref().filter(|_| !incoming);
        Self {
            incoming,
            method: exchange.method.clone(),
            https: matches!(&*exchange.scheme, "https" | "wss"),
            version: exchange.protocol_version,
            route: exchange.route.clone(),
            path: None,
            server: server.map(|server| (server.host.as_str().into(), server.port)),
            status: exchange.status,
            failure: exchange.failure,
            took: exchange.took,
            request_size: exchange.request_body.size,
            response_size: exchange.response_body.size,
        }
    }

    /// Of an exchange that was recorded, and lost before it was redacted: nothing of this is
    /// secret.
    pub(super) fn of_lost(exchange: &Exchange) -> Self {
        let request = &exchange.request;
        let incoming = exchange.direction == Direction::Incoming;
        let server = if incoming { None } else { request.server() };
        Self {
            incoming,
            method: request.method.clone(),
            https: request.https,
            version: request.version,
            route: exchange.route.clone(),
            path: None,
            server: server.map(|server| (server.host.into(), server.port)),
            status: exchange.response.as_ref().map(|head| head.status),
            failure: exchange.failure,
            took: exchange.took,
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
        let attributes = self.attributes();
        let seconds = self.took.as_secs_f64();
        if !self.incoming {
            instruments.http_client_duration.record(seconds, &attributes);
            return;
        }
        instruments.http_server_duration.record(seconds, &attributes);
        if let Some(bytes) = self.request_size {
            instruments.http_server_request_size.record(bytes, &attributes);
        }
        if let Some(bytes) = self.response_size {
            instruments.http_server_response_size.record(bytes, &attributes);
        }
    }

    fn attributes(&self) -> Vec<KeyValue> {
        let mut attributes = Vec::with_capacity(8);
        let scheme = if self.https { "https" } else { "http" };
        attributes.push(KeyValue::new(semconv::HTTP_REQUEST_METHOD, self.method.name()));
        // A call whose URL is none has no scheme either.
        if self.incoming || self.server.is_some() {
            attributes.push(KeyValue::new(semconv::URL_SCHEME, scheme));
        }
        if let Some(status) = self.status {
            attributes.push(KeyValue::new(semconv::HTTP_RESPONSE_STATUS_CODE, i64::from(status)));
        }
        if let Some(word) = self.error_type() {
            attributes.push(KeyValue::new(semconv::ERROR_TYPE, word));
        }
        if let Some(version) = self.version {
            attributes.push(KeyValue::new(semconv::NETWORK_PROTOCOL_VERSION, version));
        }
        if let Some(route) = &self.route {
            let key = if self.incoming { semconv::HTTP_ROUTE } else { semconv::URL_TEMPLATE };
            attributes.push(KeyValue::new(key, Arc::clone(route)));
        }
        if let Some((host, port)) = &self.server {
            attributes.push(KeyValue::new(semconv::SERVER_ADDRESS, host.to_string()));
            if let Some(port) = port {
                attributes.push(KeyValue::new(semconv::SERVER_PORT, i64::from(*port)));
            }
        }
        attributes
    }

    fn error_type(&self) -> Option<Cow<'static, str>> {
        let direction_fails_from = if self.incoming { 500 } else { 400 };
        let status = self.status.filter(|status| *status >= direction_fails_from);
        match self.failure {
            None | Some(Failure::Cancelled) => status.map(|status| status.to_string().into()),
            Some(failure) => failure.error_type().map(Cow::Borrowed),
        }
    }
}

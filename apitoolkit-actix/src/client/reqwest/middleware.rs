use std::{sync::Arc, time::Instant};

use async_trait::async_trait;
use http::Extensions;
use opentelemetry::Context;
use reqwest::{Request, Response};
use reqwest_middleware::{Error, Middleware, Next};

use super::{CallOptions, failure, head, inside::Inside, request_body, response_body};
use crate::{
    client::{
        call::{CallRecord, Place},
        options::{Options, setters},
        parent,
    },
    error::ConfigError,
    semconv,
    telemetry::{Source, Telemetry},
};

/// Middleware for `reqwest`: every call of the client that has it is recorded.
///
/// The client inside stays a real [`reqwest::Client`], with its own timeouts, TLS, headers and
/// connections, and its responses are its own.
///
/// ```
/// use apitoolkit_actix::ObservedReqwest;
/// use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
///
/// fn client() -> ClientWithMiddleware {
///     ClientBuilder::new(reqwest::Client::new())
///         .with(ObservedReqwest::new().redact_headers(["x-internal"]))
///         .build()
/// }
/// # let _ = client;
/// ```
///
/// A call is a child of whatever `send` is awaited in: of the incoming exchange, of a service's
/// span, or a trace of its own outside of any. [`CallOptions`] says so and more for single calls.
/// What options add holds besides the rules of the toolkit whose exchange the call is made in;
/// outside of any, besides those of the toolkit that was built last.
///
/// Middleware is run in the order in which a client was given it. This belongs last: then it sees
/// what the others did to a request, and each attempt of one that tries again is a call of its own.
///
/// # Redirects
/// `reqwest` follows redirects where no middleware sees it: a call is one span, however often it was
/// sent on. Its URL is the one that was asked for, status and headers are those of the last answer,
/// and there is no `http.request.resend_count`. For a span of each hop an app builds its client with
/// `reqwest::redirect::Policy::none()` and follows the `location` header by calls of its own.
///
/// # Errors
/// An option that does not hold (a bad JSONPath, for instance) cannot be refused when the client is
/// built: every call then gives [`reqwest_middleware::Error::Middleware`] that names the option and
/// the place in it, before anything is sent.
///
/// # What it does not see
/// A URL that does not parse never gets here. Neither does what the client adds below: its default
/// headers (`user_agent` among them), `host`, `accept-encoding` and cookies of its jar are not in the
/// span. A response that `reqwest` decompresses is seen decompressed, and its size is that.
///
/// # What the caller sees
/// Status, headers, extensions, bytes, trailers and timings are those of the client. Errors are, too;
/// among the sources of one in the middle of a body, `request or response body error` is there once
/// more (of a body that is sent) or twice (of one that is received).
#[derive(Debug, Clone, Default)]
#[must_use = "middleware does nothing unless a client has it"]
pub struct ObservedReqwest {
    options: Options,
    /// For calls outside of any exchange.
    source: Option<Arc<Source>>,
}

impl ObservedReqwest {
    /// Middleware with every default.
    pub fn new() -> Self {
        Self::default()
    }

    setters!();

    /// Records calls outside of any exchange with this telemetry. Defaults to the process's
    /// installed one, else to the global OpenTelemetry providers. A call inside an exchange is
    /// recorded with what the exchange is.
    pub fn telemetry(mut self, telemetry: &Telemetry) -> Self {
        self.source = Some(Arc::clone(telemetry.source()));
        self
    }

    /// Starts the record of a request, and writes into it what the callee is to know.
    fn observe(
        &self,
        request: &mut Request,
        call: Option<&CallOptions>,
    ) -> Result<Option<CallRecord>, ConfigError> {
        let parent = call.map_or_else(Context::current, CallOptions::parent);
        let Some(scope) = parent::scope(&parent, self.source.as_ref()) else { return Ok(None) };
        let plan = match call {
            Some(call) => call.options.clone().over(&self.options).plan(&scope.config)?,
            None => self.options.plan(&scope.config)?,
        };
        let sdk_type = semconv::SDK_TYPE_REQWEST;
        let clock = Instant::now();
        let place = Place { scope: &scope, parent: &parent, sdk_type, resends: 0, clock };
        let Some(mut observed) = place.observe(&head::Parts(request), &plan) else {
            return Ok(None);
        };
        let headers = request.headers_mut();
        observed.tell(&scope, |header, value| head::set(headers, header, value));
        if let Some(record) = observed.record.as_mut().filter(|record| record.is_recorded()) {
            request_body::observe(request.body_mut(), record, &plan);
        }
        Ok(observed.record)
    }
}

#[async_trait]
impl Middleware for ObservedReqwest {
    async fn handle(
        &self,
        mut request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> reqwest_middleware::Result<Response> {
        if Inside::is_marked(extensions) {
            return next.run(request, extensions).await;
        }
        let record = self.observe(&mut request, extensions.get()).map_err(Error::middleware)?;
        let _inside = Inside::enter(extensions);
        let answer = next.run(request, extensions).await;
        let Some(record) = record else { return answer };
        match answer {
            Ok(response) => Ok(response_body::observe(response, record)),
            Err(error) => {
                failure::record(record, &error);
                Err(error)
            }
        }
    }
}

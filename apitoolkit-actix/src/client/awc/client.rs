use std::{sync::Arc, time::Duration};

use actix_service::Service;
use awc::{ConnectRequest, ConnectResponse, error::SendRequestError, middleware::Transform};

use super::{ObservedClientService, body};
use crate::{
    client::options::{Options, setters},
    telemetry::{Source, Telemetry},
};

/// How long `awc` waits for an answer unless told otherwise.
const AWC_TIMEOUT: Duration = Duration::from_secs(5);

/// Middleware for `awc`: every call of the client it is wrapped around is recorded.
///
/// The client stays a real [`awc::Client`], with its own timeouts, TLS, headers and connections.
///
/// ```
/// # actix_web::rt::System::new().block_on(async {
/// use std::time::Duration;
///
/// use apitoolkit_actix::ObservedClient;
///
/// let client = awc::Client::builder()
///     .timeout(Duration::from_secs(2))
///     .wrap(ObservedClient::new().redact_headers(["x-internal"]).timeout(Duration::from_secs(2)))
///     .finish();
/// # drop(client) });
/// ```
///
/// A call is a child of whatever it is made in: of the incoming exchange, of a service's span, or a
/// trace of its own outside of any. What its options add holds besides the rules of the toolkit
/// whose exchange it is made in; outside of any, besides those of the toolkit that was built last.
///
/// # Errors
/// An option that does not hold (a bad JSONPath, for instance) cannot be refused when the client is
/// built: every call then gives [`SendRequestError::Custom`] that names the option and the place in
/// it, before anything is sent.
///
/// # Other middleware
/// Wrapped around an app's own middleware (so: after it), it records one call for each of the app's.
/// Inside of middleware that tries again or asks for a token first, it records each of those.
///
/// # What it does not see
/// A URL that `awc` itself refuses never gets here; [`observe`](crate::observe) records it all the
/// same.
#[derive(Debug, Clone)]
#[must_use = "middleware does nothing unless wrapped around a client"]
pub struct ObservedClient {
    options: Options,
    timeout: Duration,
    /// For calls outside of any exchange.
    source: Option<Arc<Source>>,
}

impl Default for ObservedClient {
    fn default() -> Self {
        Self::new()
    }
}

impl ObservedClient {
    /// Middleware with every default.
    pub fn new() -> Self {
        Self { options: Options::default(), timeout: AWC_TIMEOUT, source: None }
    }

    setters!();

    /// How long the client waits for an answer. Defaults to 5 s, as `awc` does.
    ///
    /// The client drops a call that takes too long, as anyone does who has lost interest. One that
    /// is dropped after this time without an answer is recorded as failed (`timeout`) instead of
    /// cancelled. For calls of an [`observe`](crate::observe)r this need not be said.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Records calls outside of any exchange with this telemetry. Defaults to the process's
    /// installed one, else to the global OpenTelemetry providers. A call inside an exchange is
    /// recorded with what the exchange is.
    pub fn telemetry(mut self, telemetry: &Telemetry) -> Self {
        self.source = Some(Arc::clone(telemetry.source()));
        self
    }
}

impl<S> Transform<S, ConnectRequest> for ObservedClient
where
    S: Service<ConnectRequest, Response = ConnectResponse, Error = SendRequestError>,
{
    type Transform = ObservedClientService<S>;

    fn new_transform(self, service: S) -> Self::Transform {
        // Here, and not when a request waits for it.
        body::warm_up();
        ObservedClientService::new(service, self.options, self.timeout, self.source)
    }
}

use std::{fmt, sync::Arc, thread};

use opentelemetry::trace::{Tracer, TracerProvider};
use opentelemetry_sdk::metrics::SdkMeterProvider;

use crate::{
    config::Options,
    error::ConfigError,
    middleware::{ApiToolkit, hooks::Hooks, ignore::Ignore, rules::Rules, transform::Choice},
    telemetry::{self, Instruments, Source, Telemetry, Throttle},
};

/// Configures an [`ApiToolkit`]. Every setter names its default; lists add up over several calls.
///
/// ```
/// # fn main() -> Result<(), apitoolkit_actix::ConfigError> {
/// use apitoolkit_actix::ApiToolkit;
///
/// let toolkit = ApiToolkit::builder()
///     .tags(["env: production"])
///     .redact_headers(["content-type", "Authorization", "HOST"])
///     .redact_request_body(["$.users[*].email", "$.users[*].credit_card"])
///     .redact_response_body(["$.user.email", "$.user.addresses"])
///     .capture_request_body(true)
///     .capture_response_body(true)
///     .build()?;
/// # let _ = toolkit;
/// # Ok(()) }
/// ```
#[must_use = "call `.build()`"]
#[derive(Clone)]
pub struct Builder {
    pub(super) options: Options,
    pub(super) hooks: Hooks,
    pub(super) ignore: Ignore,
    choice: Choice,
    instruments: Option<Arc<Instruments>>,
}

impl Builder {
    pub(in crate::middleware) fn new() -> Self {
        Self {
            options: Options::default(),
            hooks: Hooks::default(),
            ignore: Ignore::default(),
            choice: Choice::Installed,
            instruments: None,
        }
    }

    /// Records with this telemetry. Defaults to the process's installed one, else to the global
    /// OpenTelemetry providers.
    pub fn telemetry(mut self, telemetry: &Telemetry) -> Self {
        self.choice = Choice::Given(Arc::clone(telemetry.source()));
        self
    }

    /// Records with a tracer provider of the app's own, which exports the spans as it sees fit.
    /// Defaults to the process's installed telemetry, else to the global OpenTelemetry providers.
    pub fn tracer_provider<P>(mut self, provider: &P) -> Self
    where
        P: TracerProvider,
        P::Tracer: Tracer<Span: Send + Sync> + Send + Sync + 'static,
    {
        if let Some(source) = Source::of_provider(provider) {
            self.choice = Choice::Given(source);
        }
        self
    }

    /// Measures with a meter provider of the app's own. Defaults to that of the telemetry, else to
    /// the global one.
    ///
    /// One that is given here costs less for each exchange than the same one taken from the global
    /// place, where it may be anybody's.
    pub fn meter_provider(mut self, provider: &SdkMeterProvider) -> Self {
        self.instruments = Some(Arc::new(Instruments::of_provider(provider)));
        self
    }

    /// Checks every option and compiles every rule.
    ///
    /// Call it once, outside the closure of `HttpServer::new`, and clone the result into it.
    ///
    /// # Errors
    /// [`ConfigError`] names the option, the value and the place in it.
    pub fn build(self) -> Result<ApiToolkit, ConfigError> {
        warn_if_inside_a_worker();
        let rules = Rules::new(self.options.policy.clone());
        let config = self.options.compile()?;
        Ok(ApiToolkit::new_with(
            Arc::new(config),
            Arc::new(rules),
            self.choice,
            self.instruments,
            Arc::new(self.hooks),
            self.ignore,
        ))
    }
}

/// Values of options may be secrets: of the rules only the number is shown.
impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("service_name", &self.options.service_name)
            .field("convention", &self.options.convention)
            .field("trust_inbound", &self.options.trust_inbound)
            .finish_non_exhaustive()
    }
}

/// The closure of `HttpServer::new` runs once on each worker's thread.
fn warn_if_inside_a_worker() {
    static ONCE: Throttle = Throttle::minute();
    let current = thread::current();
    let inside = current
        .name()
        .is_some_and(|name| name.starts_with("actix-rt|") || name.starts_with("actix-server"));
    if inside && ONCE.ready() {
        telemetry::warn(
            "an ApiToolkit is built inside the closure of HttpServer::new, once for each worker: \
             build one outside and clone it into the closure",
        );
    }
}

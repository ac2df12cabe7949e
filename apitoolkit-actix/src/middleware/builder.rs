use std::{fmt, sync::Arc, thread};

use opentelemetry::trace::{Tracer, TracerProvider};

use super::{ApiToolkit, rules::Rules, transform::Choice};
use crate::{
    config::{Convention, Options, TrustInbound},
    error::ConfigError,
    redact::types::{Redact, RedactRules},
    telemetry::{self, Source, Telemetry, Throttle},
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
    options: Options,
    choice: Choice,
}

impl Builder {
    pub(super) fn new() -> Self {
        Self { options: Options::default(), choice: Choice::Installed }
    }

    /// Names this app on each of its spans (`service.name`), where several apps share one
    /// process's telemetry. Defaults to nothing: the resource's `service.name`, which
    /// [`Telemetry`] sets, holds for every span.
    pub fn service_name(mut self, name: impl Into<String>) -> Self {
        self.options.service_name = Some(name.into());
        self
    }

    /// The version of the app, `apitoolkit.service_version` on each span. Defaults to none.
    pub fn service_version(mut self, version: impl Into<String>) -> Self {
        self.options.service_version = Some(version.into());
        self
    }

    /// Adds tags, `apitoolkit.tags` on each span (string[]). Defaults to none; at most 64 of 255
    /// bytes each.
    pub fn tags<T: Into<String>>(mut self, tags: impl IntoIterator<Item = T>) -> Self {
        self.options.tags.extend(tags.into_iter().map(Into::into));
        self
    }

    /// Prints a line for each exchange on standard error, redacted as it is exported. Defaults to
    /// false.
    pub fn debug(mut self, debug: bool) -> Self {
        self.options.debug = debug;
        self
    }

    /// Adds headers whose values are redacted, in requests and responses, whatever their case.
    /// The names that hold credentials by convention (`authorization`, `cookie`, `x-api-key` …)
    /// always are.
    pub fn redact_headers<T: Into<String>>(mut self, names: impl IntoIterator<Item = T>) -> Self {
        self.options.policy.headers.extend(names.into_iter().map(Into::into));
        self
    }

    /// Adds JSONPaths (RFC 9535) of what is redacted in request bodies. Defaults to none, beside
    /// the default names.
    pub fn redact_request_body<T: Into<String>>(
        mut self,
        paths: impl IntoIterator<Item = T>,
    ) -> Self {
        self.options.policy.request_body.extend(paths.into_iter().map(Into::into));
        self
    }

    /// Adds JSONPaths (RFC 9535) of what is redacted in response bodies. Defaults to none, beside
    /// the default names.
    pub fn redact_response_body<T: Into<String>>(
        mut self,
        paths: impl IntoIterator<Item = T>,
    ) -> Self {
        self.options.policy.response_body.extend(paths.into_iter().map(Into::into));
        self
    }

    /// Adds the rules of a type that derives [`Redact`]: its marked fields are redacted in every
    /// body, of requests and responses. Defaults to none; handlers with `#[traced_service]` bring
    /// the rules of their own types.
    ///
    /// ```
    /// # fn main() -> Result<(), apitoolkit_actix::ConfigError> {
    /// use apitoolkit_actix::{ApiToolkit, Redact};
    ///
    /// #[derive(Redact)]
    /// struct CreateUser {
    ///     name: String,
    ///     #[redact]
    ///     email: String,
    /// }
    ///
    /// let toolkit = ApiToolkit::builder().redact::<CreateUser>().build()?;
    /// # let _ = toolkit;
    /// # Ok(()) }
    /// ```
    pub fn redact<T: Redact + ?Sized>(mut self) -> Self {
        let rules = RedactRules::of::<T>();
        self.options.policy.request_body.extend(rules.json_paths());
        self.options.policy.response_body.extend(rules.json_paths());
        self
    }

    /// Adds names that are redacted wherever they occur: query and path parameters, cookies, form
    /// fields and JSON members. Defaults to none, beside the default names.
    pub fn redact_names<T: Into<String>>(mut self, names: impl IntoIterator<Item = T>) -> Self {
        self.options.policy.names.extend(names.into_iter().map(Into::into));
        self
    }

    /// Adds path parameters (`token` of `/reset/{token}`) that are redacted. Defaults to none,
    /// beside the default names.
    pub fn redact_path_params<T: Into<String>>(
        mut self,
        names: impl IntoIterator<Item = T>,
    ) -> Self {
        self.options.policy.path_params.extend(names.into_iter().map(Into::into));
        self
    }

    /// Takes a name off the default lists, so that its values leave the process.
    ///
    /// # Security
    /// The default lists hold names of credentials. Keep one only if the app means something else
    /// by it.
    pub fn danger_keep(mut self, name: impl Into<String>) -> Self {
        self.options.policy.keep.push(name.into());
        self
    }

    /// Whether the default names are redacted in JSON, form and multipart bodies. Defaults to
    /// true. Headers, cookies and URLs are not affected.
    ///
    /// # Security
    /// With false, only what the other options name is redacted in bodies.
    pub fn default_body_rules(mut self, on: bool) -> Self {
        self.options.policy.default_body_rules = on;
        self
    }

    /// Whether what looks like a credential (`Bearer …`, JWTs, access keys …) is redacted in bodies
    /// too, whatever its name. Defaults to false. In texts of errors it always is.
    pub fn body_patterns(mut self, on: bool) -> Self {
        self.options.policy.body_patterns = on;
        self
    }

    /// Whether request bodies are captured. Defaults to false.
    pub fn capture_request_body(mut self, capture: bool) -> Self {
        self.options.capture_request_body = capture;
        self
    }

    /// Whether response bodies are captured. Defaults to false.
    pub fn capture_response_body(mut self, capture: bool) -> Self {
        self.options.capture_response_body = capture;
        self
    }

    /// How much of a body is captured, in bytes, also after decompression. Defaults to 65,536; at
    /// most 524,288. A body over it to which a rule applies is withheld, with its size.
    pub fn max_body_bytes(mut self, bytes: usize) -> Self {
        self.options.max_body_bytes = bytes;
        self
    }

    /// How spans are named and bodies are written. Defaults to [`Convention::ApiToolkit`].
    pub fn convention(mut self, convention: Convention) -> Self {
        self.options.convention = convention;
        self
    }

    /// The name of every exchange's span under [`Convention::ApiToolkit`]. Defaults to
    /// `monoscope.http`; older servers know `apitoolkit-http-span`. Servers show bodies for these
    /// two names alone.
    pub fn span_name(mut self, name: impl Into<String>) -> Self {
        self.options.span_name = Some(name.into());
        self
    }

    /// What is done with a caller's trace context. Defaults to [`TrustInbound::Parent`].
    pub fn trust_inbound(mut self, trust: TrustInbound) -> Self {
        self.options.trust_inbound = trust;
        self
    }

    /// Records with this telemetry. Defaults to the process's installed one, else to the global
    /// OpenTelemetry providers.
    pub fn telemetry(mut self, telemetry: &Telemetry) -> Self {
        self.choice = Choice::Given(Arc::new(telemetry.source()));
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
            self.choice = Choice::Given(Arc::new(source));
        }
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
        Ok(ApiToolkit::new_with(Arc::new(config), Arc::new(rules), self.choice))
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

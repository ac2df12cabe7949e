use std::{
    fmt,
    future::{Ready, ready},
    sync::Arc,
};

use actix_service::{Service, Transform};
use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
};

use super::{
    ApiToolkitMiddleware, Builder, ObservedBody, hooks::Hooks, ignore::Ignore, own::OwnPages,
    panic_place, rules::Rules, setup::Setup,
};
use crate::{
    config::Config,
    telemetry::{self, Instruments, Source},
};

/// The middleware: wrap an `App`, `Scope` or `Resource` in it and every exchange is recorded.
///
/// It is a handle: build one outside the closure of `HttpServer::new` and clone it into it.
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use apitoolkit_actix::ApiToolkit;
/// use actix_web::{App, HttpServer};
///
/// let toolkit = ApiToolkit::builder().capture_response_body(true).build()?;
/// HttpServer::new(move || App::new().wrap(toolkit.clone()))
///     .bind("127.0.0.1:8080")?
///     .run()
///     .await?;
/// # Ok(()) }
/// ```
///
/// # What it never does
/// It changes no byte, header or status of a request or response, delays none, and fails none.
/// Bodies are copied as they pass by and never read ahead.
///
/// # Order
/// The last `wrap` is the outermost. Wrapped outside `Compress`, it sees compressed bodies and
/// decodes them; inside, it sees them plain. What middleware outside of it answers by itself is not
/// seen.
#[derive(Clone)]
pub struct ApiToolkit {
    config: Arc<Config>,
    rules: Arc<Rules>,
    choice: Choice,
    /// There if the app measures elsewhere than the choice says.
    instruments: Option<Arc<Instruments>>,
    hooks: Arc<Hooks>,
    ignore: Ignore,
    own: OwnPages,
}

/// Which telemetry a toolkit records with.
#[derive(Clone)]
pub(super) enum Choice {
    /// The process's own, looked up when a worker starts.
    Installed,
    Given(Arc<Source>),
}

impl ApiToolkit {
    /// A builder with every default, as [`builder`](Self::builder).
    #[expect(clippy::new_ret_no_self, reason = "the seed's `APIToolkit()` with every default")]
    pub fn new() -> Builder {
        Builder::new()
    }

    /// Configures a toolkit.
    pub fn builder() -> Builder {
        Builder::new()
    }

    pub(super) fn new_with(
        config: Arc<Config>,
        rules: Arc<Rules>,
        choice: Choice,
        instruments: Option<Arc<Instruments>>,
        hooks: Arc<Hooks>,
        ignore: Ignore,
    ) -> Self {
        telemetry::set_default_config(&config);
        let own = OwnPages::default();
        Self { config, rules, choice, instruments, hooks, ignore, own }
    }

    /// Whose telemetry it records with; absent only when the system gives no thread for a worker.
    pub(crate) fn source(&self) -> Option<Arc<Source>> {
        match &self.choice {
            Choice::Installed => Source::installed(),
            Choice::Given(source) => Some(Arc::clone(source)),
        }
    }

    #[cfg_attr(not(feature = "explorer"), expect(dead_code, reason = "read by the explorer"))]
    pub(crate) fn config(&self) -> &Arc<Config> {
        &self.config
    }

    /// Says that what is below `prefix` is the toolkit's own and not to be observed.
    #[cfg_attr(not(feature = "explorer"), expect(dead_code, reason = "said by the explorer"))]
    pub(crate) fn owns(&self, prefix: &str) {
        self.own.are_below(prefix);
    }
}

impl<S, B> Transform<S, ServiceRequest> for ApiToolkit
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    type Response = ServiceResponse<ObservedBody<B>>;
    type Error = Error;
    type Transform = ApiToolkitMiddleware<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, Self::InitError>>;

    fn new_transform(&self, service: S) -> Self::Future {
        let source = self.source().map(Source::in_this_process);
        let source = match &self.instruments {
            Some(instruments) => source.map(|source| Arc::new(source.measured_by(instruments))),
            None => source,
        };
        if self.hooks.panic_locations {
            panic_place::listen();
        }
        let setup = source.map(|source| {
            let (config, rules) = (Arc::clone(&self.config), Arc::clone(&self.rules));
            let hooks = Arc::clone(&self.hooks);
            Setup::new(config, rules, hooks, self.ignore.clone(), self.own.clone(), source)
        });
        ready(Ok(ApiToolkitMiddleware::new(service, setup)))
    }
}

impl fmt::Debug for ApiToolkit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiToolkit")
            .field("service_name", &self.config.service_name)
            .field("convention", &self.config.convention)
            .finish_non_exhaustive()
    }
}

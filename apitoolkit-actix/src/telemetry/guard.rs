use std::{fmt, future::Future, sync::Arc, time::Duration};

use opentelemetry::{
    global,
    propagation::{TextMapCompositePropagator, TextMapPropagator},
};
use opentelemetry_sdk::{
    logs::SdkLoggerProvider,
    metrics::SdkMeterProvider,
    propagation::{BaggagePropagator, TraceContextPropagator},
    trace::SdkTracerProvider,
};

use super::{
    Source, TelemetryBuilder, notice,
    settings::{Propagation, Settings},
    shared::Shared,
    source,
    stats::Stats,
};
use crate::error::{CheckError, ConfigError, ShutdownError};

/// Running telemetry: everything recorded goes out through it until it is shut down.
///
/// Build one, before `HttpServer::new` and outside its closure, and keep it until the server has
/// stopped. It can be shut down from anywhere: inside `#[actix_web::main]`, in a handler, on a
/// plain thread, more than once; dropping it does the same and logs what failed.
///
/// A process that forks, as daemons do, builds it after the fork: its threads stay with the process
/// in which it was built. In a process that was forked later nothing is recorded, the exchanges are
/// counted as lost (`forked`), and one warning says so; telemetry can be built anew there.
///
/// ```no_run
/// use apitoolkit_actix::{ApiToolkit, Telemetry};
/// use actix_web::{App, HttpServer};
///
/// #[actix_web::main]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let telemetry = Telemetry::from_env()?;
///     let toolkit = ApiToolkit::builder().build()?;
///     HttpServer::new(move || App::new().wrap(toolkit.clone()))
///         .bind("127.0.0.1:8080")?
///         .run()
///         .await?;
///     telemetry.shutdown()?;
///     Ok(())
/// }
/// ```
#[must_use = "telemetry stops when this is dropped: keep it until the server has stopped"]
pub struct Telemetry {
    pub(super) shared: Arc<Shared>,
}

impl Telemetry {
    /// Telemetry as the environment configures it.
    ///
    /// Read are `APITOOLKIT_API_KEY` and, as the OpenTelemetry specification defines them,
    /// `OTEL_SDK_DISABLED`, `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`,
    /// `OTEL_{TRACES,METRICS,LOGS}_EXPORTER`, `OTEL_TRACES_SAMPLER` and `_ARG`, `OTEL_PROPAGATORS`,
    /// `OTEL_EXPORTER_OTLP_{ENDPOINT,PROTOCOL,HEADERS,TIMEOUT,COMPRESSION,INSECURE}`,
    /// `OTEL_BSP_*`, `OTEL_BLRP_*` and `OTEL_METRIC_EXPORT_INTERVAL`. All signals share one
    /// connection, so the variables of one signal (`OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` …) are
    /// ignored with a warning. An empty or malformed variable means its default, a malformed one
    /// with a warning; only an endpoint or key that cannot be used is an error.
    ///
    /// # Errors
    /// As [`TelemetryBuilder::build`].
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::builder().build()
    }

    /// Configures telemetry in code, over what the environment says.
    pub fn builder() -> TelemetryBuilder {
        TelemetryBuilder::new()
    }

    /// What happened to the exchanges so far.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.shared.stats()
    }

    /// Sends one span (`apitoolkit.check`) now and says whether the receiver took it.
    ///
    /// Blocks for as long as one attempt may take, 10 seconds unless configured otherwise.
    ///
    /// # Errors
    /// [`CheckError`] says why not, in words.
    pub fn check(&self) -> Result<(), CheckError> {
        self.shared.check()
    }

    /// Sends everything recorded so far, within the shutdown timeout (5 seconds unless configured
    /// otherwise). Blocks until it was taken.
    ///
    /// # Errors
    /// [`ShutdownError`] lists each part that did not get through and why. In a process that was
    /// forked from the one that built this, at once.
    pub fn flush(&self) -> Result<(), ShutdownError> {
        self.shared.flush()
    }

    /// As [`flush`](Self::flush), to be awaited, within `deadline` from the first poll: for handlers and
    /// whatever else runs on a worker, which serves others meanwhile. It works in any runtime.
    ///
    /// An exchange ends with its response's body: a flush in a handler sends those that ended before,
    /// and not the handler's own. Flushes that are asked for at once take turns. A future that is
    /// dropped leaves its flush to end by itself.
    ///
    /// ```
    /// # #[actix_web::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use apitoolkit_actix::Telemetry;
    /// # let telemetry = Telemetry::builder().environment([("OTEL_SDK_DISABLED", "true")]).install(false).build()?;
    /// use std::time::Duration;
    ///
    /// telemetry.flush_within(Duration::from_millis(500)).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`ShutdownError`] lists each part that did not get through by then and why. What did not stays
    /// queued.
    pub fn flush_within(
        &self,
        deadline: Duration,
    ) -> impl Future<Output = Result<(), ShutdownError>> + Send + use<> {
        Arc::clone(&self.shared).flush_within(deadline)
    }

    /// Sends everything recorded so far and stops, within the shutdown timeout (5 seconds unless
    /// configured otherwise). A second call does nothing. What is recorded later is counted as
    /// lost.
    ///
    /// # Errors
    /// [`ShutdownError`] lists each part that did not get through and why; all parts are tried. In a
    /// process that was forked from the one that built this, at once: what was recorded before the
    /// fork is the other process's to send.
    pub fn shutdown(&self) -> Result<(), ShutdownError> {
        self.shared.shutdown()
    }

    /// The provider of the traces, for instrumentation that is given one.
    ///
    /// It stops with [`shutdown`](Self::shutdown), and is not to be shut down by itself.
    #[must_use]
    pub fn tracer_provider(&self) -> SdkTracerProvider {
        self.shared.tracers().clone()
    }

    /// The provider of the metrics, for instrumentation that is given one.
    #[must_use]
    pub fn meter_provider(&self) -> SdkMeterProvider {
        self.shared.meters().clone()
    }

    /// The provider of the logs, for a log bridge that is given one.
    #[must_use]
    pub fn logger_provider(&self) -> SdkLoggerProvider {
        self.shared.loggers().clone()
    }

    pub(crate) fn source(&self) -> &Arc<Source> {
        self.shared.source()
    }

    pub(super) fn start(settings: &Settings) -> Result<Self, ConfigError> {
        let install = settings.install;
        let propagation = settings.propagation;
        if install && source::is_installed() {
            return Err(ConfigError::AlreadyInstalled);
        }
        for note in &settings.notes {
            notice::warn(note);
        }
        let shared = Arc::new(Shared::start(settings)?);
        if install {
            if let Err(error) = source::install(&shared) {
                // Another thread was quicker. Nothing was recorded yet, so nothing is to be told.
                let _ = shared.shutdown();
                return Err(error);
            }
            global::set_tracer_provider(shared.tracers().clone());
            global::set_meter_provider(shared.meters().clone());
            global::set_text_map_propagator(propagator(propagation));
        }
        Ok(Self { shared })
    }
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        let result = self.shared.shutdown();
        // Of a fork it was said already.
        if let Err(error) = result
            && !self.shared.is_left()
        {
            notice::warn(&error.to_string());
        }
    }
}

impl fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.shared.fmt(f)
    }
}

fn propagator(propagation: Propagation) -> TextMapCompositePropagator {
    let mut parts: Vec<Box<dyn TextMapPropagator + Send + Sync>> = Vec::new();
    if propagation.trace_context {
        parts.push(Box::new(TraceContextPropagator::new()));
    }
    if propagation.baggage {
        parts.push(Box::new(BaggagePropagator::new()));
    }
    TextMapCompositePropagator::new(parts)
}

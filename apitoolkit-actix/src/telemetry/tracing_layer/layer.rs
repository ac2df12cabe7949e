use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use opentelemetry::logs::LoggerProvider as _;
use opentelemetry_sdk::logs::SdkLogger;
use tracing::level_filters::LevelFilter;

use crate::telemetry::{Source, Telemetry, shared::Shared};

/// A layer of a `tracing` subscriber that exports the app's events as log records and its spans as
/// spans. [`Telemetry::layer`] makes one.
///
/// It stands beside any other layer, changes nothing of what those see, and has no say in what is
/// enabled: filters before it are the app's.
///
/// ```no_run
/// use apitoolkit_actix::Telemetry;
/// use tracing::Level;
/// use tracing_subscriber::{filter::LevelFilter, fmt, prelude::*};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let telemetry = Telemetry::from_env()?;
/// tracing_subscriber::registry()
///     .with(fmt::layer().with_filter(LevelFilter::INFO))
///     .with(telemetry.layer().level(Level::DEBUG))
///     .init();
/// # Ok(()) }
/// ```
///
/// # Events
/// Every event becomes a log record with the trace and span ids of where it happened, in an exchange
/// that is not sampled too; in one that is recorded, also with the ids that the exchange has
/// (`apitoolkit.msg_id`, `apitoolkit.request_id`). The message and the texts of fields lose what looks
/// like a credential. A field whose name is that of a secret (`password`, `token`, `authorization`, and
/// what [`redact_names`](crate::Builder::redact_names) adds) loses its value whatever it is; statements
/// in `db.statement` and `db.query.text` lose their literals. Once a statement has failed in an
/// exchange, what its database quotes is taken out of what is logged there from then on. The rules are
/// those of the exchange's toolkit, elsewhere those of the toolkit that was built last.
///
/// Messages are cut at 64 KiB, texts of fields at 8 KiB each and 64 KiB together, fields at 128. Of a
/// text that is cut, the last word goes too: it may be a part of a secret.
///
/// # Spans
/// A span inside an exchange, service or job becomes a child of it, and the parent of what happens
/// inside: of other spans, of services, of database statements. Fields are treated as those of
/// events. `otel.name`, `otel.kind`, `otel.status_code` and `otel.status_description` describe the
/// span itself. An event of level `ERROR` with a field `error`, as `#[instrument(err)]` writes it,
/// marks the span it happens in as failed. Where nothing is sampled, nothing is recorded. A span
/// outside of everything is left out, unless [`root_spans`](Self::root_spans) asks for it.
///
/// # What is left out
/// What this crate and the OpenTelemetry SDK log of themselves, and everything on the threads that
/// export. A signal that is off (`OTEL_SDK_DISABLED`, `OTEL_LOGS_EXPORTER=none`,
/// `OTEL_TRACES_EXPORTER=none`) is not looked at, nor is anything once the telemetry was shut down.
///
/// # Security
/// A `Debug` text is searched as any other: for names of secrets and for what credentials look like.
/// What only a JSONPath or `#[redact]` makes a secret is not known there. `#[instrument]` records every
/// argument unless told otherwise: `#[instrument(skip_all)]` where they hold what must not leave.
///
/// # Cost
/// A layer without a filter makes `tracing` ask it about every event of every level. Where no other
/// layer wants the lower levels, `telemetry.layer().with_filter(LevelFilter::INFO)` has them
/// switched off at their source.
#[must_use = "a layer does nothing until a subscriber has it"]
pub struct TracingLayer {
    /// Tells its spans from another's.
    pub(super) number: usize,
    pub(super) shared: Arc<Shared>,
    /// Absent when logs go nowhere.
    pub(super) logger: Option<SdkLogger>,
    /// Absent when traces go nowhere.
    pub(super) source: Option<Arc<Source>>,
    pub(super) level: LevelFilter,
    pub(super) root_spans: bool,
}

impl Telemetry {
    /// A layer that exports the events and spans of `tracing` through this telemetry.
    ///
    /// ```no_run
    /// use apitoolkit_actix::Telemetry;
    /// use tracing_subscriber::{fmt, prelude::*};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let telemetry = Telemetry::from_env()?;
    /// tracing_subscriber::registry().with(fmt::layer()).with(telemetry.layer()).init();
    /// # Ok(()) }
    /// ```
    pub fn layer(&self) -> TracingLayer {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let shared = Arc::clone(&self.shared);
        TracingLayer {
            number: NUMBER.fetch_add(1, Ordering::Relaxed),
            // The scope of a record is the event's target.
            logger: shared.logs.as_ref().map(|logs| logs.logger("")),
            source: shared.traces.as_ref().map(|_| Arc::clone(self.source())),
            shared,
            level: LevelFilter::INFO,
            root_spans: false,
        }
    }
}

impl TracingLayer {
    /// The lowest level of the events and spans that are exported. Default: `INFO`.
    pub fn level(mut self, level: impl Into<LevelFilter>) -> Self {
        self.level = level.into();
        self
    }

    /// Whether a span outside of any exchange, service or job begins a trace of its own. Default:
    /// `false`, since that is what servers, clients and runtimes have below the app.
    pub fn root_spans(mut self, root_spans: bool) -> Self {
        self.root_spans = root_spans;
        self
    }
}

impl fmt::Debug for TracingLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TracingLayer")
            .field("logs", &self.logger.is_some())
            .field("spans", &self.source.is_some())
            .field("level", &self.level)
            .field("root_spans", &self.root_spans)
            .finish_non_exhaustive()
    }
}

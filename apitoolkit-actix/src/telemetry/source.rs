use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use opentelemetry::{InstrumentationScope, global, trace::TracerProvider};

use super::{
    Instruments, Keeper, Pipeline,
    journal::Journal,
    settings::{Exporter, Propagation, Settings},
    shared::Shared,
    stats::Counters,
    tracer::Tracer,
    watch::Watch,
};
use crate::{error::ConfigError, exchange::Budget, semconv};

/// What a toolkit records with: who makes its spans, and the pipeline that completes them.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) tracer: Tracer,
    pub(crate) propagation: Propagation,
    pub(crate) pipeline: Arc<Pipeline>,
    /// Absent when metrics go nowhere.
    pub(crate) instruments: Option<Arc<Instruments>>,
    /// Absent where the spans are exported by a provider that is not ours.
    pub(crate) keeper: Option<Arc<Keeper>>,
    /// Whether the spans are exported by a provider that is not ours.
    pub(crate) foreign: bool,
    /// Absent where the spans are exported by a provider that is not ours.
    pub(super) watch: Option<Watch>,
    /// How traces leave; absent if they do not, or not by us.
    #[cfg_attr(not(feature = "explorer"), expect(dead_code, reason = "read by the explorer"))]
    pub(super) traces: Option<(Exporter, Arc<Journal>)>,
    /// `service.name` of the resource; absent where that is not ours.
    #[cfg_attr(not(feature = "explorer"), expect(dead_code, reason = "read by the explorer"))]
    pub(crate) service_name: Option<String>,
}

static INSTALLED: Mutex<Weak<Shared>> = Mutex::new(Weak::new());
static DEFAULT_PIPELINE: OnceLock<Option<Arc<Pipeline>>> = OnceLock::new();
static GLOBAL_INSTRUMENTS: OnceLock<Arc<Instruments>> = OnceLock::new();

impl Source {
    /// What a toolkit uses that was given nothing: the installed telemetry, else whatever
    /// OpenTelemetry providers the process has.
    ///
    /// Absent only when the system gives no thread for a worker.
    pub(crate) fn installed() -> Option<Arc<Self>> {
        match installed() {
            Some(shared) => Some(Arc::clone(shared.source())),
            None => Self::of_tracer(Tracer::of(global::tracer_with_scope(scope()))).map(Arc::new),
        }
    }

    /// Records with a tracer provider of the user's own.
    pub(crate) fn of_provider<P>(provider: &P) -> Option<Arc<Self>>
    where
        P: TracerProvider,
        P::Tracer: opentelemetry::trace::Tracer<Span: Send + Sync> + Send + Sync + 'static,
    {
        Self::of_tracer(Tracer::of(provider.tracer_with_scope(scope()))).map(Arc::new)
    }

    /// The same, with other metrics.
    pub(crate) fn measured_by(&self, instruments: &Arc<Instruments>) -> Self {
        Self { instruments: Some(Arc::clone(instruments)), ..self.clone() }
    }

    /// What a worker of this process records with: in one that was forked from that of the telemetry,
    /// nothing is measured and nothing kept.
    pub(crate) fn in_this_process(self: Arc<Self>) -> Arc<Self> {
        match self.pipeline.is_left() {
            true => Arc::new(Self { instruments: None, keeper: None, ..(*self).clone() }),
            false => self,
        }
    }

    /// Where one may look on while spans and log records leave; absent where they leave by a provider
    /// that is not ours.
    #[cfg_attr(not(feature = "explorer"), expect(dead_code, reason = "used by the explorer"))]
    pub(crate) fn watch(&self) -> Option<&Watch> {
        self.watch.as_ref()
    }

    fn of_tracer(tracer: Tracer) -> Option<Self> {
        let pipeline = DEFAULT_PIPELINE.get_or_init(|| {
            let budget = Budget::new(Settings::DEFAULT_BUDGET);
            let counters = Arc::new(Counters::default());
            Pipeline::start(Settings::DEFAULT_QUEUE, budget, counters, None).ok()
        });
        let pipeline = Arc::clone(pipeline.as_ref()?);
        let instruments = GLOBAL_INSTRUMENTS
            .get_or_init(|| Arc::new(Instruments::new(&global::meter_with_scope(scope()))));
        Some(Self {
            tracer,
            propagation: Propagation::default(),
            pipeline,
            instruments: Some(Arc::clone(instruments)),
            keeper: None,
            foreign: true,
            watch: None,
            traces: None,
            service_name: None,
        })
    }
}

/// The telemetry installed for the whole process, while it runs.
pub(crate) fn installed() -> Option<Arc<Shared>> {
    let installed = INSTALLED.lock().unwrap_or_else(PoisonError::into_inner);
    installed.upgrade().filter(|shared| shared.is_running())
}

/// Whether telemetry is installed, and was not left behind by a fork.
pub(crate) fn is_installed() -> bool {
    installed().is_some_and(|shared| !shared.is_left())
}

/// Makes `shared` the process's telemetry.
pub(crate) fn install(shared: &Arc<Shared>) -> Result<(), ConfigError> {
    let mut installed = INSTALLED.lock().unwrap_or_else(PoisonError::into_inner);
    if installed.upgrade().is_some_and(|shared| shared.is_running() && !shared.is_left()) {
        return Err(ConfigError::AlreadyInstalled);
    }
    *installed = Arc::downgrade(shared);
    Ok(())
}

/// The instrumentation scope of exchanges and of the library's own metrics.
pub(crate) fn scope() -> InstrumentationScope {
    InstrumentationScope::builder(semconv::SCOPE)
        .with_version(env!("CARGO_PKG_VERSION"))
        .with_schema_url("https://opentelemetry.io/schemas/1.44.0")
        .build()
}

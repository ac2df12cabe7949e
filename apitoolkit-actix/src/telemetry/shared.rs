use std::{
    fmt, mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    time::Duration,
};

use opentelemetry::{Key, metrics::MeterProvider as _};
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_sdk::{
    logs::SdkLoggerProvider,
    metrics::SdkMeterProvider,
    trace::{Sampler, SdkTracerProvider},
};
use tokio::{runtime::Handle, sync::Semaphore};

use super::{
    Instruments, Keeper, Pipeline, Source,
    exporter::Courier,
    held::Account,
    journal::Journal,
    log_queue::Room,
    own_span::Maker,
    processor::Processor,
    providers,
    queue::SpanQueue,
    runtime::Runtime,
    sender::Sender,
    settings::{Batching, Exporter, Settings},
    source,
    spool::Spool,
    stats::{Counters, Stats},
    tracer::Tracer,
    transport::{self, Transport},
    watch::Watch,
};
use crate::{error::ConfigError, exchange::Budget, semconv};

/// Running telemetry, shared between its handle and whoever looks the installed one up.
pub(crate) struct Shared {
    pub(super) pipeline: Arc<Pipeline>,
    /// Of what leaves by OTLP.
    pub(super) journal: Arc<Journal>,
    /// Absent when traces go nowhere.
    pub(super) traces: Option<Traces>,
    /// Absent when the signal goes nowhere.
    pub(super) metrics: Option<SdkMeterProvider>,
    pub(super) logs: Option<SdkLoggerProvider>,
    /// How long a flush or the shutdown may take.
    pub(super) timeout: Duration,
    /// How long one attempt to send traces may take.
    pub(super) attempt_timeout: Duration,
    tracers: SdkTracerProvider,
    meters: SdkMeterProvider,
    loggers: SdkLoggerProvider,
    pub(super) log_room: Arc<Room>,
    /// Held once by every thread that flushes.
    pub(super) background: Arc<()>,
    /// Of those that wait for a flush, one has it at a time.
    pub(super) flush_turn: Arc<Semaphore>,
    runtime: Mutex<Option<Runtime>>,
    running: AtomicBool,
    source: Arc<Source>,
}

/// How traces leave.
pub(super) struct Traces {
    pub(super) queue: Arc<SpanQueue>,
    pub(super) transport: Arc<dyn Transport>,
    pub(super) resource: Arc<ResourceAttributesWithSchema>,
    pub(super) journal: Arc<Journal>,
    /// Heard from when the sender has ended.
    pub(super) sender_ended: Mutex<Option<mpsc::Receiver<()>>>,
}

impl Shared {
    /// Starts what the settings ask for, and nothing else: no thread for a signal that is off.
    pub(super) fn start(settings: &Settings) -> Result<Self, ConfigError> {
        let counters = Arc::new(Counters::default());
        let budget = Budget::new(settings.budget);
        let journal = Journal::of_wire(&settings.wire);
        let spool = Spool::open(settings, &counters)?;
        let exporters = [settings.traces, settings.metrics, settings.logs];
        let otlp = exporters.contains(&Exporter::Otlp);
        let watch = Watch::default();
        let runtime = match otlp || settings.traces != Exporter::None {
            true => Some(Runtime::start()?),
            false => None,
        };
        let courier = match runtime.as_ref().filter(|_| otlp) {
            Some(runtime) => Some(Courier::open(settings, runtime.handle(), &journal)?),
            None => None,
        };
        let traces = Traces::new(settings, courier.as_ref(), &budget, &counters, &watch);
        let (loggers, log_room) =
            providers::loggers(settings, courier.as_ref(), &budget, &counters, &watch);
        let resource = || settings.identity.resource.clone();
        let provider = || SdkTracerProvider::builder().with_resource(resource());
        let (tracers, queue, pipeline, sampler) =
            if let (Some(traces), Some(runtime)) = (&traces, &runtime) {
                let queue = Arc::clone(&traces.queue);
                let pipeline = Pipeline::start(
                    settings.spans.queue,
                    budget,
                    Arc::clone(&counters),
                    Some(Arc::clone(&queue)),
                )?;
                traces.start_sender(settings, spool, runtime.handle());
                let processor = Processor::new(Arc::clone(&queue), settings.shutdown_timeout);
                let tracers = provider().with_span_processor(processor);
                (tracers, Some(queue), pipeline, settings.sampler.clone())
            } else {
                // Nothing is to be exported, so nothing is recorded either.
                let pipeline = Pipeline::idle(budget, Arc::clone(&counters));
                (provider(), None, pipeline, Sampler::AlwaysOff)
            };
        let meters = providers::meters(settings, courier.as_ref(), &counters);
        let instruments = (settings.metrics != Exporter::None)
            .then(|| Arc::new(Instruments::of_sdk(&meters.meter_with_scope(source::scope()))));
        let tracers =
            tracers.with_sampler(sampler.clone()).with_span_limits(settings.limits).build();
        let (limits, scope, keeps) = (settings.limits, source::scope(), queue.is_some());
        let maker = Arc::new(Maker { sampler, limits, scope, queue });
        let source = Source {
            tracer: Tracer::ours(Arc::clone(&maker)),
            propagation: settings.propagation,
            pipeline: Arc::clone(&pipeline),
            instruments,
            keeper: keeps.then(|| Arc::new(Keeper::new(maker))),
            foreign: false,
            watch: Some(watch),
            traces: traces.as_ref().map(|t| (settings.traces, Arc::clone(&t.journal))),
            service_name: resource()
                .get(&Key::from_static_str(semconv::SERVICE_NAME))
                .map(|name| name.to_string()),
        };
        Ok(Self {
            pipeline,
            journal,
            traces,
            metrics: (settings.metrics != Exporter::None).then(|| meters.clone()),
            logs: (settings.logs != Exporter::None).then(|| loggers.clone()),
            timeout: settings.shutdown_timeout,
            attempt_timeout: settings.trace_timeout,
            tracers,
            meters,
            loggers,
            log_room,
            background: Arc::new(()),
            flush_turn: Arc::new(Semaphore::new(1)),
            runtime: Mutex::new(runtime),
            running: AtomicBool::new(true),
            source: Arc::new(source),
        })
    }

    pub(super) fn is_running(&self) -> bool {
        self.running.load(Ordering::Acquire)
    }

    /// Whether this process was forked from the one whose telemetry it is. Costs a system call.
    pub(super) fn is_left(&self) -> bool {
        self.pipeline.is_left()
    }

    /// Ends the time of running; false when it was over already.
    pub(super) fn begin_to_stop(&self) -> bool {
        self.running.swap(false, Ordering::AcqRel)
    }

    pub(super) fn stats(&self) -> Stats {
        // Who looks at the figures is to hear why they say what they say.
        let _ = self.is_left();
        self.pipeline.stats()
    }

    pub(super) fn tracers(&self) -> &SdkTracerProvider {
        &self.tracers
    }

    pub(super) fn meters(&self) -> &SdkMeterProvider {
        &self.meters
    }

    pub(super) fn loggers(&self) -> &SdkLoggerProvider {
        &self.loggers
    }

    pub(super) fn runtime(&self) -> MutexGuard<'_, Option<Runtime>> {
        self.runtime.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps in a fork what has a thread in the other process: whoever dropped it last would wait for
    /// that thread, or for a lock that it held.
    pub(super) fn forget_threads(&self) {
        mem::forget((self.meters.clone(), self.loggers.clone()));
        if let Ok(mut runtime) = self.runtime.try_lock() {
            mem::forget(runtime.take());
        }
    }

    pub(super) fn source(&self) -> &Arc<Source> {
        &self.source
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Telemetry")
            .field("endpoint", &self.journal.endpoint())
            .field("running", &self.is_running())
            .field("stats", &self.stats())
            .finish_non_exhaustive()
    }
}

impl Traces {
    fn new(
        settings: &Settings,
        courier: Option<&Courier>,
        budget: &Arc<Budget>,
        counters: &Arc<Counters>,
        watch: &Watch,
    ) -> Option<Self> {
        let identity = &settings.identity;
        let (transport, resource, journal) = match settings.traces {
            Exporter::Otlp => {
                let courier = courier?;
                let journal = Arc::clone(&courier.journal);
                (Arc::clone(&courier.transport), identity.for_wire(), journal)
            }
            Exporter::Console => {
                (transport::console_traces(), identity.for_console(), Journal::of_console())
            }
            Exporter::Explorer => {
                (transport::nowhere(), identity.for_console(), Journal::of_explorer())
            }
            Exporter::None => return None,
        };
        let (budget, counters) = (Arc::clone(budget), Arc::clone(counters));
        let Batching { queue, batch, .. } = settings.spans;
        Some(Self {
            queue: Arc::new(SpanQueue::new(queue, batch, budget, counters, watch.clone())),
            transport,
            resource: Arc::new(resource),
            journal,
            sender_ended: Mutex::new(None),
        })
    }

    fn start_sender(&self, settings: &Settings, spool: Option<Spool>, runtime: &Handle) {
        let account =
            Account { queue: Arc::clone(&self.queue), journal: Arc::clone(&self.journal) };
        let sender = Sender {
            account,
            transport: Arc::clone(&self.transport),
            resource: Arc::clone(&self.resource),
            delay: settings.spans.delay,
            timeout: settings.trace_timeout,
            sink: settings.span_sink.clone(),
        };
        let (ended, is_ended) = mpsc::channel();
        runtime.spawn(async move {
            sender.run(spool).await;
            // Nobody may be waiting.
            let _ = ended.send(());
        });
        *self.sender_ended.lock().unwrap_or_else(PoisonError::into_inner) = Some(is_ended);
    }
}

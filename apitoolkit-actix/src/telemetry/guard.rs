use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::{Duration, Instant, SystemTime},
};

use opentelemetry::propagation::{TextMapCompositePropagator, TextMapPropagator};
use opentelemetry::{
    KeyValue, global,
    metrics::MeterProvider as _,
    trace::{
        SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState, TracerProvider as _,
    },
};
use opentelemetry_sdk::{
    error::OTelSdkResult,
    logs::{BatchLogProcessor, SdkLoggerProvider},
    metrics::{PeriodicReader, SdkMeterProvider},
    propagation::{BaggagePropagator, TraceContextPropagator},
    trace::{Sampler, SdkTracerProvider, SpanData, SpanEvents, SpanLinks},
};

use super::{
    Pipeline, Source, TelemetryBuilder, exchange_metrics, notice,
    processor::Processor,
    queue::{Queued, SpanQueue},
    request::pack,
    runtime::Runtime,
    sender::{Journal, Sender},
    settings::{Exporter, Propagation, Settings},
    source,
    stats::{Counters, Stats},
    transport::{self, ConsoleMetrics, OnRuntime, Transport},
};
use crate::{
    error::{CheckError, ConfigError, ShutdownError},
    exchange::{Budget, Reservation},
};

/// Running telemetry: everything recorded goes out through it until it is shut down.
///
/// Build one, before `HttpServer::new` and outside its closure, and keep it until the server has
/// stopped. It can be shut down from anywhere: inside `#[actix_web::main]`, in a handler, on a
/// plain thread, more than once; dropping it does the same and logs what failed.
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
    shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pipeline: Arc<Pipeline>,
    queue: Arc<SpanQueue>,
    tracers: SdkTracerProvider,
    meters: SdkMeterProvider,
    loggers: SdkLoggerProvider,
    transport: Option<Arc<dyn Transport>>,
    journal: Arc<Journal>,
    runtime: Mutex<Option<Runtime>>,
    /// Heard from when the sender has ended.
    sender_ended: Mutex<Option<mpsc::Receiver<()>>>,
    running: AtomicBool,
    propagation: Propagation,
    timeout: Duration,
    attempt_timeout: Duration,
    resource: opentelemetry_sdk::Resource,
}

impl Telemetry {
    /// Telemetry as the environment configures it: `OTEL_*` and `APITOOLKIT_API_KEY`.
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
        self.shared.pipeline.stats()
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
    /// [`ShutdownError`] lists each part that did not get through and why.
    pub fn flush(&self) -> Result<(), ShutdownError> {
        self.shared.flush()
    }

    /// Sends everything recorded so far and stops, within the shutdown timeout (5 seconds unless
    /// configured otherwise). A second call does nothing. What is recorded later is counted as
    /// lost.
    ///
    /// # Errors
    /// [`ShutdownError`] lists each part that did not get through and why; all parts are tried.
    pub fn shutdown(&self) -> Result<(), ShutdownError> {
        self.shared.shutdown()
    }

    /// The provider of the traces, for instrumentation that is given one.
    #[must_use]
    pub fn tracer_provider(&self) -> SdkTracerProvider {
        self.shared.tracers.clone()
    }

    /// The provider of the metrics, for instrumentation that is given one.
    #[must_use]
    pub fn meter_provider(&self) -> SdkMeterProvider {
        self.shared.meters.clone()
    }

    /// The provider of the logs, for a log bridge that is given one.
    #[must_use]
    pub fn logger_provider(&self) -> SdkLoggerProvider {
        self.shared.loggers.clone()
    }

    pub(crate) fn source(&self) -> Source {
        self.shared.source()
    }

    pub(super) fn start(settings: Settings) -> Result<Self, ConfigError> {
        let install = settings.install;
        let propagation = settings.propagation;
        for note in &settings.notes {
            notice::warn(note);
        }
        let shared = Arc::new(Shared::start(settings)?);
        if install {
            if let Err(error) = source::install(&shared) {
                // Nothing was recorded yet, so there is nothing to report.
                let _ = shared.shutdown();
                return Err(error);
            }
            global::set_tracer_provider(shared.tracers.clone());
            global::set_meter_provider(shared.meters.clone());
            global::set_text_map_propagator(propagator(propagation));
        }
        Ok(Self { shared })
    }
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        if let Err(error) = self.shared.shutdown() {
            notice::warn(&error.to_string());
        }
    }
}

impl fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.shared.fmt(f)
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Telemetry")
            .field("endpoint", &self.journal.endpoint())
            .field("running", &self.is_running())
            .field("stats", &self.pipeline.stats())
            .finish_non_exhaustive()
    }
}

impl Shared {
    fn start(settings: Settings) -> Result<Self, ConfigError> {
        let runtime = Runtime::start()?;
        let handle = runtime.handle().clone();
        let _inside = handle.enter();
        let counters = Arc::new(Counters::default());
        let budget = Budget::new(settings.budget);
        let queue = Arc::new(SpanQueue::new(
            settings.queue,
            settings.batch,
            Arc::clone(&budget),
            Arc::clone(&counters),
        ));
        let exporters = transport::open(&settings.wire)?;
        let endpoint = settings.wire.endpoint.to_string();
        let journal = Arc::new(Journal::new(endpoint, settings.wire.protocol));

        let transport: Option<Arc<dyn Transport>> = match settings.traces {
            Exporter::Otlp => Some(exporters.traces.into()),
            Exporter::Console => Some(transport::console_traces().into()),
            Exporter::None => None,
        };
        let mut tracers = SdkTracerProvider::builder().with_resource(settings.resource.clone());
        let mut sender_ended = None;
        tracers = if let Some(transport) = &transport {
            let sender = Sender::new(
                Arc::clone(&queue),
                Arc::clone(transport),
                (&settings.resource).into(),
                settings.delay,
                settings.wire.timeout,
                Arc::clone(&journal),
            );
            let (ended, is_ended) = mpsc::channel();
            handle.spawn(async move {
                sender.run().await;
                let _ = ended.send(());
            });
            sender_ended = Some(is_ended);
            let processor = Processor::new(Arc::clone(&queue), settings.shutdown_timeout);
            tracers.with_sampler(settings.sampler).with_span_processor(processor)
        } else {
            // Nothing is to be exported, so nothing is recorded either.
            tracers.with_sampler(Sampler::AlwaysOff)
        };

        let meters = SdkMeterProvider::builder().with_resource(settings.resource.clone());
        let meters = match settings.metrics {
            Exporter::Otlp => meters.with_reader(
                PeriodicReader::builder(OnRuntime::new(exporters.metrics, &handle)).build(),
            ),
            Exporter::Console => {
                meters.with_reader(PeriodicReader::builder(ConsoleMetrics).build())
            }
            Exporter::None => meters,
        }
        .build();
        exchange_metrics::register(&meters.meter_with_scope(source::scope()), &counters);

        let loggers = SdkLoggerProvider::builder().with_resource(settings.resource.clone());
        let loggers = match settings.logs {
            Exporter::Otlp => loggers.with_log_processor(
                BatchLogProcessor::builder(OnRuntime::new(exporters.logs, &handle)).build(),
            ),
            Exporter::Console => loggers
                .with_log_processor(BatchLogProcessor::builder(transport::console_logs()).build()),
            Exporter::None => loggers,
        }
        .build();

        Ok(Self {
            pipeline: Pipeline::start(settings.queue, budget, counters)?,
            queue,
            tracers: tracers.build(),
            meters,
            loggers,
            transport,
            journal,
            runtime: Mutex::new(Some(runtime)),
            sender_ended: Mutex::new(sender_ended),
            running: AtomicBool::new(true),
            propagation: settings.propagation,
            timeout: settings.shutdown_timeout,
            attempt_timeout: settings.wire.timeout,
            resource: settings.resource,
        })
    }

    pub(super) fn is_running(&self) -> bool {
        self.running.load(Ordering::Acquire)
    }

    pub(super) fn source(&self) -> Source {
        let tracer = self.tracers.tracer_with_scope(source::scope());
        Source {
            tracer: global::BoxedTracer::new(Box::new(tracer)),
            propagation: self.propagation,
            pipeline: Arc::clone(&self.pipeline),
            foreign: false,
        }
    }

    fn flush(&self) -> Result<(), ShutdownError> {
        if !self.is_running() {
            return Ok(());
        }
        let deadline = Instant::now() + self.timeout;
        let (meters, loggers) = (self.meters.clone(), self.loggers.clone());
        let metrics = in_background(move || meters.force_flush());
        let logs = in_background(move || loggers.force_flush());
        let mut failures = Vec::new();
        if !self.pipeline.drain(deadline) {
            failures.push(("exchanges", "not all were processed in time".to_owned()));
        }
        if self.transport.is_some() && self.queue.flush().recv_timeout(left(deadline)).is_err() {
            failures.push(("traces", self.why_not_sent()));
        }
        self.outcome("metrics", &metrics, deadline, &mut failures);
        self.outcome("logs", &logs, deadline, &mut failures);
        ShutdownError::from_failures(failures)
    }

    fn shutdown(&self) -> Result<(), ShutdownError> {
        if !self.running.swap(false, Ordering::AcqRel) {
            return Ok(());
        }
        let deadline = Instant::now() + self.timeout;
        let (meters, loggers, timeout) = (self.meters.clone(), self.loggers.clone(), self.timeout);
        let metrics = in_background(move || meters.shutdown_with_timeout(timeout));
        let logs = in_background(move || loggers.shutdown_with_timeout(timeout));
        let mut failures = Vec::new();

        self.pipeline.close();
        if !self.pipeline.drain(deadline) {
            let left = self.pipeline.abandon();
            failures.push(("exchanges", format!("{left} were not processed in time")));
        }
        let lost_before = self.pipeline.stats().spans_dropped();
        self.queue.close(left(deadline));
        let ended = self.sender_ended.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(ended) = ended {
            // The sender gives up at the deadline by itself; it is given a moment to count.
            let heard = ended.recv_timeout(left(deadline) + Duration::from_millis(250));
            let lost = self.pipeline.stats().spans_dropped() - lost_before;
            if heard.is_err() || lost > 0 {
                failures.push(("traces", format!("{lost} spans lost: {}", self.why_not_sent())));
            }
        }
        let _ = self.tracers.shutdown_with_timeout(left(deadline));
        self.outcome("metrics", &metrics, deadline, &mut failures);
        self.outcome("logs", &logs, deadline, &mut failures);
        self.runtime.lock().unwrap_or_else(PoisonError::into_inner).take();
        ShutdownError::from_failures(failures)
    }

    fn why_not_sent(&self) -> String {
        let endpoint = self.journal.endpoint();
        match self.journal.last_failure() {
            Some(why) => format!("{endpoint}: {why}"),
            None => format!("{endpoint} did not take everything in time"),
        }
    }

    fn outcome(
        &self,
        signal: &'static str,
        result: &mpsc::Receiver<OTelSdkResult>,
        deadline: Instant,
        failures: &mut Vec<(&'static str, String)>,
    ) {
        match result.recv_timeout(left(deadline)) {
            Ok(Ok(())) => {}
            Ok(Err(error)) => failures.push((signal, error.to_string())),
            Err(RecvTimeoutError::Timeout) => failures.push((signal, "no answer in time".into())),
            Err(RecvTimeoutError::Disconnected) => {
                failures.push((signal, "the system gave no thread to do it on".into()));
            }
        }
    }

    fn check(&self) -> Result<(), CheckError> {
        let Some(transport) = self.transport.clone() else {
            return Err(CheckError::Off(
                "OTEL_TRACES_EXPORTER or OTEL_SDK_DISABLED says so".into(),
            ));
        };
        let handle = match &*self.runtime.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(runtime) => runtime.handle().clone(),
            None => return Err(CheckError::Off("telemetry was shut down".to_owned())),
        };
        let reservation = Reservation::empty(self.pipeline.budget());
        let probe = Queued { span: probe(), reservation };
        let requests = pack(vec![probe], &(&self.resource).into(), &self.queue);
        let (answer, answered) = mpsc::channel();
        handle.spawn(async move {
            for request in requests {
                let _ = answer.send(transport.send(request.body).await);
            }
        });
        match answered.recv_timeout(self.attempt_timeout) {
            Ok(Ok(receipt)) if receipt.rejected == 0 => Ok(()),
            Ok(Ok(receipt)) => Err(CheckError::Refused(format!(
                "{} refused the span: {}",
                self.journal.endpoint(),
                receipt.message
            ))),
            Ok(Err(failure)) => {
                Err(CheckError::Refused(format!("{}: {}", self.journal.endpoint(), failure.words)))
            }
            Err(_) => Err(CheckError::TimedOut {
                endpoint: self.journal.endpoint().to_owned(),
                waited: self.attempt_timeout,
            }),
        }
    }
}

/// Runs something that may block on a thread of its own; who waits for it need not wait for ever.
fn in_background(
    work: impl FnOnce() -> OTelSdkResult + Send + 'static,
) -> mpsc::Receiver<OTelSdkResult> {
    let (done, wait) = mpsc::channel();
    // Without a thread the channel closes, and the reader says so.
    let _ = thread::Builder::new().name("apitoolkit-flush".into()).spawn(move || {
        let _ = done.send(work());
    });
    wait
}

fn left(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now())
}

/// The span that [`Telemetry::check`] sends.
fn probe() -> SpanData {
    let now = SystemTime::now();
    SpanData {
        span_context: SpanContext::new(
            TraceId::from(fastrand::u128(1..)),
            SpanId::from(fastrand::u64(1..)),
            TraceFlags::SAMPLED,
            false,
            TraceState::default(),
        ),
        parent_span_id: SpanId::INVALID,
        parent_span_is_remote: false,
        span_kind: SpanKind::Internal,
        name: "apitoolkit.check".into(),
        start_time: now,
        end_time: now,
        attributes: Vec::<KeyValue>::new(),
        dropped_attributes_count: 0,
        events: SpanEvents::default(),
        links: SpanLinks::default(),
        status: Status::Unset,
        instrumentation_scope: source::scope(),
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

//! What the builder and the environment say together, checked.

mod limits;
mod parse;
mod resource;
mod sampler;
mod wire;

use std::{path::PathBuf, time::Duration};

use opentelemetry_sdk::trace::{Sampler, SpanLimits};

pub(crate) use resource::Identity;
pub use wire::Compression;
pub(crate) use wire::Wire;

use super::{builder::TelemetryBuilder, sender::SpanSink};
use crate::{env::Env, error::ConfigError};

/// Where one signal goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Exporter {
    /// To the endpoint, by OTLP.
    #[default]
    Otlp,
    /// Nowhere.
    None,
    /// To standard output, one OTLP/JSON object a line.
    Console,
    /// Nowhere but to the explorer of this process, so that no receiver is needed. Of use with the
    /// cargo feature `explorer`.
    ///
    /// No connection is made. Traces count as exported; of metrics there are none, as with
    /// [`None`](Self::None). Where traces go this way, metrics and logs do so too unless it is said
    /// where they go. The environment cannot ask for it.
    Explorer,
}

/// Which W3C headers are read from callers and written to callees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Propagation {
    pub(crate) trace_context: bool,
    pub(crate) baggage: bool,
}

impl Default for Propagation {
    fn default() -> Self {
        Self { trace_context: true, baggage: true }
    }
}

/// A queue of things that are sent in batches.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Batching {
    pub(crate) queue: usize,
    pub(crate) batch: usize,
    pub(crate) delay: Duration,
}

/// Where requests wait on disk, and how many bytes of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SpoolSettings {
    pub(crate) dir: PathBuf,
    pub(crate) max_bytes: u64,
}

/// Checked settings of a [`Telemetry`](super::Telemetry).
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) wire: Wire,
    pub(crate) traces: Exporter,
    pub(crate) metrics: Exporter,
    pub(crate) logs: Exporter,
    pub(crate) identity: Identity,
    pub(crate) sampler: Sampler,
    pub(crate) limits: SpanLimits,
    pub(crate) propagation: Propagation,
    pub(crate) spans: Batching,
    pub(crate) records: Batching,
    pub(crate) metric_interval: Duration,
    /// How long one attempt to send traces may take.
    pub(crate) trace_timeout: Duration,
    pub(crate) budget: usize,
    pub(crate) shutdown_timeout: Duration,
    pub(crate) install: bool,
    pub(crate) spool: Option<SpoolSettings>,
    pub(crate) span_sink: Option<SpanSink>,
    /// What was malformed and ignored, one line each.
    pub(crate) notes: Vec<String>,
}

/// Defaults of the specification's tables for `OTEL_BSP_*`, `OTEL_BLRP_*` and
/// `OTEL_METRIC_EXPORT_INTERVAL`.
const BATCH: usize = 512;
const SPAN_DELAY: Duration = Duration::from_secs(5);
/// Log records that may wait at once.
const RECORD_QUEUE: usize = 2_048;
const RECORD_DELAY: Duration = Duration::from_secs(1);
const METRIC_INTERVAL: Duration = Duration::from_secs(60);

const MAX_QUEUE: usize = 1 << 20;
const MIN_BUDGET: usize = 64 * 1024;
/// Two of the largest requests.
const MIN_SPOOL: u64 = 8 * 1024 * 1024;
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(5);

impl Settings {
    /// Spans, and apart from them exchanges, that may wait at once. Their bytes are bounded besides,
    /// so this is four times the specification's `OTEL_BSP_MAX_QUEUE_SIZE`: that is a fifth of a
    /// second at 10,000 exchanges a second.
    pub(crate) const DEFAULT_QUEUE: usize = 8_192;
    /// Bytes of captured data that the process may hold: 32 MiB.
    pub(crate) const DEFAULT_BUDGET: usize = 32 * 1024 * 1024;

    pub(crate) fn resolve(builder: &TelemetryBuilder) -> Result<Self, ConfigError> {
        let mut env = match &builder.environment {
            Some(vars) => Env::of(vars.clone()),
            None => Env::process(),
        };
        let api_key = resource::api_key(builder, &mut env)?;
        let disabled = env.flag("OTEL_SDK_DISABLED");
        let mut exporter = |given: Option<Exporter>, name: &'static str, otherwise: Exporter| {
            let named = env.parse(&[name], parse::exporter);
            if disabled { Exporter::None } else { given.or(named).unwrap_or(otherwise) }
        };
        let traces = exporter(builder.traces_exporter, "OTEL_TRACES_EXPORTER", Exporter::Otlp);
        let others = match traces {
            Exporter::Explorer => Exporter::Explorer,
            _ => Exporter::Otlp,
        };
        let metrics = exporter(builder.metrics_exporter, "OTEL_METRICS_EXPORTER", others);
        // The explorer counts for itself.
        let metrics = if metrics == Exporter::Explorer { Exporter::None } else { metrics };
        let logs = exporter(builder.logs_exporter, "OTEL_LOGS_EXPORTER", others);
        parse::warn_of_ignored(&mut env);
        let budget =
            parse::within(builder.memory_budget, "memory_budget", MIN_BUDGET..=usize::MAX)?;
        let wire = wire::resolve(builder, api_key.as_deref(), &mut env)?;
        Ok(Self {
            traces,
            metrics,
            logs,
            spans: spans(builder, &mut env)?,
            records: records(&mut env),
            metric_interval: env
                .millis(&["OTEL_METRIC_EXPORT_INTERVAL"])
                .unwrap_or(METRIC_INTERVAL),
            trace_timeout: env
                .millis(&["OTEL_BSP_EXPORT_TIMEOUT"])
                .map_or(wire.timeout, |most| most.min(wire.timeout)),
            budget: budget.unwrap_or(Self::DEFAULT_BUDGET),
            shutdown_timeout: parse::duration(builder.shutdown_timeout, "shutdown_timeout")?
                .unwrap_or(SHUTDOWN_TIMEOUT),
            sampler: sampler::resolve(builder.sample_ratio, &mut env)?,
            limits: limits::resolve(&mut env),
            propagation: env.parse(&["OTEL_PROPAGATORS"], parse::propagators).unwrap_or_default(),
            identity: resource::resolve(builder, api_key, &mut env),
            wire,
            install: builder.install,
            spool: spool(builder)?,
            span_sink: builder.span_sink.clone(),
            notes: env.into_warnings(),
        })
    }
}

fn spans(builder: &TelemetryBuilder, env: &mut Env) -> Result<Batching, ConfigError> {
    let given = parse::within(builder.queue_size, "queue_size", 1..=MAX_QUEUE)?;
    let named = env.count(&["OTEL_BSP_MAX_QUEUE_SIZE"], MAX_QUEUE);
    let queue = given.or(named).unwrap_or(Settings::DEFAULT_QUEUE);
    let given = parse::within(builder.batch_size, "batch_size", 1..=MAX_QUEUE)?;
    let named = env.count(&["OTEL_BSP_MAX_EXPORT_BATCH_SIZE"], MAX_QUEUE);
    // The specification: a batch is at most what the queue holds.
    let batch = given.or(named).unwrap_or(BATCH).min(queue);
    let given = parse::duration(builder.schedule_delay, "schedule_delay")?;
    let named = env.millis(&["OTEL_BSP_SCHEDULE_DELAY"]);
    Ok(Batching { queue, batch, delay: given.or(named).unwrap_or(SPAN_DELAY) })
}

fn spool(builder: &TelemetryBuilder) -> Result<Option<SpoolSettings>, ConfigError> {
    let Some((dir, max_bytes)) = builder.spool.clone() else { return Ok(None) };
    if dir.as_os_str().is_empty() {
        return Err(ConfigError::option("spool", "", "expected a directory"));
    }
    if max_bytes < MIN_SPOOL {
        let value = format!("{}, {max_bytes}", dir.display());
        let reason = format!("expected at least {MIN_SPOOL} bytes");
        return Err(ConfigError::option("spool", value, reason));
    }
    Ok(Some(SpoolSettings { dir, max_bytes }))
}

fn records(env: &mut Env) -> Batching {
    let queue = env.count(&["OTEL_BLRP_MAX_QUEUE_SIZE"], MAX_QUEUE);
    let queue = queue.unwrap_or(RECORD_QUEUE);
    let batch = env.count(&["OTEL_BLRP_MAX_EXPORT_BATCH_SIZE"], MAX_QUEUE).unwrap_or(BATCH);
    let delay = env.millis(&["OTEL_BLRP_SCHEDULE_DELAY"]).unwrap_or(RECORD_DELAY);
    Batching { queue, batch: batch.min(queue), delay }
}

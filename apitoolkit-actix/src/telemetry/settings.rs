//! What the builder and the environment say together, checked.

use std::{fmt, time::Duration};

use opentelemetry::KeyValue;
use opentelemetry_sdk::{
    Resource,
    resource::{ResourceDetector as _, TelemetryResourceDetector},
    trace::Sampler,
};
use tonic::codegen::http::{HeaderMap, HeaderName, HeaderValue};

use super::{Protocol, builder::TelemetryBuilder, endpoint::Endpoint};
use crate::{env::Env, error::ConfigError, semconv};

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
}

/// How what is sent is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compression {
    /// gzip; needs the cargo feature `gzip`.
    Gzip,
}

/// Everything about the connection to a receiver.
pub(crate) struct Wire {
    pub(crate) protocol: Protocol,
    pub(crate) endpoint: Endpoint,
    pub(crate) headers: HeaderMap,
    pub(crate) timeout: Duration,
    pub(crate) compression: Option<Compression>,
}

/// Header values are credentials: only their names are shown.
impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire")
            .field("protocol", &self.protocol)
            .field("endpoint", &self.endpoint)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("timeout", &self.timeout)
            .field("compression", &self.compression)
            .finish()
    }
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

/// Checked settings of a [`Telemetry`](super::Telemetry).
pub(crate) struct Settings {
    pub(crate) wire: Wire,
    pub(crate) traces: Exporter,
    pub(crate) metrics: Exporter,
    pub(crate) logs: Exporter,
    pub(crate) resource: Resource,
    pub(crate) sampler: Sampler,
    pub(crate) propagation: Propagation,
    pub(crate) queue: usize,
    pub(crate) batch: usize,
    pub(crate) delay: Duration,
    pub(crate) budget: usize,
    pub(crate) shutdown_timeout: Duration,
    pub(crate) install: bool,
    /// What was malformed and ignored, one line each.
    pub(crate) notes: Vec<String>,
}

/// Defaults of the specification's table for `OTEL_BSP_*`.

const BATCH: usize = 512;
const DELAY: Duration = Duration::from_secs(5);
const MAX_QUEUE: usize = 1 << 20;
/// The specification's default for `OTEL_EXPORTER_OTLP_TIMEOUT`.
const TIMEOUT: Duration = Duration::from_secs(10);

const MIN_BUDGET: usize = 64 * 1024;
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(5);

impl Settings {
    /// Spans, and exchanges, that may wait at once: the specification's `OTEL_BSP_MAX_QUEUE_SIZE`.
    pub(crate) const DEFAULT_QUEUE: usize = 2_048;
    /// Bytes of captured data that the process may hold: 32 MiB.
    pub(crate) const DEFAULT_BUDGET: usize = 32 * 1024 * 1024;

    pub(crate) fn resolve(builder: TelemetryBuilder) -> Result<Self, ConfigError> {
        let mut env = match builder.environment {
            Some(ref vars) => Env::of(vars.clone()),
            None => Env::process(),
        };
        let api_key = match builder.api_key.clone().or_else(|| env.text("APITOOLKIT_API_KEY")) {
            Some(key) => Some(checked_key(key)?),
            None => None,
        };
        let disabled = env.flag("OTEL_SDK_DISABLED");
        let mut exporter = |given: Option<Exporter>, name: &'static str| {
            if disabled {
                return Exporter::None;
            }
            given.or_else(|| env.parse(&[name], parse_exporter)).unwrap_or_default()
        };
        let traces = exporter(builder.traces_exporter, "OTEL_TRACES_EXPORTER");
        let metrics = exporter(builder.metrics_exporter, "OTEL_METRICS_EXPORTER");
        let logs = exporter(builder.logs_exporter, "OTEL_LOGS_EXPORTER");
        warn_of_ignored(&mut env);
        let queue = pick(builder.queue_size, "queue_size", 1..=MAX_QUEUE)?
            .or_else(|| env.count(&["OTEL_BSP_MAX_QUEUE_SIZE"], MAX_QUEUE))
            .unwrap_or(Self::DEFAULT_QUEUE);
        let batch = pick(builder.batch_size, "batch_size", 1..=MAX_QUEUE)?
            .or_else(|| env.count(&["OTEL_BSP_MAX_EXPORT_BATCH_SIZE"], MAX_QUEUE))
            .unwrap_or(BATCH);
        let budget = pick(builder.memory_budget, "memory_budget", MIN_BUDGET..=usize::MAX)?;
        let delay = checked_duration(builder.schedule_delay, "schedule_delay")?
            .or_else(|| env.millis(&["OTEL_BSP_SCHEDULE_DELAY"]))
            .unwrap_or(DELAY);
        Ok(Self {
            traces,
            metrics,
            logs,
            queue,
            // The specification: a batch is at most what the queue holds.
            batch: batch.min(queue),
            delay,
            budget: budget.unwrap_or(Self::DEFAULT_BUDGET),
            shutdown_timeout: checked_duration(builder.shutdown_timeout, "shutdown_timeout")?
                .unwrap_or(SHUTDOWN_TIMEOUT),
            sampler: sampler(builder.sample_ratio, &mut env)?,
            propagation: env.parse(&["OTEL_PROPAGATORS"], parse_propagators).unwrap_or_default(),
            resource: resource(&builder, api_key.as_deref(), &mut env),
            wire: wire(&builder, api_key.as_deref(), &mut env)?,
            install: builder.install,
            notes: env.into_warnings(),
        })
    }
}

fn wire(
    builder: &TelemetryBuilder,
    api_key: Option<&str>,
    env: &mut Env,
) -> Result<Wire, ConfigError> {
    let protocol = builder
        .protocol
        .or_else(|| env.parse(&["OTEL_EXPORTER_OTLP_PROTOCOL"], parse_protocol))
        .unwrap_or_default();
    let insecure = env.flag("OTEL_EXPORTER_OTLP_INSECURE");
    let mut notes = Vec::new();
    let endpoint = match (&builder.endpoint, env.text("OTEL_EXPORTER_OTLP_ENDPOINT")) {
        (Some(given), _) => Endpoint::parse("endpoint", given, protocol, insecure, &mut notes)?,
        (None, Some(given)) => {
            let name = "OTEL_EXPORTER_OTLP_ENDPOINT";
            Endpoint::parse(name, &given, protocol, insecure, &mut notes)?
        }
        (None, None) => Endpoint::default_for(protocol),
    };
    notes.into_iter().for_each(|note| env.warn(note));
    let compression = builder
        .compression
        .map(Some)
        .or_else(|| env.parse(&["OTEL_EXPORTER_OTLP_COMPRESSION"], parse_compression))
        .flatten();
    if compression.is_some() && !cfg!(feature = "gzip") {
        return Err(ConfigError::option(
            "compression",
            "gzip",
            "needs the cargo feature `gzip` of apitoolkit-actix",
        ));
    }
    let timeout = checked_duration(builder.timeout, "timeout")?
        .or_else(|| env.millis(&["OTEL_EXPORTER_OTLP_TIMEOUT"]))
        .unwrap_or(TIMEOUT);
    let headers = headers(builder, api_key, env)?;
    Ok(Wire { protocol, endpoint, headers, timeout, compression })
}

/// Headers of the environment, then the builder's, then the API key; later ones replace.
fn headers(
    builder: &TelemetryBuilder,
    api_key: Option<&str>,
    env: &mut Env,
) -> Result<HeaderMap, ConfigError> {
    let mut headers = HeaderMap::new();
    if let Some(text) = env.text("OTEL_EXPORTER_OTLP_HEADERS") {
        for (at, pair) in text.split(',').enumerate().filter(|(_, pair)| !pair.trim().is_empty()) {
            let parsed =
                pair.split_once('=').and_then(|(name, value)| header(name, &decoded(value)?));
            match parsed {
                Some((name, value)) => {
                    headers.insert(name, value);
                }
                // The text holds credentials: only the place is named.
                None => env.warn(format!(
                    "OTEL_EXPORTER_OTLP_HEADERS: entry {at} is not name=value and is ignored"
                )),
            }
        }
    }
    for (name, value) in &builder.headers {
        let (name, value) = header(name, value).ok_or_else(|| {
            let reason = "not a header: a name is a token, a value is visible ASCII";
            ConfigError::option("header", name.clone(), reason)
        })?;
        headers.insert(name, value);
    }
    if let Some(key) = api_key.and_then(|key| header("x-api-key", key)) {
        headers.insert(key.0, key.1);
    }
    Ok(headers)
}

fn header(name: &str, value: &str) -> Option<(HeaderName, HeaderValue)> {
    let name = HeaderName::from_bytes(name.trim().as_bytes()).ok()?;
    let mut value = HeaderValue::from_str(value.trim()).ok()?;
    value.set_sensitive(true);
    Some((name, value))
}

fn resource(builder: &TelemetryBuilder, api_key: Option<&str>, env: &mut Env) -> Resource {
    let mut attributes = Vec::new();
    if let Some(text) = env.text("OTEL_RESOURCE_ATTRIBUTES") {
        match parse_attributes(&text) {
            Ok(parsed) => attributes = parsed,
            // The text may hold the project's key: only the place is named.
            Err(at) => env.warn(format!(
                "OTEL_RESOURCE_ATTRIBUTES is ignored: entry {at} is not key=value, percent-encoded"
            )),
        }
    }
    attributes.extend(builder.resource_attributes.iter().cloned());
    let named = attributes.iter().any(|(key, _)| key == semconv::SERVICE_NAME);
    let name = builder.service_name.clone().or_else(|| env.text("OTEL_SERVICE_NAME"));
    if let Some(name) = name.or_else(|| (!named).then(default_service_name)) {
        attributes.push((semconv::SERVICE_NAME.to_owned(), name));
    }
    if let Some(version) = &builder.service_version {
        attributes.push((semconv::SERVICE_VERSION.to_owned(), version.clone()));
    }
    if let Some(key) = api_key {
        attributes.push((semconv::PROJECT_KEY.to_owned(), key.to_owned()));
    }
    let sdk = TelemetryResourceDetector.detect();
    Resource::builder_empty()
        .with_attributes(sdk.iter().map(|(key, value)| KeyValue::new(key.clone(), value.clone())))
        .with_attributes(attributes.into_iter().map(|(key, value)| KeyValue::new(key, value)))
        .build()
}

/// `unknown_service:` and the program's name, as the semantic conventions ask.
fn default_service_name() -> String {
    let program = std::env::current_exe().ok();
    let name = program.as_deref().and_then(|path| path.file_name()).and_then(|name| name.to_str());
    name.map_or_else(|| "unknown_service".to_owned(), |name| format!("unknown_service:{name}"))
}

fn sampler(ratio: Option<f64>, env: &mut Env) -> Result<Sampler, ConfigError> {
    if let Some(ratio) = ratio {
        if !(0.0..=1.0).contains(&ratio) {
            let reason = "expected a number from 0.0 to 1.0";
            return Err(ConfigError::option("sample_ratio", ratio.to_string(), reason));
        }
        return Ok(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(ratio))));
    }
    let ratio = env.parse(&["OTEL_TRACES_SAMPLER_ARG"], |text| match text.parse::<f64>() {
        Ok(ratio) if (0.0..=1.0).contains(&ratio) => Ok(ratio),
        _ => Err("expected a number from 0.0 to 1.0; all is sampled".to_owned()),
    });
    let by_ratio = Sampler::TraceIdRatioBased(ratio.unwrap_or(1.0));
    let named = env.parse(&["OTEL_TRACES_SAMPLER"], |name| match name {
        "always_on" => Ok(Sampler::AlwaysOn),
        "always_off" => Ok(Sampler::AlwaysOff),
        "traceidratio" => Ok(by_ratio.clone()),
        "parentbased_always_on" => Ok(Sampler::ParentBased(Box::new(Sampler::AlwaysOn))),
        "parentbased_always_off" => Ok(Sampler::ParentBased(Box::new(Sampler::AlwaysOff))),
        "parentbased_traceidratio" => Ok(Sampler::ParentBased(Box::new(by_ratio.clone()))),
        _ => Err("expected always_on, always_off, traceidratio, or parentbased_ and one of these"
            .to_owned()),
    });
    Ok(named.unwrap_or_else(|| Sampler::ParentBased(Box::new(Sampler::AlwaysOn))))
}

fn parse_exporter(text: &str) -> Result<Exporter, String> {
    match text {
        "otlp" => Ok(Exporter::Otlp),
        "none" => Ok(Exporter::None),
        "console" => Ok(Exporter::Console),
        _ => Err("expected otlp, none or console".to_owned()),
    }
}

fn parse_protocol(text: &str) -> Result<Protocol, String> {
    match text {
        "grpc" => Ok(Protocol::Grpc),
        "http/protobuf" if cfg!(feature = "http") => Ok(Protocol::HttpProtobuf),
        "http/protobuf" => {
            Err("it needs the cargo feature `http` of apitoolkit-actix; grpc is used".to_owned())
        }
        _ => Err("expected grpc or http/protobuf".to_owned()),
    }
}

fn parse_compression(text: &str) -> Result<Option<Compression>, String> {
    match text {
        "none" => Ok(None),
        "gzip" if cfg!(feature = "gzip") => Ok(Some(Compression::Gzip)),
        "gzip" => Err("it needs the cargo feature `gzip` of apitoolkit-actix".to_owned()),
        _ => Err("expected gzip or none".to_owned()),
    }
}

fn parse_propagators(text: &str) -> Result<Propagation, String> {
    let mut found = Propagation { trace_context: false, baggage: false };
    for name in text.split(',').map(str::trim) {
        match name {
            "tracecontext" => found.trace_context = true,
            "baggage" => found.baggage = true,
            "none" => {}
            _ => {
                return Err("expected tracecontext, baggage or none, separated by commas".to_owned());
            }
        }
    }
    Ok(found)
}

/// `key=value` pairs, percent-encoded; on an error the index of the entry that is none.
fn parse_attributes(text: &str) -> Result<Vec<(String, String)>, usize> {
    let entries = text.split(',').enumerate().filter(|(_, entry)| !entry.trim().is_empty());
    entries
        .map(|(at, entry)| {
            let (key, value) = entry.split_once('=').ok_or(at)?;
            let (key, value) = (decoded(key).ok_or(at)?, decoded(value).ok_or(at)?);
            if key.is_empty() { Err(at) } else { Ok((key, value)) }
        })
        .collect()
}

fn decoded(text: &str) -> Option<String> {
    let decoded = percent_encoding::percent_decode_str(text.trim()).decode_utf8().ok()?;
    Some(decoded.into_owned())
}

fn checked_key(key: String) -> Result<String, ConfigError> {
    let key = key.trim().to_owned();
    if key.is_empty() || !key.bytes().all(|b| b.is_ascii_graphic()) {
        // The key is a credential: it is not repeated.
        return Err(ConfigError::option(
            "api_key",
            "…",
            "expected visible ASCII characters and no spaces",
        ));
    }
    Ok(key)
}

fn checked_duration(
    given: Option<Duration>,
    option: &'static str,
) -> Result<Option<Duration>, ConfigError> {
    match given {
        Some(duration) if duration.is_zero() || duration > Duration::from_secs(3_600) => {
            let reason = "expected more than 0 and at most an hour";
            Err(ConfigError::option(option, format!("{duration:?}"), reason))
        }
        _ => Ok(given),
    }
}

fn pick(
    given: Option<usize>,
    option: &'static str,
    range: std::ops::RangeInclusive<usize>,
) -> Result<Option<usize>, ConfigError> {
    match given {
        Some(n) if !range.contains(&n) => {
            let reason = format!("expected {} to {}", range.start(), range.end());
            Err(ConfigError::option(option, n.to_string(), reason))
        }
        _ => Ok(given),
    }
}

/// Standard variables that mean something elsewhere and nothing here.
fn warn_of_ignored(env: &mut Env) {
    for signal in ["TRACES", "METRICS", "LOGS"] {
        for what in ["ENDPOINT", "PROTOCOL", "COMPRESSION"] {
            let name = format!("OTEL_EXPORTER_OTLP_{signal}_{what}");
            if env.text(&name).is_some() {
                env.warn(format!(
                    "{name} is ignored: all signals share one connection; set \
                     OTEL_EXPORTER_OTLP_{what}"
                ));
            }
        }
    }
}

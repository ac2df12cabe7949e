use std::{ffi::OsString, fmt, path::PathBuf, time::Duration};

use super::{
    Telemetry,
    endpoint::Protocol,
    sender::SpanSink,
    settings::{Compression, Exporter, Settings},
};
use crate::error::ConfigError;

/// Configures [`Telemetry`]. What is not set here is read from the environment, and what is not
/// there either has the default that each setter names.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use apitoolkit_actix::Telemetry;
///
/// let telemetry = Telemetry::builder()
///     .endpoint("http://otelcol.apitoolkit.io:4317")
///     .api_key("my-project-key")
///     .service_name("orders")
///     .build()?;
/// # telemetry.shutdown()?;
/// # Ok(()) }
/// ```
#[must_use = "call `.build()`"]
#[derive(Clone)]
pub struct TelemetryBuilder {
    pub(super) endpoint: Option<String>,
    pub(super) protocol: Option<Protocol>,
    pub(super) api_key: Option<String>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) timeout: Option<Duration>,
    pub(super) compression: Option<Compression>,
    pub(super) service_name: Option<String>,
    pub(super) service_version: Option<String>,
    pub(super) resource_attributes: Vec<(String, String)>,
    pub(super) sample_ratio: Option<f64>,
    pub(super) traces_exporter: Option<Exporter>,
    pub(super) metrics_exporter: Option<Exporter>,
    pub(super) logs_exporter: Option<Exporter>,
    pub(super) queue_size: Option<usize>,
    pub(super) batch_size: Option<usize>,
    pub(super) schedule_delay: Option<Duration>,
    pub(super) memory_budget: Option<usize>,
    pub(super) shutdown_timeout: Option<Duration>,
    pub(super) spool: Option<(PathBuf, u64)>,
    pub(super) install: bool,
    pub(super) environment: Option<Vec<(String, OsString)>>,
    pub(super) span_sink: Option<SpanSink>,
}

impl TelemetryBuilder {
    pub(super) fn new() -> Self {
        Self {
            endpoint: None,
            protocol: None,
            api_key: None,
            headers: Vec::new(),
            timeout: None,
            compression: None,
            service_name: None,
            service_version: None,
            resource_attributes: Vec::new(),
            sample_ratio: None,
            traces_exporter: None,
            metrics_exporter: None,
            logs_exporter: None,
            queue_size: None,
            batch_size: None,
            schedule_delay: None,
            memory_budget: None,
            shutdown_timeout: None,
            spool: None,
            install: true,
            environment: None,
            span_sink: None,
        }
    }

    /// Where telemetry goes, a base URL such as `http://localhost:4317`.
    ///
    /// Defaults to `OTEL_EXPORTER_OTLP_ENDPOINT`, else `http://localhost:4317` for gRPC and
    /// `http://localhost:4318` for HTTP. Without a scheme, a loopback host means `http`, any other
    /// `https`. A signal's path at the end (`/v1/traces`) is recognised and taken off, with a
    /// warning.
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// How it travels. Defaults to `OTEL_EXPORTER_OTLP_PROTOCOL`, else [`Protocol::Grpc`].
    pub fn protocol(mut self, protocol: Protocol) -> Self {
        self.protocol = Some(protocol);
        self
    }

    /// The key of the APItoolkit or Monoscope project. Defaults to `APITOOLKIT_API_KEY`, else
    /// none.
    ///
    /// It is sent as the resource attribute `at-project-key` and as the header `x-api-key`.
    ///
    /// # Security
    /// The key is never logged and never part of an error or of `Debug` output.
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.api_key = Some(key.into());
        self
    }

    /// Adds a header (gRPC metadata) to every export, beside those of
    /// `OTEL_EXPORTER_OTLP_HEADERS`; the same name replaces.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// How long one attempt to export may take. Defaults to `OTEL_EXPORTER_OTLP_TIMEOUT`, else
    /// 10 seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How exports are compressed. Defaults to `OTEL_EXPORTER_OTLP_COMPRESSION`, else not at all.
    pub fn compression(mut self, compression: Compression) -> Self {
        self.compression = Some(compression);
        self
    }

    /// The service's name, resource attribute `service.name`. Defaults to `OTEL_SERVICE_NAME`,
    /// else that of `OTEL_RESOURCE_ATTRIBUTES`, else `unknown_service:` and the program's name.
    pub fn service_name(mut self, name: impl Into<String>) -> Self {
        self.service_name = Some(name.into());
        self
    }

    /// The service's version, resource attribute `service.version`. Defaults to that of
    /// `OTEL_RESOURCE_ATTRIBUTES`, else none.
    pub fn service_version(mut self, version: impl Into<String>) -> Self {
        self.service_version = Some(version.into());
        self
    }

    /// Adds a resource attribute, beside those of `OTEL_RESOURCE_ATTRIBUTES`; the same key
    /// replaces.
    pub fn resource_attribute(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.resource_attributes.push((key.into(), value.into()));
        self
    }

    /// Which share of the traces that begin here is recorded, from 0.0 to 1.0; traces that a
    /// caller began follow its decision. Defaults to `OTEL_TRACES_SAMPLER` and
    /// `OTEL_TRACES_SAMPLER_ARG`, else all.
    pub fn sample_ratio(mut self, ratio: f64) -> Self {
        self.sample_ratio = Some(ratio);
        self
    }

    /// Where traces go. Defaults to `OTEL_TRACES_EXPORTER`, else [`Exporter::Otlp`].
    pub fn traces_exporter(mut self, exporter: Exporter) -> Self {
        self.traces_exporter = Some(exporter);
        self
    }

    /// Where metrics go. Defaults to `OTEL_METRICS_EXPORTER`, else [`Exporter::Otlp`].
    pub fn metrics_exporter(mut self, exporter: Exporter) -> Self {
        self.metrics_exporter = Some(exporter);
        self
    }

    /// Where logs go. Defaults to `OTEL_LOGS_EXPORTER`, else [`Exporter::Otlp`].
    pub fn logs_exporter(mut self, exporter: Exporter) -> Self {
        self.logs_exporter = Some(exporter);
        self
    }

    /// How many ended spans (and, apart from them, finished exchanges) may wait at once. Defaults
    /// to `OTEL_BSP_MAX_QUEUE_SIZE`, else 8,192; their bytes are bounded by
    /// [`memory_budget`](Self::memory_budget) besides. While half as many exchanges wait, bodies are
    /// given up instead of redacted.
    pub fn queue_size(mut self, spans: usize) -> Self {
        self.queue_size = Some(spans);
        self
    }

    /// How many spans are sent together at most. Defaults to `OTEL_BSP_MAX_EXPORT_BATCH_SIZE`,
    /// else 512. Requests are split below 4 MiB whatever this says.
    pub fn batch_size(mut self, spans: usize) -> Self {
        self.batch_size = Some(spans);
        self
    }

    /// How long spans wait for others before they are sent. Defaults to
    /// `OTEL_BSP_SCHEDULE_DELAY`, else 5 seconds.
    pub fn schedule_delay(mut self, delay: Duration) -> Self {
        self.schedule_delay = Some(delay);
        self
    }

    /// How many bytes of captured data the process may hold, in requests under way and in all
    /// queues together. Defaults to 32 MiB; at least 64 KiB. Beyond it bodies are given up first,
    /// then exchanges, and each loss is counted. Bodies of requests under way leave a quarter of it
    /// to the rest; log records may take a quarter.
    pub fn memory_budget(mut self, bytes: usize) -> Self {
        self.memory_budget = Some(bytes);
        self
    }

    /// How long [`Telemetry::shutdown`], [`Telemetry::flush`] and `Drop` may take. Defaults to 5
    /// seconds.
    pub fn shutdown_timeout(mut self, timeout: Duration) -> Self {
        self.shutdown_timeout = Some(timeout);
        self
    }

    /// Keeps traces on disk, in `dir`, while the receiver is away: at most `max_bytes` of them, at
    /// least 8 MiB. Defaults to no spool. Needs the cargo feature `spool`.
    ///
    /// A request that fails in a way that is worth a retry goes to disk, and so does what comes
    /// after it; memory is free for what comes next. The oldest is tried again and again, with the
    /// usual waits, and when it is taken the others follow in order, also those that a former
    /// process left behind, whether it was shut down or killed. When the spool is full, *newer*
    /// requests are dropped and counted (`spool_full`), as they are by the queue in memory: an
    /// outage is then known from its beginning, without gaps.
    ///
    /// With a spool, [`Telemetry::shutdown`] is content when all traces were taken or are on disk,
    /// and does not wait for a receiver that refuses; [`Telemetry::flush`] still wants them taken.
    /// [`Stats::exchanges_spooled`](crate::Stats::exchanges_spooled) counts what is on disk.
    ///
    /// # On disk
    /// While anything waits there is the file `traces.queue`, of exactly `max_bytes` with everything
    /// that belongs to it; on most file systems it takes only the room that was filled, and gives it
    /// back when nothing waits any more. The file `lock` is empty. Writes are not forced to the device: they
    /// survive the end of the process, `SIGKILL` too; after a power failure some may be missing or
    /// damaged. A damaged file is set aside as `traces.queue.corrupt-<unix time>`, with a warning,
    /// and a new one is begun; the newest three are kept, each as large as it was, **beside**
    /// `max_bytes`. A lower `max_bytes` holds from the next start, which copies the oldest requests
    /// that fit and drops the others; a higher one holds once the spool was empty.
    ///
    /// While the disk fails or is full, there is a warning a minute at most, and requests are
    /// retried from memory as without a spool, perhaps out of order. A request that is being
    /// written or sent again is in memory meanwhile, up to 4 MiB of it a few times over.
    ///
    /// # Not covered
    /// Metrics and logs, of which a shutdown still says that they did not get through. What is in
    /// memory when the process is killed: spans wait there for up to
    /// [`schedule_delay`](Self::schedule_delay). Traces that do not leave by OTLP, for which the
    /// directory is not even looked at. And exactly once: a process that is killed between the
    /// receiver's answer and the removal sends that one request again; so does any retry after an
    /// answer that was lost.
    ///
    /// # Errors
    /// `build()` refuses a directory that cannot be made or written to, or that another process (or
    /// another [`Telemetry`]) uses: each needs its own. And a `max_bytes` below 8 MiB.
    ///
    /// # Security
    /// On disk is what was to be sent: redacted, and still private. The API key is taken out, and
    /// put in again when a request is sent; headers are not written. On Unix a directory that is
    /// made here has mode 0700, and files have mode 0600; an existing directory keeps its mode.
    /// Nothing is encrypted, and nothing overwritten before it is deleted.
    pub fn spool(mut self, dir: impl Into<PathBuf>, max_bytes: u64) -> Self {
        self.spool = Some((dir.into(), max_bytes));
        self
    }

    /// Whether this becomes the process's telemetry: the global OpenTelemetry providers, and what
    /// every [`ApiToolkit`](crate::ApiToolkit) uses that is given no other. Defaults to true.
    ///
    /// Tests that run side by side pass false, and give each toolkit its own with
    /// [`Builder::telemetry`](crate::Builder::telemetry).
    pub fn install(mut self, install: bool) -> Self {
        self.install = install;
        self
    }

    /// Reads these variables instead of the process's environment; for tests.
    pub fn environment<K, V>(mut self, vars: impl IntoIterator<Item = (K, V)>) -> Self
    where
        K: Into<String>,
        V: Into<OsString>,
    {
        self.environment =
            Some(vars.into_iter().map(|(name, value)| (name.into(), value.into())).collect());
        self
    }

    /// Hands requests to `sink`, encoded, with the number of their spans, in the place of sending
    /// them: for benchmarks, which measure all but a transport.
    #[doc(hidden)]
    pub fn span_sink(mut self, sink: impl Fn(&[u8], u64) + Send + Sync + 'static) -> Self {
        self.span_sink = Some(SpanSink::new(sink));
        self
    }

    /// Starts the exporter. Nothing is sent yet, and nothing has to listen at the endpoint.
    ///
    /// May be called anywhere, inside `#[actix_web::main]` or before it.
    ///
    /// # Errors
    /// [`ConfigError`] for a value that cannot be used, naming the option or variable; for a
    /// second installed telemetry in one process; and when the system gives no thread.
    pub fn build(self) -> Result<Telemetry, ConfigError> {
        Telemetry::start(&Settings::resolve(&self)?)
    }
}

/// Keys and headers are credentials: of them only the names are shown.
impl fmt::Debug for TelemetryBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        let attributes: Vec<_> = self.resource_attributes.iter().map(|(key, _)| key).collect();
        f.debug_struct("TelemetryBuilder")
            .field("protocol", &self.protocol)
            .field("api_key", &self.api_key.as_ref().map(|_| "[CLIENT_REDACTED]"))
            .field("headers", &headers)
            .field("service_name", &self.service_name)
            .field("resource_attributes", &attributes)
            .field("install", &self.install)
            .finish_non_exhaustive()
    }
}

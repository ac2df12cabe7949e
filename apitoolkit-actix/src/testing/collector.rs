//! The receiver itself.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use tokio::runtime::Handle;

use super::{
    Code, Counters, Fault, Leak, LogRecord, Metric, Request, Span,
    faults::Script,
    secrets,
    server::Server,
    store::{Door, Shared},
    tree,
};

/// An OTLP receiver inside the test process, for traces, metrics and logs.
///
/// It listens on two loopback ports, one for OTLP/gRPC and one for OTLP/HTTP, on a thread and
/// runtime of its own: it works within any async runtime and without one, and any number of them
/// run side by side. Dropping it closes its connections and joins its thread.
///
/// See the [module documentation](super) for an overview.
///
/// ```no_run
/// use std::time::Duration;
/// use apitoolkit_actix::testing::Collector;
///
/// let collector = Collector::start()?;
/// // … point the app under test to collector.endpoint() and call it …
/// collector.wait_for_spans(1, Duration::from_secs(5))?;
/// collector.assert_absent("hunter2-canary");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Collector {
    // First, so that the thread has ended before what it writes to goes.
    server: Server,
    shared: Arc<Shared>,
}

/// # Starting and stopping
impl Collector {
    /// Starts a collector on two free ports of 127.0.0.1.
    ///
    /// # Errors
    ///
    /// When the system has no port, no thread or no file descriptor left.
    pub fn start() -> io::Result<Self> {
        Self::start_on(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
    }

    /// Starts a collector with OTLP/gRPC on this address and OTLP/HTTP on a free port of the same
    /// interface. Port 0 stands for any free one.
    ///
    /// # Errors
    ///
    /// When the address is taken or is not of this machine, and as for [`start`](Self::start).
    pub fn start_on(address: impl Into<SocketAddr>) -> io::Result<Self> {
        let shared = Arc::new(Shared::new());
        Ok(Self { server: Server::start(address.into(), shared.clone())?, shared })
    }

    /// The endpoint for OTLP/gRPC, `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.server.addresses().grpc)
    }

    /// The base endpoint for OTLP/HTTP, `http://127.0.0.1:PORT`; the paths are `/v1/traces`,
    /// `/v1/metrics` and `/v1/logs`.
    #[must_use]
    pub fn http_endpoint(&self) -> String {
        format!("http://{}", self.server.addresses().http)
    }

    /// Closes both ports and every connection, as a server that goes down: new connections are
    /// refused by the system. What was received stays. Stopping twice is the same as once.
    ///
    /// On Linux the ports stay reserved, so that nobody else is given them before
    /// [`restart`](Self::restart).
    pub fn stop(&self) {
        // Fails only if the thread is gone, and then it has stopped all the more.
        let _ = self.server.stop();
    }

    /// Listens again on the ports it had; nothing happens if it was not stopped. Scripted faults
    /// stay.
    ///
    /// # Errors
    ///
    /// When another process was given one of the ports meanwhile.
    pub fn restart(&self) -> io::Result<()> {
        self.server.restart()
    }

    pub(super) fn shared(&self) -> &Shared {
        &self.shared
    }

    pub(super) fn runtime(&self) -> &Handle {
        self.server.runtime()
    }
}

/// # Reading what was received
impl Collector {
    /// Every span taken, in the order of arrival.
    #[must_use]
    pub fn spans(&self) -> Vec<Span> {
        self.shared.lock().spans.clone()
    }

    /// The spans with this name, in the order of arrival.
    #[must_use]
    pub fn spans_named(&self, name: &str) -> Vec<Span> {
        let store = self.shared.lock();
        store.spans.iter().filter(|span| span.name == name).cloned().collect()
    }

    /// The spans of one trace, in the order of arrival; `trace_id` is 32 hexadecimal digits.
    #[must_use]
    pub fn trace(&self, trace_id: &str) -> Vec<Span> {
        let store = self.shared.lock();
        let of_trace = |span: &&Span| span.trace_id.eq_ignore_ascii_case(trace_id);
        store.spans.iter().filter(of_trace).cloned().collect()
    }

    /// One trace as text, one line a span: `name [KIND] status`, children indented by two spaces
    /// below their parent and in the order in which they started.
    ///
    /// A span whose parent has not been received stands on the outermost level and is marked
    /// `(parent elsewhere)`.
    ///
    /// ```no_run
    /// # use apitoolkit_actix::testing::Collector;
    /// # fn check(collector: &Collector, trace_id: &str) {
    /// assert_eq!(
    ///     collector.span_tree(trace_id),
    ///     "GET /users/{id} [SERVER] Unset\n  SELECT users [CLIENT] Unset\n",
    /// );
    /// # }
    /// ```
    #[must_use]
    pub fn span_tree(&self, trace_id: &str) -> String {
        tree::render(self.trace(trace_id).iter().collect())
    }

    /// Every metric data point taken, in the order of arrival.
    #[must_use]
    pub fn metrics(&self) -> Vec<Metric> {
        self.shared.lock().metrics.clone()
    }

    /// The data points of one metric, in the order of arrival.
    #[must_use]
    pub fn metrics_named(&self, name: &str) -> Vec<Metric> {
        let store = self.shared.lock();
        store.metrics.iter().filter(|point| point.name == name).cloned().collect()
    }

    /// Every log record taken, in the order of arrival.
    #[must_use]
    pub fn logs(&self) -> Vec<LogRecord> {
        self.shared.lock().logs.clone()
    }

    /// Every export request, in the order of arrival, those too that were refused, cut off or
    /// never answered.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.shared.lock().requests.clone()
    }

    /// Figures since the start.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.shared.lock().counters
    }

    /// Forgets everything received so far; [counters](Self::counters) and faults stay.
    pub fn clear(&self) {
        self.shared.update(|store| store.clear());
    }

    /// Whether to keep what arrives. Default: `true`. With `false` spans, points, records and
    /// requests are only counted, for load tests that would otherwise fill the memory.
    pub fn keep_contents(&self, keep: bool) {
        self.shared.lock().keep_contents = keep;
    }
}

/// # Secrets
impl Collector {
    /// Panics if `secret` occurs in anything received, and says where.
    ///
    /// All requests are searched, refused ones included: their headers, every string, key, number
    /// and byte value by itself, and the raw message. ASCII letters match in either case. The secret
    /// is also found when it is encoded in base64 (standard or URL-safe, padded or not, beginning
    /// anywhere), percent-encoding, form encoding, JSON escapes, gzip or zstd, and in up to three of
    /// them on top of each other.
    ///
    /// # Panics
    ///
    /// If the secret is there; if it has fewer than 6 bytes, because such would be found by
    /// accident; if requests came while contents were [not kept](Self::keep_contents) or to no known
    /// path, because then nothing is certain.
    #[track_caller]
    pub fn assert_absent(&self, secret: &str) {
        self.assert_absent_except(secret, &[]);
    }

    /// As [`assert_absent`](Self::assert_absent), but not in the headers and attributes (of a
    /// resource, for example) with one of these names, in any case: for the API key, which has to be
    /// sent.
    ///
    /// ```no_run
    /// # use apitoolkit_actix::testing::Collector;
    /// # fn check(collector: &Collector) {
    /// collector.assert_absent_except("api-key-4711", &["x-api-key", "at-project-key"]);
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// As [`assert_absent`](Self::assert_absent).
    #[track_caller]
    pub fn assert_absent_except(&self, secret: &str, allowed: &[&str]) {
        self.assert_all_absent(&[secret], allowed);
    }

    /// As [`assert_absent_except`](Self::assert_absent_except) for many secrets, which are searched
    /// for in one go. Secrets that share a beginning of their own are found even faster by
    /// [`assert_absent`](Self::assert_absent) with that beginning.
    ///
    /// # Panics
    ///
    /// As [`assert_absent`](Self::assert_absent).
    #[track_caller]
    #[expect(clippy::panic, reason = "an assertion for tests, documented to panic")]
    pub fn assert_all_absent(&self, secrets: &[&str], allowed: &[&str]) {
        let shortest = secrets::MIN_SECRET_BYTES;
        if let Some(short) = secrets.iter().find(|secret| secret.len() < shortest) {
            panic!(
                "a secret of {} bytes would be found by accident; plant one of at least {shortest}",
                short.len()
            );
        }
        if let Some(leak) = self.search(secrets, allowed) {
            let secret = secrets.get(leak.secret).copied().unwrap_or_default();
            panic!("the secret {} leaked: {leak}", secrets::preview(secret));
        }
    }

    /// Where `secret` occurs in anything received, searched as
    /// [`assert_absent`](Self::assert_absent) does; the first place found. A secret of fewer than
    /// 6 bytes is searched for too, and may be found by accident.
    #[must_use]
    pub fn find_secret(&self, secret: &str) -> Option<Leak> {
        self.find_secret_except(secret, &[])
    }

    /// As [`find_secret`](Self::find_secret), but not in the headers and attributes with one of
    /// these names.
    #[must_use]
    pub fn find_secret_except(&self, secret: &str, allowed: &[&str]) -> Option<Leak> {
        self.search(&[secret], allowed)
    }

    fn search(&self, secrets: &[&str], allowed: &[&str]) -> Option<Leak> {
        // Copied, which is cheap, so that the server goes on while the search takes its time.
        let (requests, not_kept) = {
            let store = self.shared.lock();
            (store.requests.clone(), store.not_kept)
        };
        secrets::find(&requests, secrets, allowed)
            .or_else(|| (not_kept > 0).then(|| Leak::not_searchable(not_kept)))
    }
}

/// # Faults
///
/// A script replaces the one before; [`accept`](Self::accept) ends all of them.
impl Collector {
    /// Behaves well again: opens the door and forgets the rest of the script. A request that is
    /// already being delayed stays so, and one in a scripted black hole is reset. A collector that
    /// was stopped stays so until [`restart`](Self::restart).
    pub fn accept(&self) {
        self.shared.lock().script = Script::default();
        self.shared.set_door(Door::Open);
    }

    /// Closes every connection, open ones too, without a word, until [`accept`](Self::accept). The
    /// port stays open, as that of a proxy without a server behind it.
    pub fn refuse(&self) {
        self.shared.set_door(Door::Closed);
    }

    /// From now on accepts connections and neither reads from nor writes to any of them, until
    /// [`accept`](Self::accept), as a network that swallows everything.
    pub fn black_hole(&self) {
        self.shared.set_door(Door::BlackHole);
    }

    /// Does with the next requests what `faults` say, in this order, and behaves well after that.
    pub fn script(&self, faults: impl IntoIterator<Item = Fault>) {
        let script = Script::new(faults);
        self.shared.lock().script = script;
    }

    /// Answers every request with an error, until [`accept`](Self::accept);
    /// [`Fault::fail`] describes it and does so for some requests only.
    pub fn fail_with(&self, code: Code, message: impl Into<String>, retry_after: Option<Duration>) {
        let fault = Fault::fail(code, message).forever();
        self.script([match retry_after {
            Some(delay) => fault.retry_after(delay),
            None => fault,
        }]);
    }

    /// Answers every request after this time, until [`accept`](Self::accept).
    pub fn delay(&self, delay: Duration) {
        self.script([Fault::delay(delay).forever()]);
    }

    /// Takes all but the last `rejected` items of every request and says so, until
    /// [`accept`](Self::accept). See [`Fault::partial_success`].
    pub fn partial_success(&self, rejected: u64, message: impl Into<String>) {
        self.script([Fault::partial_success(rejected, message).forever()]);
    }

    /// Refuses messages of more bytes than this, before compression, with `RESOURCE_EXHAUSTED`
    /// (HTTP: 413), and counts them. Default: 4 MiB, as most servers.
    pub fn max_message_size(&self, bytes: usize) {
        self.shared.lock().max_message_bytes = bytes;
    }
}

//! The task that sends what the queue holds: one request at a time, until it got through or was
//! refused for good.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;

use super::{
    Protocol,
    notice::{self, Throttle},
    queue::SpanQueue,
    request::{TraceRequest, pack},
    stats::DropReason,
    transport::{Failure, Receipt, Transport},
};

/// First wait after a failed export; it doubles up to [`LONGEST_BACKOFF`].
const FIRST_BACKOFF: Duration = Duration::from_millis(250);
/// A receiver that comes back is found within this time.
const LONGEST_BACKOFF: Duration = Duration::from_secs(5);

/// Sends a queue's spans over a transport.
#[derive(Debug)]
pub(crate) struct Sender {
    queue: Arc<SpanQueue>,
    transport: Arc<dyn Transport>,
    resource: ResourceAttributesWithSchema,
    delay: Duration,
    timeout: Duration,
    journal: Arc<Journal>,
}

impl Sender {
    pub(crate) fn new(
        queue: Arc<SpanQueue>,
        transport: Arc<dyn Transport>,
        resource: ResourceAttributesWithSchema,
        delay: Duration,
        timeout: Duration,
        journal: Arc<Journal>,
    ) -> Self {
        Self { queue, transport, resource, delay, timeout, journal }
    }

    /// Runs until the queue is closed and empty, or its time is up.
    pub(crate) async fn run(self) {
        loop {
            self.queue.wait(self.delay).await;
            loop {
                let batch = self.queue.take();
                if batch.is_empty() {
                    break;
                }
                for request in pack(batch, &self.resource, &self.queue) {
                    self.deliver(request).await;
                }
                self.queue.answer_flushes();
            }
            self.queue.answer_flushes();
            if self.queue.time_left().is_some() {
                return;
            }
        }
    }

    /// Sends one request until it is taken, refused for good, or time is up after the close.
    async fn deliver(&self, request: TraceRequest) {
        let mut backoff = FIRST_BACKOFF;
        loop {
            match self.attempt(&request).await {
                Ok(receipt) => return self.taken(&request, &receipt),
                Err(failure) if failure.retryable => {
                    self.journal.failed(&failure, "it will be tried again");
                    if self.queue.time_left().is_some_and(|left| left.is_zero()) {
                        return self.lost(&request, DropReason::Shutdown);
                    }
                    let wait = failure.retry_after.unwrap_or_default().max(backoff);
                    self.queue.wait_before_retry(jittered(wait)).await;
                    backoff = (backoff * 2).min(LONGEST_BACKOFF);
                }
                Err(failure) => {
                    self.journal.failed(&failure, "it is not tried again");
                    return self.lost(&request, DropReason::Rejected);
                }
            }
        }
    }

    async fn attempt(&self, request: &TraceRequest) -> Result<Receipt, Failure> {
        let time = self.queue.time_left().map_or(self.timeout, |left| left.min(self.timeout));
        tokio::time::timeout(time, self.transport.send(request.body.clone()))
            .await
            .unwrap_or_else(|_| Err(Failure::timed_out(time)))
    }

    fn taken(&self, request: &TraceRequest, receipt: &Receipt) {
        let counters = self.queue.counters();
        let rejected = receipt.rejected.min(request.spans);
        // Which spans were refused is not said; exchanges are taken to be among them first.
        let lost = rejected.min(request.exchanges);
        counters.export_spans(request.spans - rejected);
        counters.drop_spans(rejected);
        counters.drop_exchanges(DropReason::Rejected, lost);
        counters.export(request.exchanges - lost);
        self.journal.succeeded(request.spans, receipt);
    }

    fn lost(&self, request: &TraceRequest, reason: DropReason) {
        self.queue.counters().drop_spans(request.spans);
        self.queue.counters().drop_exchanges(reason, request.exchanges);
    }
}

/// Spreads retries of many processes: 80 to 120 % of the wait.
fn jittered(wait: Duration) -> Duration {
    wait.mul_f64(0.8 + 0.4 * fastrand::f64())
}

/// What exports came to, and what of it was said aloud.
#[derive(Debug)]
pub(crate) struct Journal {
    endpoint: String,
    protocol: Protocol,
    state: Mutex<State>,
    failures: Throttle,
}

#[derive(Debug, Default)]
struct State {
    spoken: bool,
    failing_since: Option<Instant>,
    last_failure: Option<String>,
}

impl Journal {
    pub(crate) fn new(endpoint: String, protocol: Protocol) -> Self {
        Self {
            endpoint,
            protocol,
            state: Mutex::new(State::default()),
            failures: Throttle::minute(),
        }
    }

    /// Why the newest export failed; `None` when it did not.
    pub(crate) fn last_failure(&self) -> Option<String> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).last_failure.clone()
    }

    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    fn succeeded(&self, spans: u64, receipt: &Receipt) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let first = !std::mem::replace(&mut state.spoken, true);
        let outage = state.failing_since.take();
        state.last_failure = None;
        drop(state);
        let Self { endpoint, protocol, .. } = self;
        if first {
            notice::info(&format!(
                "first export to {endpoint} ({protocol}): {spans} spans received"
            ));
        } else if let Some(since) = outage {
            let seconds = since.elapsed().as_secs();
            notice::info(&format!("exports to {endpoint} resumed after {seconds} s"));
        }
        if receipt.rejected > 0 && self.failures.ready() {
            let why: String =
                receipt.message.chars().filter(|c| !c.is_control()).take(200).collect();
            notice::warn(&format!("{endpoint} refused {} spans: {why}", receipt.rejected));
        }
    }

    fn failed(&self, failure: &Failure, then: &str) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let first = !std::mem::replace(&mut state.spoken, true);
        state.failing_since.get_or_insert_with(Instant::now);
        state.last_failure = Some(failure.words.clone());
        drop(state);
        let Self { endpoint, protocol, .. } = self;
        if self.failures.ready() {
            let which = if first { "first export" } else { "export" };
            notice::warn(&format!(
                "{which} to {endpoint} ({protocol}) failed: {}; {then}",
                failure.words
            ));
        }
    }
}

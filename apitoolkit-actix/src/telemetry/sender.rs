//! The task that sends what the queue holds: one request at a time, until it got through or was
//! refused for good.

use std::{
    collections::VecDeque,
    future::{Future, poll_fn},
    pin::pin,
    sync::Arc,
    task::Poll,
    time::Duration,
};

use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;

use super::{
    attempt::{Backoff, attempt},
    journal::Journal,
    queue::SpanQueue,
    request::{TraceRequest, pack},
    stats::DropReason,
    transport::{Failure, Receipt, Signal, Transport},
};

/// Sends a queue's spans over a transport.
#[derive(Debug)]
pub(crate) struct Sender {
    queue: Arc<SpanQueue>,
    transport: Arc<dyn Transport>,
    resource: Arc<ResourceAttributesWithSchema>,
    delay: Duration,
    timeout: Duration,
    journal: Arc<Journal>,
}

impl Sender {
    pub(crate) fn new(
        queue: Arc<SpanQueue>,
        transport: Arc<dyn Transport>,
        resource: Arc<ResourceAttributesWithSchema>,
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
                if self.queue.time_left() == Some(Duration::ZERO) {
                    // Packing what cannot be sent would only take time that there is not.
                    self.journal.lose(Signal::Traces, self.queue.abandon());
                }
                let batch = self.queue.take();
                if batch.is_empty() {
                    break;
                }
                let requests = pack(batch, &self.resource, &self.queue).into();
                InHand { sender: &self, requests }.deliver().await;
                self.queue.answer_flushes();
            }
            self.queue.answer_flushes();
            if self.queue.is_finished() {
                return;
            }
        }
    }

    /// Sends one request until it is taken, refused for good, or time is up after the close.
    async fn deliver(&self, request: &TraceRequest) {
        let mut backoff = Backoff::default();
        loop {
            let time = self.queue.time_left().map_or(self.timeout, |left| left.min(self.timeout));
            if time.is_zero() {
                return self.lost(request, DropReason::Shutdown);
            }
            let attempt = attempt(&*self.transport, Signal::Traces, &request.body, time);
            // An attempt that began before the close is not to outlast it.
            let Some(result) = before(attempt, self.queue.time_is_up()).await else {
                self.journal.failed(Signal::Traces, &Failure::cut_off(), "the spans are lost");
                return self.lost(request, DropReason::Shutdown);
            };
            match result {
                Ok(receipt) => return self.taken(request, &receipt),
                Err(failure) if failure.retryable => {
                    self.journal.failed(Signal::Traces, &failure, "it will be tried again");
                    let least = failure.retry_after.unwrap_or_default();
                    if !self.queue.wait_before_retry(least, backoff.next()).await {
                        return self.lost(request, DropReason::Shutdown);
                    }
                }
                Err(failure) => {
                    self.journal.failed(Signal::Traces, &failure, "it is not tried again");
                    return self.lost(request, DropReason::Rejected);
                }
            }
        }
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
        self.journal.succeeded(Signal::Traces, request.spans, receipt);
    }

    fn lost(&self, request: &TraceRequest, reason: DropReason) {
        self.queue.counters().drop_spans(request.spans);
        self.queue.counters().drop_exchanges(reason, request.exchanges);
        self.journal.lose(Signal::Traces, request.spans);
    }
}

/// Requests that were taken out of the queue and not dealt with yet. If the runtime ends before
/// that, they are counted as lost.
struct InHand<'s> {
    sender: &'s Sender,
    requests: VecDeque<TraceRequest>,
}

impl InHand<'_> {
    async fn deliver(mut self) {
        while let Some(request) = self.requests.front() {
            self.sender.deliver(request).await;
            self.requests.pop_front();
        }
    }
}

impl Drop for InHand<'_> {
    fn drop(&mut self) {
        for request in &self.requests {
            self.sender.lost(request, DropReason::Shutdown);
        }
    }
}

/// What comes of `work`, unless `end` comes first.
async fn before<T>(work: impl Future<Output = T>, end: impl Future<Output = ()>) -> Option<T> {
    let (mut work, mut end) = (pin!(work), pin!(end));
    poll_fn(|cx| match work.as_mut().poll(cx) {
        Poll::Ready(result) => Poll::Ready(Some(result)),
        Poll::Pending => end.as_mut().poll(cx).map(|()| None),
    })
    .await
}

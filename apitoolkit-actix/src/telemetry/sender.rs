//! The task that sends what the queue holds: one request at a time, until it got through or was
//! refused for good.

use std::{
    fmt,
    future::{Future, poll_fn},
    pin::pin,
    sync::Arc,
    task::Poll,
    time::Duration,
};

use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;

use super::{
    attempt::{Backoff, attempt},
    held::{Account, Held},
    journal::Journal,
    queue::SpanQueue,
    request::pack,
    spool::Spool,
    stats::DropReason,
    transport::{Failure, Signal, Transport},
};

/// Sends a queue's spans over a transport.
#[derive(Debug)]
pub(crate) struct Sender {
    pub(crate) account: Account,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) resource: Arc<ResourceAttributesWithSchema>,
    /// How long spans wait for others.
    pub(crate) delay: Duration,
    /// How long one attempt may take.
    pub(crate) timeout: Duration,
    /// In the place of the transport, if it is there.
    pub(crate) sink: Option<SpanSink>,
}

/// Takes requests in the place of a receiver: each encoded, with the number of its spans.
#[derive(Clone)]
pub(crate) struct SpanSink(Arc<Sink>);

type Sink = dyn Fn(&[u8], u64) + Send + Sync;

impl SpanSink {
    pub(crate) fn new(take: impl Fn(&[u8], u64) + Send + Sync + 'static) -> Self {
        Self(Arc::new(take))
    }
}

impl fmt::Debug for SpanSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpanSink").finish_non_exhaustive()
    }
}

impl Sender {
    /// Runs until the queue is closed and empty, or its time is up.
    pub(crate) async fn run(self, spool: Option<Spool>) {
        match spool {
            Some(spool) => spool.run(&self).await,
            None => self.run_in_memory().await,
        }
    }

    async fn run_in_memory(&self) {
        let queue = self.queue();
        loop {
            queue.wait(self.delay).await;
            while let Some(requests) = self.next() {
                // All of them are counted as lost if the runtime ends first.
                for held in requests {
                    self.deliver(held).await;
                }
                queue.answer_flushes();
            }
            queue.answer_flushes();
            if queue.is_finished() {
                return;
            }
        }
    }

    /// The next batch, packed; `None` when nothing waits.
    pub(crate) fn next(&self) -> Option<Vec<Held>> {
        let queue = self.queue();
        if queue.time_left() == Some(Duration::ZERO) {
            // Packing what cannot be sent would only take time that there is not.
            self.journal().lose(Signal::Traces, queue.abandon());
        }
        let batch = queue.take();
        if batch.is_empty() {
            return None;
        }
        let requests = pack(batch, &self.resource, queue);
        if let Some(SpanSink(take)) = &self.sink {
            requests.iter().for_each(|request| take(&request.body, request.spans));
            return Some(Vec::new());
        }
        Some(requests.into_iter().map(|request| self.account.hold(request)).collect())
    }

    /// Sends one request until it is taken, refused for good, or time is up after the close.
    async fn deliver(&self, held: Held) {
        let queue = self.queue();
        let mut backoff = Backoff::default();
        loop {
            let time = queue.time_left().map_or(self.timeout, |left| left.min(self.timeout));
            if time.is_zero() {
                return held.lost(DropReason::Shutdown);
            }
            let body = held.body();
            let attempt = attempt(&*self.transport, Signal::Traces, &body, time);
            // An attempt that began before the close is not to outlast it.
            let Some(result) = before(attempt, queue.time_is_up()).await else {
                self.journal().failed(Signal::Traces, &Failure::cut_off(), "the spans are lost");
                return held.lost(DropReason::Shutdown);
            };
            match result {
                Ok(receipt) => return held.taken(&receipt),
                Err(failure) if failure.retryable => {
                    self.journal().failed(Signal::Traces, &failure, "it will be tried again");
                    let least = failure.retry_after.unwrap_or_default();
                    if !queue.wait_before_retry(least, backoff.next()).await {
                        return held.lost(DropReason::Shutdown);
                    }
                }
                Err(failure) => return self.refused(held, &failure),
            }
        }
    }

    /// The receiver will never take it.
    pub(crate) fn refused(&self, held: Held, failure: &Failure) {
        self.journal().failed(Signal::Traces, failure, "it is not tried again");
        held.lost(DropReason::Rejected);
    }

    pub(crate) fn queue(&self) -> &SpanQueue {
        &self.account.queue
    }

    pub(crate) fn journal(&self) -> &Journal {
        &self.account.journal
    }
}

/// What comes of `work`, unless `end` comes first.
pub(crate) async fn before<T>(
    work: impl Future<Output = T>,
    end: impl Future<Output = ()>,
) -> Option<T> {
    let (mut work, mut end) = (pin!(work), pin!(end));
    poll_fn(|cx| match work.as_mut().poll(cx) {
        Poll::Ready(result) => Poll::Ready(Some(result)),
        Poll::Pending => end.as_mut().poll(cx).map(|()| None),
    })
    .await
}

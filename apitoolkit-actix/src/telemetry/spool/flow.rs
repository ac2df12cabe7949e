use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
    time::{Duration, Instant},
};

use tokio::sync::Notify;

use super::store::Spool;
use crate::telemetry::{
    attempt::{Backoff, attempt},
    held::Held,
    sender::{Sender, before},
    stats::DropReason,
    transport::{Failure, Signal},
};

/// What the two halves tell each other: one takes from the queue, the other sends from disk. They
/// are polled by one task.
#[derive(Debug)]
struct Flow<'s> {
    sender: &'s Sender,
    spool: &'s Spool,
    /// Wakes the half that sends: there is something to send, or a reason to hurry.
    nudge: Notify,
    /// Wakes the half that takes: nothing is on disk any more.
    emptied: Notify,
    /// An attempt has just failed, and the receiver asked for so much time.
    failed: Mutex<Option<Duration>>,
    /// Nothing more will come.
    ending: AtomicBool,
}

impl Spool {
    /// Sends what the queue holds, by way of the disk while the receiver is away. Runs until the
    /// queue is closed and empty, and what is on disk was sent, cannot be sent or has to stay.
    pub(crate) async fn run(self, sender: &Sender) {
        let flow = Flow {
            sender,
            spool: &self,
            nudge: Notify::new(),
            emptied: Notify::new(),
            failed: Mutex::new(None),
            ending: AtomicBool::new(false),
        };
        {
            let mut sending = pin!(flow.send_from_disk());
            beside(flow.take_from_queue(), sending.as_mut()).await;
            flow.ending.store(true, Ordering::Release);
            flow.nudge.notify_one();
            // What is cut off here is still on disk.
            before(sending, sender.queue().time_is_up()).await;
        }
        sender.queue().answer_flushes();
        self.say_what_stays();
    }
}

impl Flow<'_> {
    async fn take_from_queue(&self) {
        let queue = self.sender.queue();
        loop {
            if self.spool.is_empty() {
                queue.wait(self.sender.delay).await;
            } else {
                // Who waits for a flush waits for what is on disk too.
                self.nudge.notify_one();
                let either = queue.wait_for_spans(self.sender.delay);
                before(either, self.emptied.notified()).await;
            }
            while let Some(requests) = self.sender.next() {
                for held in requests {
                    self.deliver(held).await;
                }
            }
            if self.spool.is_empty() {
                queue.answer_flushes();
            }
            if queue.is_finished() {
                return;
            }
        }
    }

    /// Sends one request, or puts it on disk when that is not to be or others wait there. Where the
    /// disk fails too, it is retried from memory.
    async fn deliver(&self, mut held: Held) {
        let queue = self.sender.queue();
        let mut backoff = Backoff::default();
        let mut failed = false;
        loop {
            if failed || !self.spool.is_empty() {
                let appended = before(self.spool.append(held), queue.time_is_up()).await;
                match appended {
                    Some(Err(back)) => held = back,
                    // What the disk was too slow for counts itself.
                    Some(Ok(())) | None => return self.nudge.notify_one(),
                }
            }
            let time = queue
                .time_left()
                .map_or(self.sender.timeout, |left| (left / 2).min(self.sender.timeout));
            if time.is_zero() {
                return held.lost(DropReason::Shutdown);
            }
            let body = held.body();
            let attempt = attempt(&*self.sender.transport, Signal::Traces, &body, time);
            // Some time is left for the disk.
            let result = before(attempt, queue.half_the_time_is_up()).await;
            let failure = match result.unwrap_or_else(|| Err(Failure::cut_off())) {
                Ok(receipt) => return held.taken(&receipt),
                Err(failure) if !failure.retryable => return self.sender.refused(held, &failure),
                Err(failure) => failure,
            };
            self.sender.journal().failed(Signal::Traces, &failure, "it will be tried again");
            let least = failure.retry_after.unwrap_or_default();
            *self.failed() = Some(least);
            if failed && !queue.wait_before_retry(least, backoff.next()).await {
                return held.lost(DropReason::Shutdown);
            }
            failed = true;
        }
    }

    /// Sends the oldest request until it is taken, then the next. Ends when nothing more will come,
    /// and nothing is left or the receiver is away.
    async fn send_from_disk(&self) {
        let mut backoff = Backoff::default();
        loop {
            if self.spool.is_empty() {
                if self.is_ending() {
                    return;
                }
                self.emptied.notify_one();
                self.nudge.notified().await;
                continue;
            }
            let failed = self.failed().take();
            if let Some(least) = failed {
                self.rest(least, backoff.next()).await;
            }
            let stored = match self.spool.oldest().await {
                Ok(Some(stored)) => stored,
                Ok(None) => continue,
                Err(_) if self.is_ending() => return,
                Err(_) => {
                    *self.failed() = Some(Duration::ZERO);
                    continue;
                }
            };
            let sender = self.sender;
            let time = sender.timeout;
            match attempt(&*sender.transport, Signal::Traces, &stored.body, time).await {
                Ok(receipt) => {
                    sender.journal().succeeded(Signal::Traces, stored.spans, &receipt);
                    self.spool.settle(stored, receipt.rejected).await;
                    backoff = Backoff::default();
                }
                Err(failure) if failure.retryable => {
                    let then = "it stays on disk, and will be tried again";
                    sender.journal().failed(Signal::Traces, &failure, then);
                    if self.is_ending() {
                        return;
                    }
                    *self.failed() = Some(failure.retry_after.unwrap_or_default());
                }
                Err(failure) => {
                    sender.journal().failed(Signal::Traces, &failure, "it is not tried again");
                    sender.journal().lose(Signal::Traces, stored.spans);
                    let all = stored.spans;
                    self.spool.settle(stored, all).await;
                }
            }
        }
    }

    /// Waits before a retry: `delay`, or shorter while somebody waits for a flush, and not at all
    /// when nothing more will come, but never less than `least`.
    async fn rest(&self, least: Duration, delay: Duration) {
        let start = Instant::now();
        loop {
            let rest = match self.is_ending() {
                true => least,
                false => self.sender.queue().retry_in(least, delay),
            };
            let Some(left) = rest.checked_sub(start.elapsed()) else { return };
            let _ = tokio::time::timeout(left, self.nudge.notified()).await;
        }
    }

    fn is_ending(&self) -> bool {
        self.ending.load(Ordering::Acquire)
    }

    fn failed(&self) -> std::sync::MutexGuard<'_, Option<Duration>> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs `work` to its end, and meanwhile `other`, which does not end before.
async fn beside(work: impl Future<Output = ()>, mut other: Pin<&mut impl Future<Output = ()>>) {
    let mut work = pin!(work);
    let mut over = false;
    poll_fn(|cx| {
        over = over || other.as_mut().poll(cx).is_ready();
        match work.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(()),
            Poll::Pending => Poll::Pending,
        }
    })
    .await;
}

//! Whoever waits: the one task that sends for something to send, everybody else for it to have been
//! sent.

use std::{
    sync::mpsc,
    time::{Duration, Instant},
};

use super::{SpanQueue, State};

/// How soon a failed export is tried again while somebody waits for a flush.
const URGENT_RETRY: Duration = Duration::from_millis(200);

/// Somebody who waits, until some time, for the spans up to a count to be sent.
#[derive(Debug)]
pub(super) struct Flush {
    upto: u64,
    until: Instant,
    done: mpsc::Sender<()>,
}

impl SpanQueue {
    /// Waits until there is a reason to send: a full batch, a flush, the close, or `delay` passed.
    pub(crate) async fn wait(&self, delay: Duration) {
        if !self.lock().is_urgent(self.batch) {
            let _ = tokio::time::timeout(delay, self.wake.notified()).await;
        }
    }

    /// Waits before a retry: `delay`, cut short by a flush or the close, but never below `least`,
    /// which the receiver asked for. False when the close leaves no time for it.
    pub(crate) async fn wait_before_retry(&self, least: Duration, delay: Duration) -> bool {
        let start = Instant::now();
        let hurried = least.max(URGENT_RETRY.min(delay));
        loop {
            let (closed, urgent) = {
                let state = self.lock();
                (state.closed, state.closed.is_some() || state.is_flushing())
            };
            let until = start + if urgent { hurried } else { delay.max(least) };
            if closed.is_some_and(|closed| until >= closed) {
                return false;
            }
            let Some(left) = until.checked_duration_since(Instant::now()) else { return true };
            // A wake-up means that it may have become urgent, or not.
            let _ = tokio::time::timeout(left, self.wake.notified()).await;
        }
    }

    /// Tells everyone whose spans were taken that they were dealt with; called by the task that
    /// takes them, when it has none in hand.
    pub(crate) fn answer_flushes(&self) {
        let mut state = self.lock();
        let taken = state.taken;
        state.flushes.retain(|flush| {
            let waiting = flush.upto > taken;
            if !waiting {
                // Whoever asked may have stopped waiting.
                let _ = flush.done.send(());
            }
            waiting
        });
    }

    /// After the close: how long sending may still take. `None` while the queue is open.
    pub(crate) fn time_left(&self) -> Option<Duration> {
        let closed = self.lock().closed;
        closed.map(|until| until.saturating_duration_since(Instant::now()))
    }

    /// Returns when the queue is closed and no time is left.
    pub(crate) async fn time_is_up(&self) {
        loop {
            match self.time_left() {
                Some(Duration::ZERO) => return,
                Some(left) => tokio::time::sleep(left).await,
                // Only the one task that sends waits for this, so that no wake-up goes astray: what
                // it is woken for is looked up again before it waits for anything else.
                None => self.wake.notified().await,
            }
        }
    }

    /// Returns when the queue is closed and half of the time that was left then is over. For the
    /// one task that sends, as [`time_is_up`](Self::time_is_up).
    #[cfg_attr(not(feature = "spool"), expect(dead_code, reason = "used by the spool"))]
    pub(crate) async fn half_the_time_is_up(&self) {
        loop {
            match self.time_left() {
                Some(left) => return tokio::time::sleep(left / 2).await,
                None => self.wake.notified().await,
            }
        }
    }

    /// Waits until there are spans to take and a reason to take them, the close, or a wake-up, for
    /// `delay` at most. Unlike [`wait`](Self::wait) it waits also while somebody waits for what was
    /// taken long ago and is not sent yet.
    #[cfg_attr(not(feature = "spool"), expect(dead_code, reason = "used by the spool"))]
    pub(crate) async fn wait_for_spans(&self, delay: Duration) {
        let urgent = {
            let state = self.lock();
            let asked_for = state.spans > 0 && state.is_flushing();
            state.spans >= self.batch || asked_for || state.closed.is_some()
        };
        if !urgent {
            let _ = tokio::time::timeout(delay, self.wake.notified()).await;
        }
    }

    /// How soon to try again after a failure whose receiver asked for `least`: sooner than `delay`
    /// while somebody waits for a flush.
    #[cfg_attr(not(feature = "spool"), expect(dead_code, reason = "used by the spool"))]
    pub(crate) fn retry_in(&self, least: Duration, delay: Duration) -> Duration {
        let urgent = self.lock().is_flushing();
        least.max(if urgent { URGENT_RETRY.min(delay) } else { delay })
    }

    /// Asks for everything queued to be sent by `until`; the receiver hears when it was.
    pub(crate) fn flush(&self, until: Instant) -> mpsc::Receiver<()> {
        let (done, wait) = mpsc::channel();
        if self.process.is_left_now() {
            // Nobody is there to hear of it, and whoever waits is told so at once.
            return wait;
        }
        let mut state = self.lock();
        let flush = Flush { upto: state.pushed, until, done };
        state.flushes.push(flush);
        drop(state);
        self.wake.notify_one();
        wait
    }
}

impl State {
    fn is_urgent(&self, batch: usize) -> bool {
        self.spans >= batch || self.is_flushing() || self.closed.is_some()
    }

    /// Whether anybody still waits; who gave up waiting hurries nobody.
    fn is_flushing(&self) -> bool {
        let now = Instant::now();
        self.flushes.iter().any(|flush| flush.until > now)
    }
}

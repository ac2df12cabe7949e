//! Waiting for what is to arrive, blocking and asynchronously.

use std::{
    sync::PoisonError,
    time::{Duration, Instant},
};

use super::{
    Collector, Counters, LogRecord, Metric, Request, Span, WaitError,
    store::{Shared, Store},
};

/// Longer than any test runs; keeps a deadline of `Duration::MAX` within what clocks can express.
const LONGEST: Duration = Duration::from_secs(60 * 60 * 24);

/// # Waiting
///
/// Each method returns as soon as what it waits for is there, also when it already was before the
/// call. The blocking ones block the thread: within an async runtime of one thread, as Actix's are,
/// that would also block the app under test, so use the `_async` ones there. These run on any
/// executor.
///
/// A predicate is called while the collector is locked: it must not call the collector.
impl Collector {
    /// Waits until at least `count` spans have been taken, and returns all that there are, in the
    /// order of arrival. Compare the length to notice spans that should not be there.
    ///
    /// # Errors
    ///
    /// [`WaitError`] if there are fewer after `within`.
    pub fn wait_for_spans(&self, count: usize, within: Duration) -> Result<Vec<Span>, WaitError> {
        self.block(within, || format!("{count} spans"), at_least(count))
    }

    /// [`wait_for_spans`](Self::wait_for_spans) without blocking the thread.
    ///
    /// # Errors
    ///
    /// [`WaitError`] if there are fewer after `within`.
    pub async fn wait_for_spans_async(
        &self,
        count: usize,
        within: Duration,
    ) -> Result<Vec<Span>, WaitError> {
        self.wait(within, || format!("{count} spans"), at_least(count)).await
    }

    /// Waits until at least `count` spans satisfy `predicate`, and returns all that do, in the order
    /// of arrival.
    ///
    /// # Errors
    ///
    /// [`WaitError`] if there are fewer after `within`.
    pub fn wait_for(
        &self,
        predicate: impl FnMut(&Span) -> bool,
        count: usize,
        within: Duration,
    ) -> Result<Vec<Span>, WaitError> {
        self.block(within, || format!("{count} spans as described"), matching(predicate, count))
    }

    /// [`wait_for`](Self::wait_for) without blocking the thread.
    ///
    /// # Errors
    ///
    /// [`WaitError`] if there are fewer after `within`.
    pub async fn wait_for_async(
        &self,
        predicate: impl FnMut(&Span) -> bool,
        count: usize,
        within: Duration,
    ) -> Result<Vec<Span>, WaitError> {
        self.wait(within, || format!("{count} spans as described"), matching(predicate, count))
            .await
    }

    /// Waits for a point of metric `name` that satisfies `predicate`, and returns the newest.
    ///
    /// # Errors
    ///
    /// [`WaitError`] if there is none after `within`.
    pub fn wait_for_metric(
        &self,
        name: &str,
        predicate: impl FnMut(&Metric) -> bool,
        within: Duration,
    ) -> Result<Metric, WaitError> {
        self.block(within, || format!("a point of metric {name:?}"), point(name, predicate))
    }

    /// [`wait_for_metric`](Self::wait_for_metric) without blocking the thread.
    ///
    /// # Errors
    ///
    /// [`WaitError`] if there is none after `within`.
    pub async fn wait_for_metric_async(
        &self,
        name: &str,
        predicate: impl FnMut(&Metric) -> bool,
        within: Duration,
    ) -> Result<Metric, WaitError> {
        self.wait(within, || format!("a point of metric {name:?}"), point(name, predicate)).await
    }

    /// Waits for a log record that satisfies `predicate`, and returns the first.
    ///
    /// # Errors
    ///
    /// [`WaitError`] if there is none after `within`.
    pub fn wait_for_log(
        &self,
        predicate: impl FnMut(&LogRecord) -> bool,
        within: Duration,
    ) -> Result<LogRecord, WaitError> {
        self.block(within, || "a log record as described".to_owned(), record(predicate))
    }

    /// [`wait_for_log`](Self::wait_for_log) without blocking the thread.
    ///
    /// # Errors
    ///
    /// [`WaitError`] if there is none after `within`.
    pub async fn wait_for_log_async(
        &self,
        predicate: impl FnMut(&LogRecord) -> bool,
        within: Duration,
    ) -> Result<LogRecord, WaitError> {
        self.wait(within, || "a log record as described".to_owned(), record(predicate)).await
    }

    /// Waits until at least `count` export requests satisfy `predicate`, refused and unanswered ones
    /// among them, and returns all that do, in the order of arrival.
    ///
    /// # Errors
    ///
    /// [`WaitError`] if there are fewer after `within`.
    pub fn wait_for_requests(
        &self,
        predicate: impl FnMut(&Request) -> bool,
        count: usize,
        within: Duration,
    ) -> Result<Vec<Request>, WaitError> {
        self.block(within, || format!("{count} requests as described"), requests(predicate, count))
    }

    /// [`wait_for_requests`](Self::wait_for_requests) without blocking the thread.
    ///
    /// # Errors
    ///
    /// [`WaitError`] if there are fewer after `within`.
    pub async fn wait_for_requests_async(
        &self,
        predicate: impl FnMut(&Request) -> bool,
        count: usize,
        within: Duration,
    ) -> Result<Vec<Request>, WaitError> {
        self.wait(within, || format!("{count} requests as described"), requests(predicate, count))
            .await
    }

    /// Waits until the [counters](Self::counters) satisfy `predicate`, and returns them; the way to
    /// wait when contents are [not kept](Self::keep_contents).
    ///
    /// # Errors
    ///
    /// [`WaitError`] if they do not after `within`.
    pub fn wait_for_counters(
        &self,
        predicate: impl FnMut(&Counters) -> bool,
        within: Duration,
    ) -> Result<Counters, WaitError> {
        self.block(within, || "counters as described".to_owned(), counted(predicate))
    }

    /// [`wait_for_counters`](Self::wait_for_counters) without blocking the thread.
    ///
    /// # Errors
    ///
    /// [`WaitError`] if they do not after `within`.
    pub async fn wait_for_counters_async(
        &self,
        predicate: impl FnMut(&Counters) -> bool,
        within: Duration,
    ) -> Result<Counters, WaitError> {
        self.wait(within, || "counters as described".to_owned(), counted(predicate)).await
    }

    fn block<T>(
        &self,
        within: Duration,
        wanted: impl FnOnce() -> String,
        mut check: impl FnMut(&Store) -> Option<T>,
    ) -> Result<T, WaitError> {
        let shared: &Shared = self.shared();
        let deadline = Instant::now() + within.min(LONGEST);
        let mut store = shared.lock();
        loop {
            if let Some(found) = check(&store) {
                return Ok(found);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(WaitError::new(within, wanted(), &store));
            }
            let woken = shared.changed().wait_timeout(store, left);
            store = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    async fn wait<T>(
        &self,
        within: Duration,
        wanted: impl FnOnce() -> String,
        mut check: impl FnMut(&Store) -> Option<T>,
    ) -> Result<T, WaitError> {
        let shared: &Shared = self.shared();
        let mut changes = shared.changes();
        let found = async {
            loop {
                changes.borrow_and_update();
                if let Some(found) = check(&shared.lock()) {
                    return found;
                }
                if changes.changed().await.is_err() {
                    // The sender lives in `shared`, so this cannot be; the deadline ends it.
                    std::future::pending::<()>().await;
                }
            }
        };
        let timed = {
            // The timer is the collector's, so that the caller needs no runtime of its own.
            let _timers = self.runtime().enter();
            tokio::time::timeout(within.min(LONGEST), found)
        };
        timed.await.map_err(|_| WaitError::new(within, wanted(), &shared.lock()))
    }
}

fn at_least(count: usize) -> impl FnMut(&Store) -> Option<Vec<Span>> {
    move |store| (store.spans.len() >= count).then(|| store.spans.clone())
}

fn matching(
    mut predicate: impl FnMut(&Span) -> bool,
    count: usize,
) -> impl FnMut(&Store) -> Option<Vec<Span>> {
    move |store| {
        let found: Vec<_> = store.spans.iter().filter(|span| predicate(span)).collect();
        (found.len() >= count).then(|| found.into_iter().cloned().collect())
    }
}

fn point(
    name: &str,
    mut predicate: impl FnMut(&Metric) -> bool,
) -> impl FnMut(&Store) -> Option<Metric> {
    move |store| {
        let mut points = store.metrics.iter().rev();
        points.find(|point| point.name == name && predicate(point)).cloned()
    }
}

fn record(
    mut predicate: impl FnMut(&LogRecord) -> bool,
) -> impl FnMut(&Store) -> Option<LogRecord> {
    move |store| store.logs.iter().find(|record| predicate(record)).cloned()
}

fn requests(
    mut predicate: impl FnMut(&Request) -> bool,
    count: usize,
) -> impl FnMut(&Store) -> Option<Vec<Request>> {
    move |store| {
        let found: Vec<_> = store.requests.iter().filter(|request| predicate(request)).collect();
        (found.len() >= count).then(|| found.into_iter().cloned().collect())
    }
}

fn counted(mut predicate: impl FnMut(&Counters) -> bool) -> impl FnMut(&Store) -> Option<Counters> {
    move |store| Some(store.counters).filter(|counters| predicate(counters))
}

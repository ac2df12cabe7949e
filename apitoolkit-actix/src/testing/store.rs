//! What has been received so far, shared between the server's thread and the tests.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::{
    LogRecord, Metric, Outcome, Request, Signal, Span, contents::Contents, faults::Script,
};

/// The limit of most servers, gRPC's own default among them.
const MAX_MESSAGE_BYTES: usize = 4 * 1024 * 1024;

/// Figures since the collector was started. `stop`, `restart` and `clear` do not reset them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Counters {
    /// Export requests of traces, whatever became of them.
    pub trace_requests: u64,
    /// Export requests of metrics, whatever became of them.
    pub metric_requests: u64,
    /// Export requests of logs, whatever became of them.
    pub log_requests: u64,
    /// Requests answered with an error, by script or because of what they were.
    pub failed_requests: u64,
    /// Requests refused because the message was over the limit.
    pub oversize_requests: u64,
    /// Requests of an unknown path, method or content type; not among the requests above.
    pub misdirected_requests: u64,
    /// Spans taken.
    pub spans: u64,
    /// Metric data points taken.
    pub metric_points: u64,
    /// Log records taken.
    pub log_records: u64,
    /// The largest message in bytes, before compression.
    pub largest_message: usize,
    /// TCP connections accepted, those refused at once included.
    pub connections: u64,
}

impl Counters {
    /// Export requests of any signal.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.trace_requests + self.metric_requests + self.log_requests
    }
}

/// What the server does with its connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Door {
    Open,
    /// Connections are closed at once, those that are open too.
    Closed,
    /// Connections are accepted, and nothing is read from or written to them.
    BlackHole,
}

#[derive(Debug)]
pub(super) struct Shared {
    store: Mutex<Store>,
    changed: Condvar,
    /// Counts changes, for waiting asynchronously.
    version: watch::Sender<u64>,
    door: watch::Sender<Door>,
}

#[derive(Debug)]
pub(super) struct Store {
    pub(super) requests: Vec<Request>,
    pub(super) spans: Vec<Span>,
    pub(super) metrics: Vec<Metric>,
    pub(super) logs: Vec<LogRecord>,
    pub(super) counters: Counters,
    pub(super) script: Script,
    pub(super) max_message_bytes: usize,
    pub(super) keep_contents: bool,
    /// Requests whose content was not kept, which no search can clear of secrets.
    pub(super) not_kept: u64,
    /// How often the store was cleared, so that a late answer finds its request or nothing.
    era: u64,
}

/// Which request of the store an answer belongs to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ticket {
    era: u64,
    index: Option<usize>,
}

impl Ticket {
    /// Whether the content of the request is kept.
    pub(super) fn is_kept(self) -> bool {
        self.index.is_some()
    }
}

impl Shared {
    pub(super) fn new() -> Self {
        Self {
            store: Mutex::new(Store::new()),
            changed: Condvar::new(),
            version: watch::Sender::new(0),
            door: watch::Sender::new(Door::Open),
        }
    }

    /// Reads, or changes what nobody waits for.
    pub(super) fn lock(&self) -> MutexGuard<'_, Store> {
        // A test that panicked while it held the lock has left nothing half done.
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes what somebody may wait for.
    pub(super) fn update<T>(&self, change: impl FnOnce(&mut Store) -> T) -> T {
        let result = change(&mut self.lock());
        self.changed.notify_all();
        self.version.send_modify(|version| *version = version.wrapping_add(1));
        result
    }

    pub(super) fn changed(&self) -> &Condvar {
        &self.changed
    }

    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }

    pub(super) fn set_door(&self, door: Door) {
        self.door.send_replace(door);
    }

    pub(super) fn door(&self) -> watch::Receiver<Door> {
        self.door.subscribe()
    }
}

impl Store {
    fn new() -> Self {
        Self {
            requests: Vec::new(),
            spans: Vec::new(),
            metrics: Vec::new(),
            logs: Vec::new(),
            counters: Counters::default(),
            script: Script::default(),
            max_message_bytes: MAX_MESSAGE_BYTES,
            keep_contents: true,
            not_kept: 0,
            era: 0,
        }
    }

    /// Counts and keeps a request that has just arrived.
    pub(super) fn arrive(&mut self, request: Request) -> Ticket {
        let counters = &mut self.counters;
        match request.signal {
            Signal::Traces => counters.trace_requests += 1,
            Signal::Metrics => counters.metric_requests += 1,
            Signal::Logs => counters.log_requests += 1,
        }
        counters.largest_message = counters.largest_message.max(request.message.len());
        if self.keep_contents {
            self.requests.push(request);
            Ticket { era: self.era, index: Some(self.requests.len() - 1) }
        } else {
            self.not_kept += 1;
            Ticket { era: self.era, index: None }
        }
    }

    /// Counts a request that is not an export of any signal.
    pub(super) fn misdirect(&mut self) {
        self.counters.misdirected_requests += 1;
        self.not_kept += 1;
    }

    pub(super) fn conclude(&mut self, ticket: Ticket, outcome: Outcome) {
        if matches!(outcome, Outcome::Failed { .. }) {
            self.counters.failed_requests += 1;
        }
        if ticket.era == self.era
            && let Some(request) = ticket.index.and_then(|index| self.requests.get_mut(index))
        {
            request.outcome = outcome;
        }
    }

    /// Takes what a request carries; not kept if the store was cleared since it arrived.
    pub(super) fn take(&mut self, ticket: Ticket, contents: Contents) {
        let counters = &mut self.counters;
        let count = contents.len() as u64;
        match contents.signal() {
            Signal::Traces => counters.spans += count,
            Signal::Metrics => counters.metric_points += count,
            Signal::Logs => counters.log_records += count,
        }
        if !ticket.is_kept() || ticket.era != self.era {
            return;
        }
        match contents {
            Contents::Spans(spans) => self.spans.extend(spans),
            Contents::Metrics(points) => self.metrics.extend(points),
            Contents::Logs(records) => self.logs.extend(records),
            Contents::Counted(..) => {}
        }
    }

    pub(super) fn clear(&mut self) {
        self.requests = Vec::new();
        self.spans = Vec::new();
        self.metrics = Vec::new();
        self.logs = Vec::new();
        self.not_kept = 0;
        self.era += 1;
    }
}

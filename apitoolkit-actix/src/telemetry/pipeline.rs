//! Finished exchanges on their way to the worker, and the worker.

use std::{
    collections::VecDeque,
    io::{self, Write as _},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use opentelemetry::{Context, trace::TraceContextExt as _};

use super::{
    notice::{self, Throttle},
    queue::discarding,
    span,
    stats::{Counters, DropReason, ShedReason, Stats},
};
use crate::{
    config::Config,
    error::ConfigError,
    exchange::{Budget, Exchange, Reservation},
    redact::{Overlay, Scratch},
};

/// A finished exchange and what is needed to complete its span.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) exchange: Box<Exchange>,
    /// Holds the span.
    pub(crate) context: Context,
    pub(crate) config: Arc<Config>,
    /// The policy, where it is not the configuration's own.
    pub(crate) overlay: Option<Arc<Overlay>>,
    /// Whether a provider that is not ours exports the span, so that handing it over is the last
    /// we hear of it.
    pub(crate) foreign: bool,
}

/// The bounded queue of finished exchanges and its one worker thread.
#[derive(Debug)]
pub(crate) struct Pipeline {
    state: Mutex<State>,
    /// Wakes the worker.
    work: Condvar,
    /// Wakes whoever waits for the worker.
    progress: Condvar,
    capacity: usize,
    budget: Arc<Budget>,
    counters: Arc<Counters>,
}

#[derive(Debug, Default)]
struct State {
    queue: VecDeque<(Finished, Reservation)>,
    submitted: u64,
    processed: u64,
    /// The worker waits without a time limit and has to be woken.
    asleep: bool,
    closed: bool,
}

/// While exchanges come in, the worker looks for them this often instead of being woken for each:
/// a request then pays for a push and not for a system call.
const NAP: Duration = Duration::from_millis(2);
/// After so many naps in vain the worker sleeps until it is woken.
const NAPS: u32 = 25;

impl Pipeline {
    /// A queue of at most `capacity` exchanges, with its worker running.
    pub(crate) fn start(
        capacity: usize,
        budget: Arc<Budget>,
        counters: Arc<Counters>,
    ) -> Result<Arc<Self>, ConfigError> {
        let pipeline = Arc::new(Self::new(capacity, budget, counters));
        let worker = Arc::clone(&pipeline);
        thread::Builder::new()
            .name("apitoolkit-worker".into())
            .spawn(move || worker.run())
            .map_err(ConfigError::Thread)?;
        Ok(pipeline)
    }

    /// A queue that takes nothing in, without a worker: where nothing is recorded.
    pub(crate) fn idle(budget: Arc<Budget>, counters: Arc<Counters>) -> Arc<Self> {
        let pipeline = Self::new(0, budget, counters);
        pipeline.close();
        Arc::new(pipeline)
    }

    fn new(capacity: usize, budget: Arc<Budget>, counters: Arc<Counters>) -> Self {
        Self {
            state: Mutex::new(State::default()),
            work: Condvar::new(),
            progress: Condvar::new(),
            capacity,
            budget,
            counters,
        }
    }

    pub(crate) fn budget(&self) -> &Arc<Budget> {
        &self.budget
    }

    pub(crate) fn counters(&self) -> &Counters {
        &self.counters
    }

    pub(crate) fn stats(&self) -> Stats {
        self.counters.read(self.budget.used())
    }

    /// Takes a finished exchange in, or counts its loss. Never blocks for longer than a push.
    pub(crate) fn submit(&self, mut finished: Finished) {
        let mut reservation = Reservation::empty(&self.budget);
        let exchange = &mut finished.exchange;
        let size = size_of::<Finished>() + exchange.size();
        if !reservation.grow(size) {
            exchange.request_body.shed();
            exchange.response_body.shed();
            if !reservation.grow(size) {
                self.count_shed(exchange);
                return self.lose(&finished.context, DropReason::Budget);
            }
        }
        self.count_shed(exchange);
        let mut state = self.lock();
        let refused = if state.closed {
            Some(DropReason::Shutdown)
        } else if state.queue.len() >= self.capacity {
            Some(DropReason::QueueFull)
        } else {
            None
        };
        if let Some(reason) = refused {
            drop(state);
            return self.lose(&finished.context, reason);
        }
        state.queue.push_back((finished, reservation));
        state.submitted += 1;
        let wake = state.asleep || state.queue.len() * 2 >= self.capacity;
        drop(state);
        if wake {
            self.work.notify_one();
        }
    }

    /// Waits until everything submitted so far was processed; false if `deadline` came first.
    pub(crate) fn drain(&self, deadline: Instant) -> bool {
        let mut state = self.lock();
        let upto = state.submitted;
        self.work.notify_one();
        while state.processed < upto {
            let Some(left) = deadline.checked_duration_since(Instant::now()) else { return false };
            state = match self.progress.wait_timeout(state, left) {
                Ok((state, _)) => state,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
        true
    }

    /// Takes nothing more in; the worker stops when the queue is empty.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.work.notify_one();
    }

    /// Gives up what is still queued, and counts it; returns how many exchanges were not
    /// processed, those among them that the worker has in hand.
    pub(crate) fn abandon(&self) -> u64 {
        let mut state = self.lock();
        let left = state.submitted - state.processed;
        let queued = std::mem::take(&mut state.queue);
        state.processed += queued.len() as u64;
        drop(state);
        for (finished, _) in &queued {
            self.lose(&finished.context, DropReason::Shutdown);
        }
        left
    }

    fn count_shed(&self, exchange: &Exchange) {
        let shed = [&exchange.request_body, &exchange.response_body];
        let shed = shed.iter().filter(|body| body.is_shed()).count();
        if shed > 0 {
            self.counters.shed(ShedReason::Budget, shed as u64);
        }
    }

    fn lose(&self, context: &Context, reason: DropReason) {
        self.counters.drop_exchanges(reason, 1);
        Self::end(|| discarding(|| context.span().end()));
    }

    fn run(&self) {
        let mut scratch = Scratch::default();
        while let Some(batch) = self.next_batch() {
            for (finished, reservation) in batch {
                self.process(finished, &mut scratch);
                drop(reservation);
                self.lock().processed += 1;
                self.progress.notify_all();
            }
        }
    }

    /// Everything queued, waiting for it if need be; `None` once closed and empty.
    fn next_batch(&self) -> Option<VecDeque<(Finished, Reservation)>> {
        let mut naps = 0;
        let mut state = self.lock();
        loop {
            if !state.queue.is_empty() {
                return Some(std::mem::take(&mut state.queue));
            }
            if state.closed {
                return None;
            }
            state.asleep = naps >= NAPS;
            let waited = if state.asleep {
                self.work.wait(state).unwrap_or_else(PoisonError::into_inner)
            } else {
                match self.work.wait_timeout(state, NAP) {
                    Ok((state, _)) => state,
                    Err(poisoned) => poisoned.into_inner().0,
                }
            };
            state = waited;
            naps = if state.asleep { 0 } else { naps + 1 };
            state.asleep = false;
        }
    }

    /// Redacts an exchange and ends its span. A bug of ours costs that exchange and no more.
    fn process(&self, finished: Finished, scratch: &mut Scratch) {
        static PANICS: Throttle = Throttle::minute();
        let Finished { exchange, context, config, overlay, foreign } = finished;
        let ended = exchange.started + exchange.took;
        let completed = catch_unwind(AssertUnwindSafe(|| {
            let Some(redactor) = overlay.as_ref().map_or(Some(&config.redactor), |o| o.redactor())
            else {
                return false;
            };
            let redacted = exchange.redact(redactor, scratch);
            if config.debug {
                // Standard error may be closed, which is no reason to lose the exchange.
                let _ = writeln!(io::stderr(), "apitoolkit: {redacted}");
            }
            span::complete(&context, &redacted, &config);
            true
        }));
        if !completed.unwrap_or(false) {
            *scratch = Scratch::default();
            if PANICS.ready() {
                notice::warn("an exchange could not be redacted and was dropped: this is a bug");
            }
            return self.lose(&context, DropReason::Internal);
        }
        if foreign {
            self.counters.export(1);
        }
        Self::end(|| context.span().end_with_timestamp(ended));
    }

    /// Ends a span, which runs the span processors of a provider that may be the user's own: if one
    /// of them panics, the worker goes on.
    fn end(span: impl FnOnce()) {
        static PANICS: Throttle = Throttle::minute();
        if catch_unwind(AssertUnwindSafe(span)).is_err() && PANICS.ready() {
            notice::warn("a span processor of the app's tracer provider panicked");
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the lock; if something did, the data is still whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

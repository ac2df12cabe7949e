//! Finished exchanges on their way to the worker.

mod ending;
mod worker;

use std::{
    collections::VecDeque,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    thread,
};

use super::{
    Instruments, Keeper, Measured,
    padded::Padded,
    process::Process,
    queue::SpanQueue,
    span::Unfinished,
    stats::{Counters, DropReason, ShedReason, Stats},
    verdict,
};
use crate::{
    config::Config,
    error::ConfigError,
    exchange::{Budget, Exchange, Reservation, Spares},
    redact::Overlay,
};

/// A finished exchange and what is needed to complete its span.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) exchange: Box<Exchange>,
    pub(crate) span: Unfinished,
    pub(crate) config: Arc<Config>,
    /// The policy, where it is not the configuration's own.
    pub(crate) overlay: Option<Arc<Overlay>>,
    /// Absent when metrics go nowhere.
    pub(crate) instruments: Option<Arc<Instruments>>,
    /// There if the sampler left the exchange out, so that it depends on its end whether it is kept.
    pub(crate) keeper: Option<Arc<Keeper>>,
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
    /// How many of what was submitted is done with.
    processed: Padded<AtomicU64>,
    /// How many threads wait for the worker.
    waiting: AtomicUsize,
    /// Whether the queue is half full again since the worker took what was in it.
    is_crowded: AtomicBool,
    capacity: usize,
    budget: Arc<Budget>,
    counters: Arc<Counters>,
    spares: Spares,
    /// Where completed exchanges go.
    queue: Option<Arc<SpanQueue>>,
    /// Where the worker is.
    process: Process,
}

#[derive(Debug, Default)]
struct State {
    queue: VecDeque<(Finished, Reservation)>,
    /// What the metrics say of exchanges that are not in the queue.
    measured: Vec<Measurement>,
    submitted: u64,
    /// The worker waits without a time limit and has to be woken.
    asleep: bool,
    closed: bool,
}

/// As many measurements wait for the worker; what is more is recorded at once.
const MEASURED: usize = 8_192;
type Measurement = (Arc<Instruments>, Arc<Config>, Measured);
type Batch = (VecDeque<(Finished, Reservation)>, Vec<Measurement>);

impl Pipeline {
    /// A queue of at most `capacity` exchanges, with its worker running. `queue` takes what it
    /// completes, but for spans of a provider that is not ours.
    pub(crate) fn start(
        capacity: usize,
        budget: Arc<Budget>,
        counters: Arc<Counters>,
        queue: Option<Arc<SpanQueue>>,
    ) -> Result<Arc<Self>, ConfigError> {
        let pipeline = Arc::new(Self::new(capacity, budget, counters, queue));
        let worker = Arc::clone(&pipeline);
        thread::Builder::new()
            .name("apitoolkit-worker".into())
            .spawn(move || worker.run())
            .map_err(ConfigError::Thread)?;
        Ok(pipeline)
    }

    /// A queue that takes nothing in, without a worker: where nothing is recorded.
    pub(crate) fn idle(budget: Arc<Budget>, counters: Arc<Counters>) -> Arc<Self> {
        let pipeline = Self::new(0, budget, counters, None);
        pipeline.close();
        Arc::new(pipeline)
    }

    fn new(
        capacity: usize,
        budget: Arc<Budget>,
        counters: Arc<Counters>,
        queue: Option<Arc<SpanQueue>>,
    ) -> Self {
        Self {
            state: Mutex::new(State::default()),
            work: Condvar::new(),
            progress: Condvar::new(),
            processed: Padded::default(),
            waiting: AtomicUsize::new(0),
            is_crowded: AtomicBool::new(false),
            capacity,
            budget,
            counters,
            spares: Spares::default(),
            queue,
            process: Process::current(),
        }
    }

    pub(crate) fn budget(&self) -> &Arc<Budget> {
        &self.budget
    }

    /// Memory for new exchanges.
    pub(crate) fn spares(&self) -> &Spares {
        &self.spares
    }

    pub(crate) fn counters(&self) -> &Counters {
        &self.counters
    }

    pub(crate) fn stats(&self) -> Stats {
        self.counters.read(self.budget.used())
    }

    /// Whether this process was forked from the one that the worker is in. Costs a system call.
    pub(crate) fn is_left(&self) -> bool {
        self.process.is_left_now()
    }

    /// Takes a finished exchange in, or counts its loss. Never blocks for longer than a push.
    pub(crate) fn submit(&self, mut finished: Finished) {
        let mut reservation = Reservation::empty(&self.budget);
        let exchange = &mut finished.exchange;
        let size = size_of::<Finished>() + exchange.size();
        let granted = reservation.grow(size) || {
            exchange.shed_bodies();
            reservation.grow(size)
        };
        self.count_shed(exchange.bodies_shed(), ShedReason::Budget, exchange, &finished.config);
        if !granted {
            return self.refuse(&finished, DropReason::Budget);
        }
        let mut state = match self.open() {
            Ok(state) => state,
            Err(reason) => return self.refuse(&finished, reason),
        };
        if state.queue.len() >= self.capacity {
            drop(state);
            return self.refuse(&finished, DropReason::QueueFull);
        }
        state.queue.push_back((finished, reservation));
        let is_urgent = state.queue.len() * 2 >= self.capacity;
        if is_urgent {
            self.is_crowded.store(true, Ordering::Relaxed);
        }
        self.submitted(state, is_urgent);
    }

    /// Records what the metrics say of an exchange, on the worker.
    pub(crate) fn measure(
        &self,
        instruments: Arc<Instruments>,
        config: Arc<Config>,
        measured: Measured,
    ) {
        let mut state = match self.open() {
            Ok(state) => state,
            // Where nobody is left to export it, nothing is measured.
            Err(DropReason::Forked) => return,
            Err(_) => return Self::record(&instruments, &config, measured),
        };
        if state.measured.len() >= MEASURED {
            drop(state);
            return Self::record(&instruments, &config, measured);
        }
        state.measured.push((instruments, config, measured));
        self.submitted(state, false);
    }

    /// What is handed to the worker, or why nothing is.
    #[inline]
    fn open(&self) -> Result<MutexGuard<'_, State>, DropReason> {
        let state = self.process.lock(&self.state).ok_or(DropReason::Forked)?;
        if state.closed { Err(DropReason::Shutdown) } else { Ok(state) }
    }

    /// Something was handed to the worker, which is woken if need be.
    #[inline]
    fn submitted(&self, mut state: MutexGuard<'_, State>, is_urgent: bool) {
        state.submitted += 1;
        let wake = state.asleep || is_urgent;
        drop(state);
        // Waking somebody takes a system call as well.
        if wake && !self.process.is_left_now() {
            self.work.notify_one();
        }
    }

    /// Counts bodies of an exchange that were given up.
    fn count_shed(&self, bodies: u64, reason: ShedReason, exchange: &Exchange, config: &Config) {
        if bodies > 0 {
            if config.debug {
                let (outline, reason) = (exchange.outline(), reason.name());
                worker::tell(&format_args!("{bodies} bodies given up of {outline}: {reason}"));
            }
            self.counters.shed(reason, bodies);
        }
    }

    /// Loses an exchange that was not taken in. The metrics know of it all the same.
    fn refuse(&self, finished: &Finished, reason: DropReason) {
        let Finished { exchange, config, .. } = finished;
        if finished.keeper.is_some() {
            if reason == DropReason::Forked || !verdict::keeps(exchange, config, exchange.took()) {
                return;
            }
            self.counters.create();
        }
        if config.debug {
            worker::tell(&format_args!("{} is lost: {}", exchange.outline(), reason.name()));
        }
        if let Some(instruments) = &finished.instruments {
            let (instruments, config) = (Arc::clone(instruments), Arc::clone(config));
            self.measure(instruments, config, Measured::of_lost(exchange));
        }
        self.lose(&finished.span, reason);
    }

    fn lose(&self, span: &Unfinished, reason: DropReason) {
        self.counters.drop_exchanges(reason, 1);
        Self::end(|| span.discard());
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the lock; if something did, the data is still whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! Finished exchanges on their way to the worker, and the worker.

use std::{
    collections::VecDeque,
    fmt,
    io::{self, Write as _},
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use opentelemetry::{Context, trace::TraceContextExt as _};

use super::{
    Instruments, Keeper, Measured,
    notice::{self, Throttle},
    queue::discarding,
    span,
    stats::{Counters, DropReason, ShedReason, Stats},
    verdict::{self, Verdict},
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
    capacity: usize,
    budget: Arc<Budget>,
    counters: Arc<Counters>,
}

#[derive(Debug, Default)]
struct State {
    queue: VecDeque<(Finished, Reservation)>,
    /// What the metrics say of exchanges that are not in the queue.
    measured: Vec<Measurement>,
    submitted: u64,
    processed: u64,
    /// The worker waits without a time limit and has to be woken.
    asleep: bool,
    closed: bool,
}

/// While exchanges come in, the worker looks for them this often instead of being woken for each:
/// a request then pays for a push and not for a system call.
const NAP: Duration = Duration::from_millis(2);
/// As many measurements wait for the worker; what is more is recorded at once.
const MEASURED: usize = 8_192;
/// After so many naps in vain the worker sleeps until it is woken.
const NAPS: u32 = 25;

type Measurement = (Arc<Instruments>, Arc<Config>, Measured);
type Batch = (VecDeque<(Finished, Reservation)>, Vec<Measurement>);

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
                self.count_shed(exchange, &finished.config);
                return self.refuse(&finished, DropReason::Budget);
            }
        }
        self.count_shed(exchange, &finished.config);
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
            return self.refuse(&finished, reason);
        }
        state.queue.push_back((finished, reservation));
        state.submitted += 1;
        let wake = state.asleep || state.queue.len() * 2 >= self.capacity;
        drop(state);
        if wake {
            self.work.notify_one();
        }
    }

    /// Records what the metrics say of an exchange, on the worker.
    pub(crate) fn measure(
        &self,
        instruments: &Arc<Instruments>,
        config: &Arc<Config>,
        measured: Measured,
    ) {
        let mut state = self.lock();
        if state.closed || state.measured.len() >= MEASURED {
            drop(state);
            return Self::record(instruments, config, measured);
        }
        state.measured.push((Arc::clone(instruments), Arc::clone(config), measured));
        state.submitted += 1;
        let wake = state.asleep;
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
        let measured = mem::take(&mut state.measured);
        state.processed += measured.len() as u64;
        let left = state.submitted - state.processed;
        let queued = mem::take(&mut state.queue);
        state.processed += queued.len() as u64;
        drop(state);
        for (instruments, config, measured) in measured {
            Self::record(&instruments, &config, measured);
        }
        for (finished, _) in &queued {
            self.refuse(finished, DropReason::Shutdown);
        }
        left
    }

    fn count_shed(&self, exchange: &Exchange, config: &Config) {
        let shed = [&exchange.request_body, &exchange.response_body];
        let shed = shed.iter().filter(|body| body.is_shed()).count();
        if shed > 0 {
            if config.debug {
                let reason = ShedReason::Budget.name();
                tell(&format_args!("{} bodies given up of {}: {reason}", shed, exchange.outline()));
            }
            self.counters.shed(ShedReason::Budget, shed as u64);
        }
    }

    fn record(instruments: &Instruments, config: &Config, mut measured: Measured) {
        measured.name(config);
        measured.record(instruments);
    }

    /// Loses an exchange that was not taken in. The metrics know of it all the same.
    fn refuse(&self, finished: &Finished, reason: DropReason) {
        let Finished { exchange, config, .. } = finished;
        if finished.keeper.is_some() {
            if !verdict::keeps(exchange, config) {
                return;
            }
            self.counters.create();
        }
        if config.debug {
            tell(&format_args!("{} is lost: {}", exchange.outline(), reason.name()));
        }
        if let Some(instruments) = &finished.instruments {
            self.measure(instruments, config, Measured::of_lost(exchange));
        }
        self.lose(&finished.context, reason);
    }

    fn lose(&self, context: &Context, reason: DropReason) {
        self.counters.drop_exchanges(reason, 1);
        Self::end(|| discarding(|| context.span().end()));
    }

    fn run(&self) {
        let mut scratch = Scratch::default();
        while let Some((batch, measured)) = self.next_batch() {
            for (instruments, config, measured) in measured {
                Self::end(|| Self::record(&instruments, &config, measured));
                self.done();
            }
            for (finished, reservation) in batch {
                self.process(finished, &mut scratch);
                drop(reservation);
                self.done();
            }
        }
    }

    fn done(&self) {
        self.lock().processed += 1;
        self.progress.notify_all();
    }

    /// Everything queued, waiting for it if need be; `None` once closed and empty.
    fn next_batch(&self) -> Option<Batch> {
        let mut naps = 0;
        let mut state = self.lock();
        loop {
            if !state.queue.is_empty() || !state.measured.is_empty() {
                let state = &mut *state;
                return Some((mem::take(&mut state.queue), mem::take(&mut state.measured)));
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
        let Finished { mut exchange, context, config, overlay, instruments, keeper, foreign } =
            finished;
        let ended = exchange.started + exchange.took;
        let verdict = verdict::decide(&mut exchange, &config);
        let kept = keeper.is_none() || verdict::keeps(&exchange, &config);
        if verdict == Verdict::Ignore || !kept {
            if config.debug {
                tell(&format_args!("{} is left out", exchange.outline()));
            }
            if let Some(instruments) = &instruments {
                Measured::of_lost(&exchange).record(instruments);
            }
            if keeper.is_none() {
                self.counters.ignore();
                Self::end(|| discarding(|| context.span().end()));
            }
            return;
        }
        let context = match keeper {
            Some(keeper) => {
                self.counters.create();
                span::start_kept(&keeper, &context, &exchange, &config)
            }
            None => context,
        };
        let completed = catch_unwind(AssertUnwindSafe(|| {
            let Some(redactor) = overlay.as_ref().map_or(Some(&config.redactor), |o| o.redactor())
            else {
                return false;
            };
            let redacted = exchange.redact(redactor, scratch);
            if config.debug {
                tell(&redacted);
            }
            if let Some(instruments) = &instruments {
                Measured::of(&redacted).record(instruments);
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

/// Says something to whoever debugs. Standard error may be closed, which is no reason to fail.
fn tell(what: &dyn fmt::Display) {
    let _ = writeln!(io::stderr(), "apitoolkit: {what}");
}

//! The worker.

use std::{
    fmt,
    io::{self, Write as _},
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{PoisonError, atomic::Ordering},
    thread,
    time::{Duration, SystemTime},
};

use opentelemetry::{KeyValue, trace::TraceContextExt as _};

use super::{Batch, Finished, Pipeline};
use crate::{
    config::Config,
    exchange::{Memory, Spent},
    telemetry::{
        Instruments, Measured,
        chunk::Chunk,
        measure,
        notice::{self, Throttle},
        span::{self, Leaving, Standing, Unfinished},
        stats::{DropReason, ShedReason},
        verdict::{self, Verdict},
    },
};

/// While exchanges come in, the worker looks for them this often instead of being woken for each:
/// a request then pays for a push and not for a system call. Looked for less often, exchanges would
/// no longer be in the processor's cache.
const NAP: Duration = Duration::from_millis(2);
/// After so many naps in vain the worker sleeps until it is woken.
const NAPS: u32 = 25;

/// The worker lets whoever else wants its processor have it after so many bytes of bodies, which
/// take it a fifth of a millisecond. It is always behind when processors are short, so that it would
/// run for as long as the scheduler lets anybody run, which is some milliseconds, and requests would
/// wait for it as long.
const TURN: usize = 32 * 1_024;
/// What the rest of an exchange takes, in bytes of bodies.
const HEAD: usize = 300;

/// What the worker keeps from one exchange to the next.
#[derive(Default)]
struct Kept {
    memory: Memory,
    spent: Spent,
    /// Room for the attributes of spans that are not ours.
    attributes: Vec<KeyValue>,
    standing: Standing,
    /// What is not in the queue yet.
    chunk: Chunk,
    /// How many exchanges are done with, and not counted as that yet.
    done: u64,
    /// How much it did since it let others have their turn, in bytes of bodies.
    turn: usize,
}

/// What became of an exchange.
enum Fate {
    /// Its span has ended.
    Completed,
    /// Its span is to end then, by a provider that is not ours.
    Told(SystemTime),
    /// The app, or the sampler, does not want it.
    LeftOut,
    /// Nobody knows what is secret in it.
    Broken,
}

impl Pipeline {
    pub(super) fn run(&self) {
        let (mut kept, mut batch) = (Kept::default(), Batch::default());
        while self.next_batch(&mut batch) {
            let (queue, measured) = &mut batch;
            for (instruments, config, measured) in measured.drain(..) {
                Self::record(&instruments, &config, measured);
                kept.done += 1;
            }
            for (finished, reservation) in queue.drain(..) {
                self.process(finished, reservation.bytes(), &mut kept);
                drop(reservation);
                kept.done += 1;
                if self.queue.as_ref().is_some_and(|queue| queue.is_due(&kept.chunk)) {
                    self.hand_over(&mut kept);
                }
                kept.end_turn();
            }
            self.hand_over(&mut kept);
            self.spares.put(&mut kept.spent);
        }
    }

    /// Puts what was completed into the queue, and counts what is done with.
    fn hand_over(&self, kept: &mut Kept) {
        if let Some(queue) = &self.queue {
            queue.push_all(&mut kept.chunk);
        }
        self.processed.fetch_add(mem::take(&mut kept.done), Ordering::SeqCst);
        // Nearly always nobody waits, and waking nobody takes a system call.
        if self.waiting.load(Ordering::SeqCst) > 0 {
            let _state = self.lock();
            self.progress.notify_all();
        }
    }

    /// Puts everything queued into `batch`, which is empty, waiting for it if need be; false once
    /// closed and empty.
    fn next_batch(&self, batch: &mut Batch) -> bool {
        let mut naps = 0;
        let mut state = self.lock();
        loop {
            if !state.queue.is_empty() || !state.measured.is_empty() {
                // The memory of the last batch is for the next.
                mem::swap(&mut state.queue, &mut batch.0);
                mem::swap(&mut state.measured, &mut batch.1);
                self.is_crowded.store(false, Ordering::Relaxed);
                return true;
            }
            if state.closed {
                return false;
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

    /// Redacts an exchange, which takes so many bytes, and ends its span. A bug of ours costs that
    /// exchange and no more.
    fn process(&self, mut finished: Finished, size: usize, kept: &mut Kept) {
        let fate = caught(|| self.complete(&mut finished, kept));
        let Finished { exchange, span, keeper, foreign, .. } = finished;
        let is_created = keeper.is_none();
        match fate {
            Some(Fate::Told(ended)) => {
                if foreign {
                    self.counters.export(1);
                }
                if let Unfinished::Held(context) = &span {
                    Self::end(|| context.span().end_with_timestamp(ended));
                }
            }
            Some(Fate::LeftOut) if is_created => {
                self.counters.ignore();
                Self::end(|| span.discard());
            }
            Some(Fate::Completed | Fate::LeftOut) => {}
            Some(Fate::Broken) | None => {
                kept.start_anew();
                warn_of_bug();
                if !is_created {
                    self.counters.create();
                }
                // What a bug left half done is not used again.
                return self.lose(&span, DropReason::Internal);
            }
        }
        kept.spent.push(exchange, size);
    }

    /// Why there is no time for bodies, if there is none. Redacting them takes most of the worker's
    /// time, and whatever waits behind it would else find no room.
    fn presses(&self) -> Option<ShedReason> {
        if self.budget.is_short() {
            Some(ShedReason::Budget)
        } else {
            self.is_crowded.load(Ordering::Relaxed).then_some(ShedReason::QueueFull)
        }
    }

    /// Writes down what an exchange was, as far as it may leave. One that the sampler left out and
    /// that is kept has no keeper any more afterwards.
    fn complete(&self, finished: &mut Finished, kept: &mut Kept) -> Fate {
        let Finished { exchange, span, config, overlay, instruments, keeper, .. } = finished;
        let took = exchange.took();
        let verdict = verdict::decide(exchange, config, took);
        let is_kept = keeper.is_none() || verdict::keeps(exchange, config, took);
        if verdict == Verdict::Ignore || !is_kept {
            if config.debug {
                tell(&format_args!("{} is left out", exchange.outline()));
            }
            if let Some(instruments) = instruments {
                Measured::of_lost(exchange).record(instruments);
            }
            return Fate::LeftOut;
        }
        if let Some(keeper) = keeper.take() {
            self.counters.create();
            if let Unfinished::Held(left_out) = &*span {
                *span = Unfinished::Ours(span::start_kept(&keeper, left_out, exchange, config));
            }
        }
        if let Some(reason) = self.presses() {
            let shed = exchange.shed_bodies();
            self.count_shed(shed, reason, exchange, config);
        }
        kept.turn += HEAD + exchange.bodies_len();
        let redactor = match overlay {
            Some(overlay) => overlay.redactor(),
            None => Some(&config.redactor),
        };
        let Some(redactor) = redactor else { return Fate::Broken };
        let redacted = exchange.redact(redactor, &mut kept.memory, took);
        if config.debug {
            tell(&redacted);
        }
        if let Some(instruments) = instruments {
            measure::record(&redacted, instruments);
        }
        match &*span {
            Unfinished::Ours(recording) => {
                // The app may have ended it before.
                if let (Some(queue), Some(span)) = (&self.queue, recording.end()) {
                    let common = kept.standing.of(&redacted, config);
                    let mut leaving = Leaving::new(&redacted, config, span, took, common);
                    queue.add(&mut leaving, &mut kept.chunk);
                }
                Fate::Completed
            }
            Unfinished::Held(context) => {
                span::tell(context, &redacted, config, &mut kept.attributes);
                Fate::Told(exchange.started + took)
            }
        }
    }

    /// Ends a span, which runs the span processors of a provider that may be the user's own: if one
    /// of them panics, the worker goes on.
    pub(super) fn end(span: impl FnOnce()) {
        static PANICS: Throttle = Throttle::minute();
        if caught(span).is_none() && PANICS.ready() {
            notice::warn("a span processor of the app's tracer provider panicked");
        }
    }

    pub(super) fn record(instruments: &Instruments, config: &Config, mut measured: Measured) {
        let recorded = caught(|| {
            measured.name(config);
            measured.record(instruments);
        });
        if recorded.is_none() {
            warn_of_bug();
        }
    }
}

impl Kept {
    /// Lets others have their turn, if it is over.
    fn end_turn(&mut self) {
        if self.turn >= TURN {
            self.turn = 0;
            thread::yield_now();
        }
    }

    /// Forgets what a bug may have left half done, but for the exchanges that are whole.
    fn start_anew(&mut self) {
        let mut chunk = mem::take(&mut self.chunk);
        chunk.give_up();
        *self = Self { chunk, done: self.done, ..Self::default() };
    }
}

/// What work gives, unless it panics. What it panics with is not looked at any more: dropping it
/// may panic again.
fn caught<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).map_err(mem::forget).ok()
}

fn warn_of_bug() {
    static BUGS: Throttle = Throttle::minute();
    if BUGS.ready() {
        notice::warn("an exchange could not be redacted and was dropped: this is a bug");
    }
}

/// Says something to whoever debugs. Standard error may be closed, which is no reason to fail.
pub(super) fn tell(what: &dyn fmt::Display) {
    let _ = writeln!(io::stderr(), "apitoolkit: {what}");
}

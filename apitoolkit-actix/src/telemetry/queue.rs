//! Ended spans on their way to the exporter: bounded in number and in bytes.

mod exchanges;
mod span_data;
mod waiting;

use std::{
    cell::Cell,
    collections::VecDeque,
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use opentelemetry_sdk::trace::SpanData;
use tokio::sync::Notify;

use super::{
    chunk::Exchanges,
    process::Process,
    stats::{Counters, DropReason, ShedReason},
    watch::Watch,
};
use crate::exchange::{Budget, Reservation};

pub(crate) use self::span_data::is_exchange;
use self::{
    span_data::{shed_bodies, size_of_span},
    waiting::Flush,
};

thread_local! {
    static DISCARDING: Cell<bool> = const { Cell::new(false) };
}

/// Ends spans without exporting them: what `end` ends on this thread is thrown away.
pub(crate) fn discarding(end: impl FnOnce()) {
    struct Reset;
    impl Drop for Reset {
        fn drop(&mut self) {
            DISCARDING.set(false);
        }
    }
    DISCARDING.set(true);
    let _reset = Reset;
    end();
}

/// What waits to be sent.
#[derive(Debug)]
pub(crate) enum Queued {
    Exchanges(Exchanges),
    /// Any other span. The reservation is held until it was sent or given up.
    Span(Box<SpanData>, Reservation),
}

impl Queued {
    fn len(&self) -> usize {
        match self {
            Self::Exchanges(exchanges) => exchanges.len(),
            Self::Span(..) => 1,
        }
    }
}

/// The bounded queue between whoever ends spans and the one task that sends them.
#[derive(Debug)]
pub(crate) struct SpanQueue {
    state: Mutex<State>,
    wake: Notify,
    capacity: usize,
    batch: usize,
    budget: Arc<Budget>,
    counters: Arc<Counters>,
    watch: Watch,
    /// Where the one task is.
    process: Process,
}

#[derive(Debug, Default)]
struct State {
    queued: VecDeque<Queued>,
    /// How many spans that are.
    spans: usize,
    /// How many spans were ever taken in, and how many of them were taken out again.
    pushed: u64,
    taken: u64,
    /// Who waits for spans to be sent.
    flushes: Vec<Flush>,
    /// Once closed: until when what is queued may still be sent.
    closed: Option<Instant>,
}

impl SpanQueue {
    pub(crate) fn new(
        capacity: usize,
        batch: usize,
        budget: Arc<Budget>,
        counters: Arc<Counters>,
        watch: Watch,
    ) -> Self {
        let state = Mutex::new(State::default());
        let (wake, process) = (Notify::new(), Process::current());
        Self { state, wake, capacity, batch, budget, counters, watch, process }
    }

    /// Takes an ended span in, or counts its loss. Never blocks for longer than a push.
    pub(crate) fn push(&self, mut span: SpanData) {
        if !span.span_context.is_sampled() || DISCARDING.get() {
            return;
        }
        if self.process.is_left() {
            return self.lose_span(&span, DropReason::Forked);
        }
        // Before all else: who looks on is to see also what finds no room here.
        self.watch.span(&span);
        let mut reservation = Reservation::empty(&self.budget);
        // Bodies leave room for spans that have none.
        if !reservation.grow_leaving_room(size_of_span(&span)) {
            let shed = shed_bodies(&mut span.attributes);
            self.counters.shed(ShedReason::Budget, shed);
            if !reservation.grow(size_of_span(&span)) {
                self.lose_span(&span, DropReason::Budget);
                return;
            }
        }
        self.put(Queued::Span(Box::new(span), reservation));
    }

    fn put(&self, mut queued: Queued) {
        let Some(mut state) = self.process.lock(&self.state) else {
            return self.lose(&queued, DropReason::Forked);
        };
        let room = self.capacity.saturating_sub(state.spans);
        let refused = if state.closed.is_some() {
            Some(DropReason::Shutdown)
        } else if room == 0 {
            Some(DropReason::QueueFull)
        } else {
            None
        };
        if let Some(reason) = refused {
            drop(state);
            self.lose(&queued, reason);
            return;
        }
        if let Queued::Exchanges(exchanges) = &mut queued {
            self.lose_exchanges(exchanges.cut(room), DropReason::QueueFull);
        }
        state.spans += queued.len();
        state.pushed += queued.len() as u64;
        state.queued.push_back(queued);
        let full_batch = state.spans >= self.batch;
        drop(state);
        // Waking somebody takes a system call as well, and has locks of its own.
        if full_batch && !self.process.is_left_now() {
            self.wake.notify_one();
        }
    }

    /// Counts spans that will never be received.
    fn lose(&self, queued: &Queued, reason: DropReason) {
        match queued {
            Queued::Exchanges(exchanges) => self.lose_exchanges(exchanges.len() as u64, reason),
            Queued::Span(span, _) => self.lose_span(span, reason),
        }
    }

    fn lose_span(&self, span: &SpanData, reason: DropReason) {
        self.counters.drop_spans(1);
        if is_exchange(span) {
            self.counters.drop_exchanges(reason, 1);
        }
    }

    pub(crate) fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Whether the one task that sends is in another process: then an exchange that begins is not
    /// recorded, and counted as lost.
    pub(crate) fn loses_exchange(&self) -> bool {
        let is_lost = self.process.is_left();
        if is_lost {
            self.counters.create();
            self.counters.drop_exchanges(DropReason::Forked, 1);
        }
        is_lost
    }

    /// The next spans to send, at most a batch; empty when there are none.
    pub(crate) fn take(&self) -> Vec<Queued> {
        let mut state = self.lock();
        let (mut taken, mut spans) = (Vec::new(), 0);
        while let Some(next) = state.queued.front().map(Queued::len)
            && (spans == 0 || spans + next <= self.batch)
        {
            spans += next;
            taken.extend(state.queued.pop_front());
        }
        state.spans -= spans;
        state.taken += spans as u64;
        taken
    }

    /// Whether it is closed, and nothing that was taken in before that is left.
    pub(crate) fn is_finished(&self) -> bool {
        let state = self.lock();
        state.closed.is_some() && state.spans == 0
    }

    /// Gives up what is queued, and counts it; returns how many spans that was.
    pub(crate) fn abandon(&self) -> u64 {
        let mut state = self.lock();
        let left = mem::take(&mut state.queued);
        let spans = mem::take(&mut state.spans) as u64;
        state.taken += spans;
        drop(state);
        for queued in &left {
            self.lose(queued, DropReason::Shutdown);
        }
        spans
    }

    /// Takes no more spans in, and lets what is queued be sent until `deadline`.
    pub(crate) fn close(&self, deadline: Instant) {
        if self.process.is_left_now() {
            return;
        }
        let mut state = self.lock();
        state.closed.get_or_insert(deadline);
        drop(state);
        self.wake.notify_one();
        // Meanwhile what is queued is being sent.
        self.watch.settle(deadline);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the lock; if something did, the data is still whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

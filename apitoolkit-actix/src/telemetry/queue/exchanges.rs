//! The way of exchanges into the queue.

use std::mem;

use super::{Queued, SpanQueue};
use crate::{
    exchange::Reservation,
    telemetry::{
        chunk::Chunk,
        oversize::MAX_SPAN,
        span::{Bodies, Leaving},
        stats::{DropReason, ShedReason},
    },
};

impl SpanQueue {
    /// Adds an exchange to those that go in together, or counts its loss.
    pub(crate) fn add(&self, leaving: &mut Leaving<'_>, chunk: &mut Chunk) {
        chunk.write(leaving, Bodies::Told);
        self.watch.exchange(|| chunk.span());
        let mut bodies = leaving.bodies();
        if chunk.size() > MAX_SPAN {
            chunk.write(leaving, Bodies::Shed);
            self.counters.shed(ShedReason::Oversize, mem::take(&mut bodies));
            if chunk.size() > MAX_SPAN {
                chunk.fit();
            }
        }
        let lost = if chunk.size() > MAX_SPAN {
            Some(DropReason::Oversize)
        } else if self.has_room(leaving, bodies, chunk) {
            None
        } else {
            Some(DropReason::Budget)
        };
        match lost {
            None => chunk.keep(),
            Some(reason) => {
                chunk.give_up();
                self.lose_exchanges(1, reason);
            }
        }
    }

    /// Takes room for an exchange, without its bodies if need be.
    fn has_room(&self, leaving: &mut Leaving<'_>, bodies: u64, chunk: &mut Chunk) -> bool {
        // Bodies leave room for spans that have none.
        if chunk.reserve(&self.budget, Reservation::grow_leaving_room) {
            return true;
        }
        if bodies > 0 {
            self.counters.shed(ShedReason::Budget, bodies);
            chunk.write(leaving, Bodies::Shed);
        }
        chunk.reserve(&self.budget, Reservation::grow)
    }

    /// Whether those that go in together are so many that they have to.
    pub(crate) fn is_due(&self, chunk: &Chunk) -> bool {
        chunk.is_full(self.batch)
    }

    /// Takes exchanges in, or counts their loss. Never blocks for longer than a push.
    pub(crate) fn push_all(&self, chunk: &mut Chunk) {
        if let Some(exchanges) = chunk.take() {
            self.put(Queued::Exchanges(exchanges));
        }
    }

    pub(super) fn lose_exchanges(&self, exchanges: u64, reason: DropReason) {
        if exchanges > 0 {
            self.counters.drop_spans(exchanges);
            self.counters.drop_exchanges(reason, exchanges);
        }
    }
}

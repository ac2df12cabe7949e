//! Exchanges on their way into the queue: encoded, and some of them together, so that one
//! allocation and one lock do for all.

use std::{iter, mem, sync::Arc};

use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;

use super::{
    otlp::wire::{begin, nested, tag, varint_len},
    oversize,
    span::{Bodies, Leaving},
};
use crate::exchange::{Budget, Reservation};

/// `ScopeSpans.spans`.
pub(super) const SPAN: u8 = tag(2);
/// As many go into the queue together, in number and about in bytes.
const MOST_SPANS: usize = 64;
const MOST_BYTES: usize = 32 * 1024;
/// Room for the last of them, as a rule.
const ROOM: usize = MOST_BYTES + 4 * 1024;

/// Exchanges that go into the queue together.
#[derive(Debug, Default)]
pub(crate) struct Chunk {
    /// Each span as a field of `ScopeSpans`.
    fields: Vec<u8>,
    /// Where the last of the whole ones ends, behind which one may be in the making.
    whole: usize,
    spans: usize,
    reservation: Option<Reservation>,
}

/// Encoded exchanges in the queue.
#[derive(Debug)]
pub(crate) struct Exchanges {
    fields: Vec<u8>,
    spans: usize,
    /// Held until they were sent or given up.
    reservation: Reservation,
}

impl Chunk {
    /// Writes an exchange behind those that are whole.
    pub(super) fn write(&mut self, leaving: &mut Leaving<'_>, bodies: Bodies) {
        self.give_up();
        self.fields.reserve(ROOM.saturating_sub(self.whole));
        nested(&mut self.fields, SPAN, |out| leaving.write(bodies, out));
    }

    /// How many bytes the exchange in the making takes.
    pub(super) fn size(&self) -> usize {
        self.fields.len() - self.whole
    }

    /// The span in the making.
    pub(super) fn span(&self) -> &[u8] {
        let field = self.fields.get(self.whole..).unwrap_or_default();
        content(field)
    }

    /// Takes the largest out of the exchange in the making, as far as that is needed for it to leave.
    pub(super) fn fit(&mut self) {
        let Ok(mut span) = Span::decode(self.span()) else { return };
        oversize::fit(&mut span);
        self.give_up();
        begin(&mut self.fields, SPAN, span.encoded_len());
        span.encode_raw(&mut self.fields);
    }

    /// Takes room for the exchange in the making, by `grow`.
    pub(super) fn reserve(
        &mut self,
        budget: &Arc<Budget>,
        grow: impl FnOnce(&mut Reservation, usize) -> bool,
    ) -> bool {
        let size = self.size();
        grow(self.reservation.get_or_insert_with(|| Reservation::empty(budget)), size)
    }

    /// The exchange in the making is whole.
    pub(super) fn keep(&mut self) {
        self.whole = self.fields.len();
        self.spans += 1;
    }

    /// Gives up the exchange in the making, if there is one.
    pub(crate) fn give_up(&mut self) {
        self.fields.truncate(self.whole);
    }

    /// Whether it is time for them to go into a queue from which so many are taken at once.
    pub(super) fn is_full(&self, batch: usize) -> bool {
        self.spans >= MOST_SPANS.min(batch) || self.fields.len() >= MOST_BYTES
    }

    /// Takes all out.
    pub(super) fn take(&mut self) -> Option<Exchanges> {
        self.give_up();
        if self.spans == 0 {
            return None;
        }
        let Self { mut fields, spans, reservation, .. } = mem::take(self);
        // Of memory that is mostly used, no copy is made.
        if fields.len() < fields.capacity() / 4 * 3 {
            fields.shrink_to_fit();
        }
        Some(Exchanges { fields, spans, reservation: reservation? })
    }
}

impl Exchanges {
    pub(super) fn len(&self) -> usize {
        self.spans
    }

    /// Fields of `ScopeSpans`, one for each, and what is to be held until they were sent or given up.
    pub(super) fn into_parts(self) -> (Vec<u8>, Reservation) {
        (self.fields, self.reservation)
    }

    /// Gives up all but the first; returns how many that were.
    pub(super) fn cut(&mut self, most: usize) -> u64 {
        let over = self.spans.saturating_sub(most);
        if over > 0 {
            let kept = fields(&self.fields).take(most).map(<[u8]>::len).sum::<usize>();
            self.fields.truncate(kept);
            self.spans = most;
        }
        over as u64
    }
}

/// The fields of which a list consists.
fn fields(mut list: &[u8]) -> impl Iterator<Item = &[u8]> {
    iter::from_fn(move || {
        if list.is_empty() {
            return None;
        }
        let content = content(list).len();
        let (field, rest) = list.split_at_checked(1 + varint_len(content as u64) + content)?;
        list = rest;
        Some(field)
    })
}

/// What the first field of a list holds.
fn content(list: &[u8]) -> &[u8] {
    let mut rest = list.get(1..).unwrap_or_default();
    let length = prost::encoding::decode_varint(&mut rest).unwrap_or_default();
    rest.get(..length as usize).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::otlp::wire::field;

    #[test]
    fn what_finds_no_room_is_cut_off_behind_a_whole_one() {
        let lengths = [0, 5, 127, 128, 20_000, 300];
        let whole = |count: usize| {
            let mut list = Vec::new();
            lengths.iter().take(count).for_each(|length| field(&mut list, SPAN, &vec![7; *length]));
            list
        };
        for most in 0..=lengths.len() + 1 {
            let reservation = Reservation::empty(&Budget::new(0));
            let mut exchanges =
                Exchanges { fields: whole(lengths.len()), spans: lengths.len(), reservation };
            let kept = most.min(lengths.len());
            assert_eq!(exchanges.cut(most), (lengths.len() - kept) as u64);
            assert_eq!((exchanges.len(), exchanges.fields), (kept, whole(kept)));
        }
        let seen: Vec<_> =
            fields(&whole(lengths.len())).map(|field| content(field).len()).collect();
        assert_eq!(seen, lengths);
    }
}

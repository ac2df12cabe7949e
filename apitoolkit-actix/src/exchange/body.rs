use bytes::Bytes;

use super::Reservation;

/// What was seen of one body: how many bytes went by, and (if captured) the first of them.
///
/// By default bytes are counted and none is kept.
#[derive(Debug, Default)]
pub(crate) struct BodyBuffer {
    store: Store,
    total: u64,
    ended: bool,
    failed: bool,
    capture: Option<Capture>,
}

#[derive(Debug)]
struct Capture {
    cap: usize,
    truncated: bool,
    shed: bool,
    reservation: Reservation,
}

#[derive(Debug, Default)]
enum Store {
    #[default]
    Empty,
    /// The body's one chunk, shared with whoever sends it.
    Shared(Bytes),
    Copied(Vec<u8>),
}

/// Whether a chunk may be kept by reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Retain {
    /// The chunk's allocation is its own: a whole first chunk is shared instead of copied.
    Share,
    /// The chunk is a slice of a larger read buffer, which must not be kept alive by it.
    Copy,
}

impl BodyBuffer {
    /// Keeps the first `cap` bytes, as far as the reservation's budget grants them.
    pub(crate) fn capturing(cap: usize, reservation: Reservation) -> Self {
        let capture = Capture { cap, truncated: false, shed: false, reservation };
        Self { capture: Some(capture), ..Self::default() }
    }

    /// Sees one more chunk.
    pub(crate) fn push(&mut self, chunk: &Bytes, retain: Retain) {
        self.total += chunk.len() as u64;
        let Some(capture) = &mut self.capture else { return };
        if chunk.is_empty() || capture.shed {
            return;
        }
        let held = self.store.len();
        let room = capture.cap.saturating_sub(held);
        let taken = chunk.get(..chunk.len().min(room)).unwrap_or_default();
        capture.truncated |= taken.len() < chunk.len();
        if taken.is_empty() {
            return;
        }
        if !capture.reservation.grow_leaving_room(taken.len()) {
            self.shed();
            return;
        }
        let whole = taken.len() == chunk.len();
        match &mut self.store {
            Store::Empty if whole && retain == Retain::Share => {
                self.store = Store::Shared(chunk.clone());
            }
            Store::Empty => self.store = Store::Copied(taken.to_vec()),
            Store::Shared(first) => {
                let mut copy = Vec::with_capacity((first.len() + taken.len()).next_power_of_two());
                copy.extend_from_slice(first);
                copy.extend_from_slice(taken);
                self.store = Store::Copied(copy);
            }
            Store::Copied(copy) => copy.extend_from_slice(taken),
        }
    }

    /// Counts bytes of a body that nobody looks into, and that ends with them.
    pub(crate) fn count(&mut self, bytes: u64) {
        self.total += bytes;
        self.ended = true;
    }

    /// How many bytes were on the wire, if they were counted to the end.
    pub(crate) fn size(&self) -> Option<u64> {
        self.ended.then_some(self.total)
    }

    /// The body ended as its sender meant it to.
    pub(crate) fn end(&mut self) {
        self.ended = true;
    }

    /// Reading or producing the body failed.
    pub(crate) fn fail(&mut self) {
        self.failed = true;
    }

    /// Gives up what was kept, to make room; what was counted stays.
    ///
    /// Returns whether there was anything to give up.
    pub(crate) fn shed(&mut self) -> bool {
        self.store = Store::Empty;
        match &mut self.capture {
            Some(capture) if !capture.shed => {
                capture.shed = true;
                capture.reservation.release();
                true
            }
            _ => false,
        }
    }

    /// Forgets what was kept, as if it had never been captured; what was counted stays.
    pub(crate) fn forget(&mut self) {
        self.store = Store::Empty;
        self.capture = None;
    }

    pub(crate) fn is_captured(&self) -> bool {
        self.capture.is_some()
    }

    pub(crate) fn is_shed(&self) -> bool {
        self.capture.as_ref().is_some_and(|capture| capture.shed)
    }

    /// Whether fewer bytes were kept than the body has, as far as is known.
    pub(crate) fn is_partial(&self) -> bool {
        !self.ended || self.failed || self.capture.as_ref().is_some_and(|c| c.truncated)
    }

    pub(crate) fn cap(&self) -> usize {
        self.capture.as_ref().map_or(0, |capture| capture.cap)
    }

    /// Bytes that went by, kept or not.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        match &self.store {
            Store::Empty => &[],
            Store::Shared(bytes) => bytes,
            Store::Copied(bytes) => bytes,
        }
    }
}

impl Store {
    fn len(&self) -> usize {
        match self {
            Self::Empty => 0,
            Self::Shared(bytes) => bytes.len(),
            Self::Copied(bytes) => bytes.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::Budget;

    fn chunk(text: &'static str) -> Bytes {
        Bytes::from_static(text.as_bytes())
    }

    #[test]
    fn counts_without_keeping() {
        let mut body = BodyBuffer::default();
        body.push(&chunk("abc"), Retain::Copy);
        body.end();
        assert_eq!((body.total(), body.bytes()), (3, &b""[..]));
        assert!(!body.is_partial() && !body.is_captured());
    }

    #[test]
    fn keeps_up_to_the_cap_and_says_when_more_came() {
        let budget = Budget::new(1_000);
        let mut body = BodyBuffer::capturing(5, Reservation::empty(&budget));
        body.push(&chunk("abc"), Retain::Share);
        assert!(matches!(body.store, Store::Shared(_)));
        body.push(&chunk("defg"), Retain::Share);
        body.push(&chunk("h"), Retain::Share);
        body.end();
        assert_eq!((body.total(), body.bytes()), (8, &b"abcde"[..]));
        assert!(body.is_partial());
        assert_eq!(budget.used(), 5);
    }

    #[test]
    fn a_chunk_over_the_cap_is_copied_not_pinned() {
        let budget = Budget::new(1_000);
        let mut body = BodyBuffer::capturing(2, Reservation::empty(&budget));
        body.push(&chunk("abc"), Retain::Share);
        assert!(matches!(body.store, Store::Copied(_)));
        assert_eq!(body.bytes(), b"ab");
    }

    #[test]
    fn exactly_the_cap_is_not_truncated() {
        let budget = Budget::new(1_000);
        let mut body = BodyBuffer::capturing(3, Reservation::empty(&budget));
        body.push(&chunk("abc"), Retain::Copy);
        body.end();
        assert!(!body.is_partial());
    }

    #[test]
    fn an_unfinished_body_is_partial() {
        let mut body = BodyBuffer::default();
        body.push(&chunk("abc"), Retain::Copy);
        assert!(body.is_partial());
    }

    #[test]
    fn what_the_budget_refuses_is_shed_whole() {
        let budget = Budget::new(4);
        let mut body = BodyBuffer::capturing(100, Reservation::empty(&budget));
        body.push(&chunk("abc"), Retain::Copy);
        body.push(&chunk("de"), Retain::Copy);
        body.push(&chunk("f"), Retain::Copy);
        assert!(body.is_shed());
        assert_eq!((body.total(), body.bytes(), budget.used()), (6, &b""[..], 0));
        assert!(!body.shed(), "shed once");
    }
}

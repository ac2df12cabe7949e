use bytes::Bytes;

use super::Form;
use crate::{exchange::Reservation, redact::Gap};

/// The first bytes of a body, as far as the budget grants them.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) cap: usize,
    pub(super) truncated: bool,
    pub(super) shed: bool,
    store: Store,
    form: Option<Box<Form>>,
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

impl Kept {
    pub(super) fn new(cap: usize, reservation: Reservation, form: Option<Box<Form>>) -> Self {
        Self { cap, truncated: false, shed: false, store: Store::Empty, form, reservation }
    }

    /// One more chunk, which may also be `shared`.
    pub(super) fn push(&mut self, chunk: &[u8], shared: Option<&Bytes>) {
        let Some(mut form) = self.form.take() else { return self.keep(chunk, shared) };
        let Form { thinner, gaps } = &mut *form;
        let mut rest = chunk;
        while !rest.is_empty() && !self.is_over() {
            let passed = thinner.pass(self.bytes(), rest);
            if passed.left_out > 0 {
                self.reserve(size_of::<Gap>());
                gaps.push(Gap { at: self.bytes().len(), bytes: passed.left_out });
            }
            self.keep(passed.kept, None);
            rest = rest.get(passed.taken..).unwrap_or_default();
        }
        self.form = Some(form).filter(|_| !self.shed);
    }

    fn keep(&mut self, bytes: &[u8], shared: Option<&Bytes>) {
        if bytes.is_empty() || self.is_over() {
            return;
        }
        let room = self.cap.saturating_sub(self.bytes().len());
        let taken = bytes.get(..bytes.len().min(room)).unwrap_or_default();
        self.truncated |= taken.len() < bytes.len();
        if taken.is_empty() || !self.reserve(taken.len()) {
            return;
        }
        let whole = shared.filter(|_| taken.len() == bytes.len());
        match (&mut self.store, whole) {
            (Store::Empty, Some(chunk)) => self.store = Store::Shared(chunk.clone()),
            (Store::Empty, None) => self.store = Store::Copied(taken.to_vec()),
            (Store::Shared(first), _) => {
                let mut copy = Vec::with_capacity((first.len() + taken.len()).next_power_of_two());
                copy.extend_from_slice(first);
                copy.extend_from_slice(taken);
                self.store = Store::Copied(copy);
            }
            (Store::Copied(copy), _) => copy.extend_from_slice(taken),
        }
    }

    /// Makes room within the budget; without any, everything is given up.
    fn reserve(&mut self, bytes: usize) -> bool {
        let granted = self.reservation.grow_leaving_room(bytes);
        if !granted {
            self.shed();
        }
        granted
    }

    /// Whether nothing more is kept.
    fn is_over(&self) -> bool {
        self.shed || self.truncated
    }

    /// Gives everything up; whether there was anything to give up.
    pub(super) fn shed(&mut self) -> bool {
        self.store = Store::Empty;
        self.form = None;
        self.reservation.release();
        !std::mem::replace(&mut self.shed, true)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        match &self.store {
            Store::Empty => &[],
            Store::Shared(bytes) => bytes,
            Store::Copied(bytes) => bytes,
        }
    }

    pub(super) fn gaps(&self) -> &[Gap] {
        self.form.as_ref().map_or(&[], |form| &form.gaps)
    }

    #[cfg(test)]
    pub(super) fn is_shared(&self) -> bool {
        matches!(self.store, Store::Shared(_))
    }
}

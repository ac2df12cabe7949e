mod form;
mod kept;
#[cfg(test)]
mod tests;

use bytes::Bytes;

pub(crate) use self::form::Form;
use self::kept::Kept;
use super::Reservation;
use crate::redact::Gap;

/// What was seen of one body: how many bytes went by, and (if captured) the first of them, without
/// the files of a form.
///
/// By default bytes are counted and none is kept.
#[derive(Debug, Default)]
pub(crate) struct BodyBuffer {
    total: u64,
    ended: bool,
    failed: bool,
    kept: Option<Kept>,
}

impl BodyBuffer {
    /// Keeps the first `cap` bytes, as far as the reservation's budget grants them; of a form, the
    /// first of those that are no file's.
    pub(crate) fn capturing(cap: usize, reservation: Reservation, form: Option<Box<Form>>) -> Self {
        Self { kept: Some(Kept::new(cap, reservation, form)), ..Self::default() }
    }

    /// Sees one more chunk, and copies it: a slice of a larger read buffer must not keep that alive.
    pub(crate) fn push(&mut self, chunk: &[u8]) {
        self.total += chunk.len() as u64;
        if let Some(kept) = &mut self.kept {
            kept.push(chunk, None);
        }
    }

    /// Sees one more chunk, whose allocation is its own: a whole first chunk is shared instead of
    /// copied.
    pub(crate) fn push_shared(&mut self, chunk: &Bytes) {
        self.total += chunk.len() as u64;
        if let Some(kept) = &mut self.kept {
            kept.push(chunk, Some(chunk));
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
        self.kept.as_mut().is_some_and(Kept::shed)
    }

    /// Forgets what was kept, as if it had never been captured; what was counted stays.
    pub(crate) fn forget(&mut self) {
        self.kept = None;
    }

    pub(crate) fn is_captured(&self) -> bool {
        self.kept.is_some()
    }

    pub(crate) fn is_shed(&self) -> bool {
        self.kept.as_ref().is_some_and(|kept| kept.shed)
    }

    /// Whether fewer bytes were kept than the body has, as far as is known; files of a form aside.
    pub(crate) fn is_partial(&self) -> bool {
        !self.ended || self.failed || self.kept.as_ref().is_some_and(|kept| kept.truncated)
    }

    pub(crate) fn cap(&self) -> usize {
        self.kept.as_ref().map_or(0, |kept| kept.cap)
    }

    /// Bytes that went by, kept or not.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.kept.as_ref().map_or(&[], Kept::bytes)
    }

    /// Where the contents of files were left out of the bytes.
    pub(crate) fn gaps(&self) -> &[Gap] {
        self.kept.as_ref().map_or(&[], Kept::gaps)
    }
}

//! The memory of exchanges that are over, for those that begin.
//!
//! One thread fills an exchange and another takes it apart. Memory that is given back by another
//! thread than the one that asked for it is the most expensive there is, so it is used again.

use std::{
    cell::RefCell,
    sync::{Mutex, MutexGuard, TryLockError},
};

use super::Exchange;

/// As many are kept, about 3 KiB each.
const MOST_SPARES: usize = 512;
/// As many a thread takes at once, so that it does not meet another for each.
const SHARE: usize = 32;
/// One with larger buffers is not kept, in bytes.
const MAX_SIZE: usize = 8 * 1_024;

/// Exchanges without content.
#[derive(Debug, Default)]
#[expect(clippy::vec_box, reason = "the boxes are what is used again")]
pub(crate) struct Spares(Mutex<Vec<Box<Exchange>>>);

/// Exchanges that nobody needs any more, on the thread that took them apart.
#[derive(Debug, Default)]
#[expect(clippy::vec_box, reason = "the boxes are what is used again")]
pub(crate) struct Spent(Vec<Box<Exchange>>);

thread_local! {
    #[expect(clippy::vec_box, reason = "the boxes are what is used again")]
    static SHARES: RefCell<Vec<Box<Exchange>>> = const { RefCell::new(Vec::new()) };
}

impl Spares {
    /// A blank exchange. Never waits for another thread.
    pub(crate) fn take(&self) -> Box<Exchange> {
        let of_thread = SHARES.try_with(|share| {
            let mut share = share.try_borrow_mut().ok()?;
            if share.is_empty() {
                let mut spares = self.lock()?;
                let left = spares.len().saturating_sub(SHARE);
                share.extend(spares.drain(left..));
            }
            share.pop()
        });
        of_thread.ok().flatten().unwrap_or_default()
    }

    /// Takes exchanges back. Those for which there is no room, or no time, are given up.
    pub(crate) fn put(&self, Spent(spent): &mut Spent) {
        if let Some(mut spares) = self.lock() {
            let room = MOST_SPARES.saturating_sub(spares.len());
            let from = spent.len().saturating_sub(room);
            spares.extend(spent.drain(from..));
        }
        spent.clear();
    }

    /// Absent if another thread has it.
    #[expect(clippy::vec_box, reason = "the boxes are what is used again")]
    fn lock(&self) -> Option<MutexGuard<'_, Vec<Box<Exchange>>>> {
        match self.0.try_lock() {
            Ok(spares) => Some(spares),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

impl Spent {
    /// Drops the content of an exchange, which took so many bytes.
    pub(crate) fn push(&mut self, mut exchange: Box<Exchange>, size: usize) {
        exchange.clear();
        if size <= MAX_SIZE {
            self.0.push(exchange);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::ResponseHead;

    fn give_back(spares: &Spares, exchange: Box<Exchange>) {
        let mut spent = Spent::default();
        let size = exchange.size();
        spent.push(exchange, size);
        spares.put(&mut spent);
        assert!(spent.0.is_empty());
    }

    fn held(spares: &Spares) -> usize {
        spares.0.lock().unwrap().len()
    }

    #[test]
    fn what_is_used_again_is_blank() {
        let spares = Spares::default();
        let mut exchange = spares.take();
        let blank = format!("{exchange:?}");
        exchange.id = 1;
        exchange.request.set_target("/reset?token=abc");
        exchange.request.fields.push("authorization", b"Bearer abc", true);
        let mut fields = exchange.take_response_fields();
        fields.push("set-cookie", b"sid=abc", false);
        exchange.response = Some(ResponseHead { status: 200, fields });
        exchange.path_params.params.push(("token".into(), 1, 2));
        exchange.route = Some("/reset".into());
        exchange.secret_query = true;
        give_back(&spares, exchange);
        let mut exchange = spares.take();
        assert_eq!(format!("{exchange:?}"), blank);
        assert!(exchange.take_response_fields().size() > 0, "the memory is used again");
        assert_eq!(held(&spares), 0);
    }

    #[test]
    fn few_and_small_ones_are_kept_and_taken_in_shares() {
        let spares = Spares::default();
        let mut large = spares.take();
        large.request.fields.push("x", &[b'x'; MAX_SIZE], false);
        give_back(&spares, large);
        assert_eq!(held(&spares), 0);
        for _ in 0..2 * MOST_SPARES {
            give_back(&spares, Box::default());
        }
        assert_eq!(held(&spares), MOST_SPARES);
        let taken: Vec<_> = (0..SHARE).map(|_| spares.take()).collect();
        assert_eq!(held(&spares), MOST_SPARES - SHARE);
        drop(taken);
    }
}

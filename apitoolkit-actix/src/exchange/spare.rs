//! The memory of exchanges that are over, for those that begin.
//!
//! One thread fills an exchange and another takes it apart. Memory that is given back by another
//! thread than the one that asked for it is the most expensive there is, so it is used again.

use std::sync::{Mutex, TryLockError};

use super::Exchange;

/// As many are kept, about 3 KiB each.
const MOST_SPARES: usize = 128;
/// One with larger buffers is not kept, in bytes.
const MAX_SIZE: usize = 8 * 1_024;

/// Exchanges without content.
#[derive(Debug, Default)]
#[expect(clippy::vec_box, reason = "the boxes are what is used again")]
pub(crate) struct Spares(Mutex<Vec<Box<Exchange>>>);

impl Spares {
    /// A blank exchange. Never waits for another thread.
    pub(crate) fn take(&self) -> Box<Exchange> {
        let mut spares = match self.0.try_lock() {
            Ok(spares) => spares,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return Box::default(),
        };
        spares.pop().unwrap_or_default()
    }

    /// Takes an exchange back that nobody needs any more; its content is dropped.
    pub(crate) fn put(&self, mut exchange: Box<Exchange>) {
        exchange.clear();
        if exchange.size() > MAX_SIZE {
            return;
        }
        let mut spares = match self.0.try_lock() {
            Ok(spares) => spares,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return,
        };
        if spares.len() < MOST_SPARES {
            spares.push(exchange);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::ResponseHead;

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
        spares.put(exchange);
        let mut exchange = spares.take();
        assert_eq!(format!("{exchange:?}"), blank);
        assert!(exchange.take_response_fields().size() > 0, "the memory is used again");
        assert_eq!(spares.0.lock().unwrap().len(), 0);
    }

    #[test]
    fn few_and_small_ones_are_kept() {
        let spares = Spares::default();
        let mut large = spares.take();
        large.request.fields.push("x", &[b'x'; MAX_SIZE], false);
        spares.put(large);
        assert_eq!(spares.0.lock().unwrap().len(), 0);
        for _ in 0..2 * MOST_SPARES {
            spares.put(Box::default());
        }
        assert_eq!(spares.0.lock().unwrap().len(), MOST_SPARES);
    }
}

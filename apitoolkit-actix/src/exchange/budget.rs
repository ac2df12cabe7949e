use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// How many bytes of captured data the process may hold at once, over all threads and stages.
#[derive(Debug)]
pub(crate) struct Budget {
    limit: usize,
    used: AtomicUsize,
}

impl Budget {
    pub(crate) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self { limit, used: AtomicUsize::new(0) })
    }

    pub(crate) fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    /// How many bytes what is given up first may bring it to: a quarter is left for the rest.
    fn room_for_bodies(&self) -> usize {
        self.limit - self.limit / 4
    }

    /// Whether what is left is not for bodies any more.
    pub(crate) fn is_short(&self) -> bool {
        self.used() > self.room_for_bodies()
    }

    fn reserve(&self, bytes: usize, upto: usize) -> bool {
        self.used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
                used.checked_add(bytes).filter(|sum| *sum <= upto)
            })
            .is_ok()
    }
}

/// A share of a [`Budget`], given back when dropped.
#[derive(Debug)]
pub(crate) struct Reservation {
    budget: Arc<Budget>,
    bytes: usize,
}

impl Reservation {
    /// Nothing reserved yet.
    pub(crate) fn empty(budget: &Arc<Budget>) -> Self {
        Self { budget: Arc::clone(budget), bytes: 0 }
    }

    /// Reserves `bytes` more; false, and no change, when the budget does not have them.
    pub(crate) fn grow(&mut self, bytes: usize) -> bool {
        self.grow_upto(bytes, self.budget.limit)
    }

    /// As [`grow`](Self::grow), for what is given up first: a quarter of the budget is left for the
    /// rest. Bodies of requests that take their time would else leave no room for any exchange.
    pub(crate) fn grow_leaving_room(&mut self, bytes: usize) -> bool {
        self.grow_upto(bytes, self.budget.room_for_bodies())
    }

    fn grow_upto(&mut self, bytes: usize, upto: usize) -> bool {
        let granted = self.budget.reserve(bytes, upto);
        if granted {
            self.bytes += bytes;
        }
        granted
    }

    /// How many bytes were granted.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Gives everything back.
    pub(crate) fn release(&mut self) {
        self.budget.used.fetch_sub(self.bytes, Ordering::Relaxed);
        self.bytes = 0;
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.release();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_grants_more_than_the_limit_and_gets_all_back() {
        let budget = Budget::new(100);
        let mut a = Reservation::empty(&budget);
        let mut b = Reservation::empty(&budget);
        assert!(a.grow(60));
        assert!(!b.grow(41));
        assert!(b.grow(40));
        assert!(!a.grow(usize::MAX));
        assert_eq!(budget.used(), 100);
        drop(a);
        assert_eq!(budget.used(), 40);
        b.release();
        b.release();
        drop(b);
        assert_eq!(budget.used(), 0);
    }

    #[test]
    fn what_is_given_up_first_leaves_room() {
        let budget = Budget::new(100);
        let (mut body, mut rest) = (Reservation::empty(&budget), Reservation::empty(&budget));
        assert!(!body.grow_leaving_room(76) && body.grow_leaving_room(75));
        assert!(!budget.is_short() && !body.grow_leaving_room(1));
        assert!(rest.grow(25) && budget.is_short());
        drop(body);
        assert!(budget.used() == 25 && !budget.is_short());
    }

    #[test]
    fn holds_under_contention() {
        let budget = Budget::new(1_000);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for n in 0..2_000 {
                        let mut share = Reservation::empty(&budget);
                        share.grow(n % 700);
                        assert!(budget.used() <= 1_000);
                    }
                });
            }
        });
        assert_eq!(budget.used(), 0);
    }
}

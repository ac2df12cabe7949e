//! Counting what is allocated, by the thread of the requests and by all others.

use std::sync::atomic::{AtomicU64, Ordering};

use tracking_allocator::{
    AllocationGroupId, AllocationGroupToken, AllocationGuard, AllocationRegistry, AllocationTracker,
};

static REQUEST: Tally = Tally::new();
static OTHERS: Tally = Tally::new();

/// How much was allocated. A reallocation counts as an allocation of the new size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allocated {
    /// How many allocations.
    pub count: u64,
    /// Their bytes together.
    pub bytes: u64,
}

/// Counts in a process whose allocator is `tracking_allocator`'s.
pub(crate) struct Counting {
    request: AllocationGroupToken,
}

impl Counting {
    pub(crate) fn begin() -> Self {
        let request = AllocationGroupToken::register().expect("a group");
        let tracker = Tracker { request: request.id() };
        AllocationRegistry::set_global_tracker(tracker).expect("the one tracker");
        AllocationRegistry::enable_tracking();
        Self { request }
    }

    /// What this thread allocates from now on is of the requests.
    pub(crate) fn enter(&mut self) -> AllocationGuard<'_> {
        self.request.enter()
    }

    /// What was allocated on the thread of the requests and on the others.
    pub(crate) fn end(self) -> [Allocated; 2] {
        AllocationRegistry::disable_tracking();
        [REQUEST.read(), OTHERS.read()]
    }
}

struct Tracker {
    request: AllocationGroupId,
}

impl AllocationTracker for Tracker {
    fn allocated(&self, _: usize, bytes: usize, _: usize, group: AllocationGroupId) {
        if group == self.request { &REQUEST } else { &OTHERS }.add(bytes);
    }

    fn deallocated(
        &self,
        _: usize,
        _: usize,
        _: usize,
        _: AllocationGroupId,
        _: AllocationGroupId,
    ) {
    }
}

struct Tally {
    count: AtomicU64,
    bytes: AtomicU64,
}

impl Tally {
    const fn new() -> Self {
        Self { count: AtomicU64::new(0), bytes: AtomicU64::new(0) }
    }

    fn add(&self, bytes: usize) {
        self.count.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    fn read(&self) -> Allocated {
        let [count, bytes] = [&self.count, &self.bytes].map(|n| n.load(Ordering::SeqCst));
        Allocated { count, bytes }
    }
}

//! What the app itself knows of what happens in it, to compare telemetry with.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counters of the app, outside of all that is recorded.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    requests: AtomicU64,
    calls: AtomicU64,
    starts: AtomicU64,
}

impl Watch {
    /// A request reached the app.
    pub(crate) fn request(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    /// A handler makes a call.
    pub(crate) fn call(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
    }

    /// A worker started.
    pub(crate) fn start(&self) {
        self.starts.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    pub(crate) fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    pub(crate) fn starts(&self) -> u64 {
        self.starts.load(Ordering::Relaxed)
    }
}

//! Waiting for the worker, and what becomes of what it does not come to.

use std::{
    mem,
    sync::atomic::{AtomicUsize, Ordering},
    time::Instant,
};

use super::Pipeline;
use crate::telemetry::stats::DropReason;

impl Pipeline {
    /// Waits until everything submitted so far was processed; false if `deadline` came first.
    pub(crate) fn drain(&self, deadline: Instant) -> bool {
        let mut state = self.lock();
        let upto = state.submitted;
        self.work.notify_one();
        let _waiting = Waiting::new(&self.waiting);
        while self.processed.load(Ordering::SeqCst) < upto {
            let Some(left) = deadline.checked_duration_since(Instant::now()) else { return false };
            state = match self.progress.wait_timeout(state, left) {
                Ok((state, _)) => state,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
        true
    }

    /// Takes nothing more in; the worker stops when the queue is empty.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.work.notify_one();
    }

    /// Gives up what is still queued, and counts it; returns how many exchanges were not
    /// processed, those among them that the worker has in hand.
    pub(crate) fn abandon(&self) -> u64 {
        let mut state = self.lock();
        let measured = mem::take(&mut state.measured);
        let queued = mem::take(&mut state.queue);
        let given_up = measured.len() as u64;
        let processed = self.processed.fetch_add(given_up + queued.len() as u64, Ordering::SeqCst);
        let left = state.submitted - processed - given_up;
        drop(state);
        for (instruments, config, measured) in measured {
            Self::record(&instruments, &config, measured);
        }
        for (finished, _) in &queued {
            self.refuse(finished, DropReason::Shutdown);
        }
        left
    }
}

/// A thread that waits for the worker, until this is dropped.
struct Waiting<'p>(&'p AtomicUsize);

impl<'p> Waiting<'p> {
    fn new(waiting: &'p AtomicUsize) -> Self {
        waiting.fetch_add(1, Ordering::SeqCst);
        Self(waiting)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

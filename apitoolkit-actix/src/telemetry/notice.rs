//! What the library says about itself: a few log lines, rate-limited, never a secret.

use std::{
    cell::Cell,
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Mutex,
    thread,
    time::{Duration, Instant},
};

thread_local! {
    /// Set on the exporter's thread, where `tracing` is switched off so that nothing about
    /// exporting is ever exported.
    static MUTED: Cell<bool> = const { Cell::new(false) };
}

/// Switches `tracing` off for this thread for as long as it lives.
pub(crate) fn mute_this_thread() -> tracing::subscriber::DefaultGuard {
    MUTED.set(true);
    tracing::subscriber::set_default(tracing::subscriber::NoSubscriber::new())
}

/// Says something that is worth knowing once.
pub(crate) fn info(text: &str) {
    unmuted(|| tracing::info!(target: "apitoolkit_actix", "{text}"));
}

/// Says that something is wrong.
pub(crate) fn warn(text: &str) {
    unmuted(|| tracing::warn!(target: "apitoolkit_actix", "{text}"));
}

/// A muted thread has another one speak for it, and waits until it has.
fn unmuted(speak: impl FnOnce() + Send) {
    // Who listens is the app's, and may panic: that is no reason for us to.
    let speak = move || {
        let _ = catch_unwind(AssertUnwindSafe(speak)).map_err(mem::forget);
    };
    if MUTED.get() {
        thread::scope(|scope| {
            let speaker = thread::Builder::new().name("apitoolkit-notice".into());
            // Without a thread the line is lost, and nothing else.
            if let Ok(handle) = speaker.spawn_scoped(scope, speak) {
                let _ = handle.join();
            }
        });
    } else {
        speak();
    }
}

/// Lets something through at most once in a while.
#[derive(Debug)]
pub(crate) struct Throttle {
    every: Duration,
    last: Mutex<Option<Instant>>,
}

impl Throttle {
    pub(crate) const fn new(every: Duration) -> Self {
        Self { every, last: Mutex::new(None) }
    }

    /// Once a minute: for warnings that a fault would otherwise repeat.
    pub(crate) const fn minute() -> Self {
        Self::new(Duration::from_secs(60))
    }

    pub(crate) fn ready(&self) -> bool {
        let Ok(mut last) = self.last.lock() else { return false };
        let ready = last.is_none_or(|at| at.elapsed() >= self.every);
        if ready {
            *last = Some(Instant::now());
        }
        ready
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_throttle_opens_once_in_its_time() {
        let throttle = Throttle::minute();
        assert!(throttle.ready());
        assert!(!throttle.ready());
        let open = Throttle::new(Duration::ZERO);
        assert!(open.ready() && open.ready());
    }
}

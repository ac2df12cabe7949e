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
    /// Set on the exporter's threads, where `tracing` is switched off so that nothing about
    /// exporting is ever exported.
    static MUTED: Cell<bool> = const { Cell::new(false) };
    /// Whether it is switched off already.
    static OFF: Cell<bool> = const { Cell::new(false) };
}

/// Keeps `tracing` switched off on this thread for as long as it lives.
pub(crate) fn mute_this_thread() {
    MUTED.set(true);
    stay_muted();
}

/// Switches `tracing` off on a thread that is to be muted, as soon as there is somebody to hear it.
///
/// Not before: until a subscriber is set anywhere in the process, `tracing` passes events on to
/// `log`, for every thread and all of the app.
pub(crate) fn stay_muted() {
    if MUTED.get() && !OFF.get() && tracing::dispatcher::has_been_set() {
        OFF.set(true);
        let off = tracing::subscriber::set_default(tracing::subscriber::NoSubscriber::new());
        // For as long as the thread lives.
        mem::forget(off);
    }
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

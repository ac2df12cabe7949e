//! Running code of the app's own on a request's thread.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use crate::telemetry::{self, Throttle};

/// From so long on a hook is slow: every request waits for it.
const SLOW: Duration = Duration::from_millis(10);

/// Runs a hook. If it panics, it said nothing; the request goes on.
pub(super) fn run<T>(option: &'static str, hook: impl FnOnce() -> T) -> Option<T> {
    static PANICS: Throttle = Throttle::minute();
    static PANICKED: AtomicU64 = AtomicU64::new(0);
    static SLOWNESS: Throttle = Throttle::minute();
    let clock = Instant::now();
    let said = catch_unwind(AssertUnwindSafe(hook)).ok();
    let took = clock.elapsed();
    if said.is_none() {
        let times = PANICKED.fetch_add(1, Ordering::Relaxed) + 1;
        if PANICS.ready() {
            telemetry::warn(&format!(
                "the app's `{option}` panicked; the request goes on without it (panics of the app's \
                 own code so far: {times})"
            ));
        }
    }
    if took >= SLOW && SLOWNESS.ready() {
        telemetry::warn(&format!(
            "the app's `{option}` took {took:.1?}: every request waits for it"
        ));
    }
    said
}

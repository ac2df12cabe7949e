//! Our work inside of the app's: it neither records itself nor hurts the app.

use std::{
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
};

use crate::telemetry::{Throttle, alive::has_context, notice};

thread_local! {
    static AT_WORK: Cell<bool> = const { Cell::new(false) };
}

/// Does `work`, unless it is called from inside of work like it: what our own work logs, and what an
/// app's `Debug` logs while we read a value, is left out. A panic ends the work and nothing else.
pub(super) fn quietly(work: impl FnOnce()) {
    struct Reset;
    impl Drop for Reset {
        fn drop(&mut self) {
            AT_WORK.set(false);
        }
    }
    if AT_WORK.replace(true) {
        return;
    }
    let _reset = Reset;
    unharmed(|| {
        if has_context() {
            work();
        }
    });
}

/// Does `work`; a panic ends it and nothing else.
pub(super) fn unharmed(work: impl FnOnce()) {
    static PANICS: Throttle = Throttle::minute();
    if catch_unwind(AssertUnwindSafe(work)).is_err() && PANICS.ready() {
        notice::warn("an event or span of `tracing` could not be recorded: this is a bug");
    }
}

/// Crates that the exporter consists of: what they say of it is not exported by it.
const EXPORTERS: [&str; 5] = [
    "apitoolkit_actix",
    "opentelemetry",
    "opentelemetry_sdk",
    "opentelemetry-otlp",
    "opentelemetry-http",
];

/// Whether what is logged to `target` is about telemetry.
pub(super) fn is_about_telemetry(target: &str) -> bool {
    let origin = target.split("::").next().unwrap_or(target);
    EXPORTERS.contains(&origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_inside_of_work_is_not_done() {
        let mut done = Vec::new();
        quietly(|| {
            done.push("outer");
            quietly(|| done.push("inner"));
        });
        quietly(|| done.push("next"));
        assert_eq!(done, ["outer", "next"]);
    }

    #[test]
    fn a_panic_ends_the_work_and_nothing_else() {
        quietly(|| panic!("expected in this test"));
        let mut done = false;
        quietly(|| done = true);
        assert!(done);
    }

    #[test]
    fn targets_of_the_exporter_are_told_from_others() {
        assert!(is_about_telemetry("apitoolkit_actix"));
        assert!(is_about_telemetry("opentelemetry_sdk::logs"));
        assert!(!is_about_telemetry("apitoolkit_actix_tests"));
        assert!(!is_about_telemetry("opentelemetry_demo"));
        assert!(!is_about_telemetry(""));
    }
}

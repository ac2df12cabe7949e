use std::cell::Cell;

use opentelemetry::Context;

thread_local! {
    static SEEN: Cell<bool> = const { Cell::new(false) };
    static SENTINEL: Sentinel = const { Sentinel };
}

/// What is dropped when a thread ends, before what was there before it.
struct Sentinel;

impl Drop for Sentinel {
    fn drop(&mut self) {}
}

/// Whether this thread has a current context. One that ends may still log, and where its context
/// was, there is a panic.
pub(crate) fn has_context() -> bool {
    if !SEEN.replace(true) {
        // Thread locals go in the reverse order of their coming.
        Context::map_current(|_| ());
    }
    SENTINEL.try_with(|_| ()).is_ok()
}

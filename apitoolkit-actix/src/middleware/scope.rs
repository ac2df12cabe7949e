use std::{
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
};

use opentelemetry::{Context, ContextGuard};

use super::recorder::Recorder;
use crate::telemetry::Current;

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is inside an exchange that is being observed already: the same app may be
/// wrapped twice, and one request is one exchange.
pub(super) fn is_inside() -> bool {
    INSIDE.get()
}

/// Runs a part of the app inside its exchange's context.
///
/// A panic is recorded and goes on as it was; the context is taken off whatever happens.
pub(super) fn inside<T>(
    context: Option<&Context>,
    recorder: &mut Option<Recorder>,
    work: impl FnOnce() -> T,
) -> T {
    let Some(context) = context else { return work() };
    let entered = Entered::new(context, recorder.as_ref().and_then(Recorder::current));
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(value) => value,
        Err(panic) => {
            drop(entered);
            if let Some(recorder) = recorder.take() {
                recorder.panicked(&*panic);
            }
            resume_unwind(panic)
        }
    }
}

struct Entered {
    _context: ContextGuard,
    outer: bool,
}

impl Entered {
    fn new(context: &Context, exchange: Option<&Current>) -> Self {
        if let Some(exchange) = exchange {
            exchange.runs_here();
        }
        Self { _context: context.clone().attach(), outer: INSIDE.replace(true) }
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        INSIDE.set(self.outer);
    }
}

use std::{fmt::Display, thread};

use opentelemetry::{Context, ContextGuard};

use super::{Failure, ServiceSpan};

/// A scope with a span of its own, which ends when this is dropped. See
/// [`enter_service`](crate::enter_service).
#[must_use = "the span ends at once"]
pub struct ServiceGuard {
    /// Detached before the span ends.
    attached: Option<ContextGuard>,
    span: ServiceSpan,
    was_panicking: bool,
}

impl ServiceGuard {
    pub(super) fn new(span: ServiceSpan) -> Self {
        let attached = span.context().cloned().map(Context::attach);
        Self { attached, span, was_panicking: thread::panicking() }
    }

    /// Records an error as an `exception` event, its text scrubbed, and as the span's status.
    pub fn report_error<E: Display>(&self, error: &E) {
        if self.span.is_recording() {
            self.span.fail(Failure::of(error));
        }
    }

    pub(super) fn finish<T>(self, output: &T, failure: fn(&T) -> Option<Failure>) {
        if self.span.is_recording()
            && let Some(failure) = failure(output)
        {
            self.span.fail(failure);
        }
    }
}

impl Drop for ServiceGuard {
    fn drop(&mut self) {
        self.attached = None;
        if thread::panicking() && !self.was_panicking {
            self.span.panicked();
        }
        self.span.end();
    }
}

impl std::fmt::Debug for ServiceGuard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServiceGuard").field("span", &self.span).finish_non_exhaustive()
    }
}

use std::{cell::RefCell, fmt::Display, thread};

use opentelemetry::{Context, ContextGuard};

use super::{Failure, ServiceSpan};

/// A scope with a span of its own, which ends when this is dropped. See
/// [`enter_service`](crate::enter_service).
#[must_use = "the span ends at once"]
pub struct ServiceGuard {
    /// Detached before the span ends.
    attached: Option<ContextGuard>,
    /// Borrowed for a moment, while an error is noted.
    span: RefCell<ServiceSpan>,
    was_panicking: bool,
}

impl ServiceGuard {
    pub(super) fn new(span: ServiceSpan) -> Self {
        let attached = span.context().cloned().map(Context::attach);
        Self { attached, span: RefCell::new(span), was_panicking: thread::panicking() }
    }

    /// Records an error as an `exception` event, its text scrubbed, and as the span's status.
    ///
    /// An error that the exchange tells of, since the app reports it too or its handler returns it,
    /// is an event of the exchange alone.
    pub fn report_error<E: Display>(&self, error: &E) {
        if self.is_recording() {
            // Not while the span is borrowed: what the error's text is made of is not our code.
            self.note(Failure::of(error));
        }
    }

    pub(super) fn finish<T>(self, output: &T, failure: fn(&T) -> Option<Failure>) {
        if self.is_recording()
            && let Some(failure) = failure(output)
        {
            self.note(failure);
        }
    }

    fn is_recording(&self) -> bool {
        self.span.try_borrow().is_ok_and(|span| span.is_recording())
    }

    fn note(&self, failure: Failure) {
        if let Ok(mut span) = self.span.try_borrow_mut() {
            span.fail(failure);
        }
    }
}

impl Drop for ServiceGuard {
    fn drop(&mut self) {
        self.attached = None;
        let span = self.span.get_mut();
        if thread::panicking() && !self.was_panicking {
            span.panicked();
        }
        span.end();
    }
}

impl std::fmt::Debug for ServiceGuard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServiceGuard").field("span", &self.span).finish_non_exhaustive()
    }
}

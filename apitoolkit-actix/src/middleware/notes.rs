//! What the app adds to an exchange, on its way into the exchange's record.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::{
    exchange::{ErrorReport, Exchange, Failure, Undecided, Value},
    semconv,
    telemetry::Notebook,
};

/// Adds an error that nobody handled.
pub(super) fn unhandled(current: &Notebook, report: ErrorReport) {
    current.note(|notes| notes.unhandled(report));
}

/// The app has answered: now it is known who tells of the failures inside.
pub(super) fn answered(current: &Notebook) {
    tell(current.answer());
}

/// Ends the time of adding, and puts what was added into the exchange.
#[inline]
pub(super) fn collect(current: &Notebook, session: Option<Box<Value>>, exchange: &mut Exchange) {
    if let Some(mut notes) = current.close() {
        tell(notes.answer());
        exchange.errors = notes.take_errors();
        let answered_5xx = exchange.response.as_ref().is_some_and(|head| head.status >= 500);
        if exchange.failure.is_none() && notes.is_marked_failed() && !answered_5xx {
            exchange.failure = Some(Failure::Marked);
        }
        exchange.attributes = notes.attributes;
    }
    if let Some(session) = session
        && !exchange.attributes.contains(semconv::SESSION_ID)
    {
        // Room is kept for it.
        let _ = exchange.attributes.set(semconv::SESSION_ID.into(), *session);
    }
}

/// Ends the spans that waited, which runs span processors that may be the app's own.
fn tell(undecided: Vec<Undecided>) {
    if undecided.is_empty() {
        return;
    }
    for Undecided { failures, tell } in undecided {
        let _ = catch_unwind(AssertUnwindSafe(|| tell(failures)));
    }
}

//! What the app adds to an exchange, on its way into the exchange's record.

use std::panic::{AssertUnwindSafe, catch_unwind};

use opentelemetry::{Context, baggage::BaggageExt as _};

use crate::{
    exchange::{AttributeValue as _, ErrorReport, Exchange, Failure, Undecided},
    semconv,
    telemetry::Current,
};

/// Adds an error that nobody handled.
pub(super) fn unhandled(current: &Current, report: ErrorReport) {
    current.note(|notes| notes.unhandled(report));
}

/// The app has answered: now it is known who tells of the failures inside.
pub(super) fn answered(current: &Current) {
    tell(current.answer());
}

/// Ends the time of adding, and puts what was added into the exchange.
pub(super) fn collect(current: &Current, context: &Context, exchange: &mut Exchange) {
    if let Some(mut notes) = current.close() {
        tell(notes.answer());
        exchange.errors = notes.take_errors();
        let answered_5xx = exchange.response.as_ref().is_some_and(|head| head.status >= 500);
        if exchange.failure.is_none() && notes.is_marked_failed() && !answered_5xx {
            exchange.failure = Some(Failure::Marked);
        }
        exchange.attributes = notes.attributes;
    }
    if !exchange.attributes.contains(semconv::SESSION_ID)
        && let Some(session) = context.baggage().get(semconv::SESSION_ID)
        && let Some(session) = session.as_str().into_value()
    {
        // Room is kept for it.
        let _ = exchange.attributes.set(semconv::SESSION_ID.into(), session);
    }
}

/// Ends the spans that waited, which runs span processors that may be the app's own.
fn tell(undecided: Vec<Undecided>) {
    for Undecided { failures, tell } in undecided {
        let _ = catch_unwind(AssertUnwindSafe(|| tell(failures)));
    }
}

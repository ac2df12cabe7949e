//! Finding the exchange that a context is inside of, by the context's span.

use std::cell::Cell;

use opentelemetry::{Context, trace::TraceContextExt as _};

use crate::telemetry::Current;

/// A question to a span.
enum Desk {
    Closed,
    Asked,
    Answered(Option<Current>),
}

thread_local! {
    static DESK: Cell<Desk> = const { Cell::new(Desk::Closed) };
}

/// The exchange that the span of a context belongs to, if the span is ours; nothing if it is
/// somebody else's, or there is none.
///
/// A context shows its span to nobody, and calls it when it is asked whether it records. Ours then
/// answers this question as well.
pub(crate) fn exchange_of(context: &Context) -> Option<Option<Current>> {
    let ask = |desk: &Cell<Desk>| {
        desk.set(Desk::Asked);
        context.span().is_recording();
        match desk.replace(Desk::Closed) {
            Desk::Answered(exchange) => Some(exchange),
            Desk::Asked | Desk::Closed => None,
        }
    };
    DESK.try_with(ask).ok().flatten()
}

/// Answers, if somebody asks.
pub(super) fn answer(exchange: impl FnOnce() -> Option<Current>) {
    // A thread that ends has no desk any more.
    let _ = DESK.try_with(|desk| match desk.replace(Desk::Closed) {
        Desk::Asked => desk.set(Desk::Answered(exchange())),
        Desk::Closed => {}
        answered @ Desk::Answered(_) => desk.set(answered),
    });
}

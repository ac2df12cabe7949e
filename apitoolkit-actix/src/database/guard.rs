use std::{
    fmt::{self, Display},
    thread,
};

use opentelemetry::{Context, ContextGuard};

use super::span::StatementSpan;
use crate::{semconv, telemetry::Failure};

/// A statement that runs, with a span that ends when this is dropped. See
/// [`DatabaseInfo::enter`](crate::DatabaseInfo::enter).
#[must_use = "the span ends at once"]
pub struct StatementGuard {
    /// Detached before the span ends.
    attached: Option<ContextGuard>,
    span: StatementSpan,
    rows: Option<usize>,
    round_trips: Option<usize>,
    was_panicking: bool,
}

impl StatementGuard {
    pub(super) fn new(span: StatementSpan) -> Self {
        let attached = span.context().cloned().map(Context::attach);
        let was_panicking = thread::panicking();
        Self { attached, span, rows: None, round_trips: None, was_panicking }
    }

    /// Sets how many rows came back (`db.response.returned_rows`). Default: not told. The last
    /// number counts.
    pub fn set_rows_returned(&mut self, rows: usize) {
        self.rows = Some(rows);
    }

    /// Sets how many times the database was asked (`apitoolkit.db.round_trips`). Default: not told.
    /// The last number counts.
    pub fn set_round_trips(&mut self, round_trips: usize) {
        self.round_trips = Some(round_trips);
    }

    /// Records an error as an `exception` event, its text without the values that it quotes, and as
    /// the span's status.
    ///
    /// An error that the exchange tells of, since the app reports it too or its handler returns it,
    /// is an event of the exchange alone.
    pub fn report_error<E: Display>(&mut self, error: &E) {
        let failure = match self.span.wants_texts() {
            true => Failure::of(error),
            false => Failure::of_type::<E>(),
        };
        self.span.fail(failure);
    }
}

impl Drop for StatementGuard {
    fn drop(&mut self) {
        self.attached = None;
        for (key, count) in [
            (semconv::DB_RESPONSE_RETURNED_ROWS, self.rows),
            (semconv::APITOOLKIT_DB_ROUND_TRIPS, self.round_trips),
        ] {
            if let Some(count) = count {
                self.span.count(key, count);
            }
        }
        if thread::panicking() && !self.was_panicking {
            self.span.panicked();
        }
        self.span.end();
    }
}

impl fmt::Debug for StatementGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StatementGuard").finish_non_exhaustive()
    }
}

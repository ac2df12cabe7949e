use std::{
    fmt::{self, Display},
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::{self, Poll, ready},
};

use opentelemetry::Context;
use pin_project_lite::pin_project;

use super::span::StatementSpan;
use crate::{
    semconv,
    telemetry::{Failure, watched},
};

pin_project! {
    /// A future that runs a statement and is followed by a span. See
    /// [`DatabaseInfo::trace`](crate::DatabaseInfo::trace).
    ///
    /// `T` is what it gives when all goes well.
    #[must_use = "futures do nothing unless polled"]
    pub struct StatementFuture<F: Future, T> {
        // Before the span, which ends after whatever the future still does when it is dropped.
        #[pin]
        future: F,
        span: StatementSpan,
        look: Look<F::Output, T>,
        rows: Option<Count<T>>,
        round_trips: Option<Count<T>>,
    }
}

/// What was returned, or the error. The text of that only if it is wanted.
type Look<O, T> = fn(output: &O, is_text_wanted: bool) -> Result<&T, Failure>;
/// How many of something there are.
type Count<T> = fn(returned: &T) -> usize;

impl<F, T, E> StatementFuture<F, T>
where
    F: Future<Output = Result<T, E>>,
    E: Display,
{
    pub(super) fn of_result(future: F, span: StatementSpan) -> Self {
        Self::new(future, span, |result, is_text_wanted| match result {
            Ok(returned) => Ok(returned),
            Err(error) if is_text_wanted => Err(Failure::of(error)),
            Err(_) => Err(Failure::of_type::<E>()),
        })
    }
}

impl<F: Future> StatementFuture<F, F::Output> {
    pub(super) fn of_any(future: F, span: StatementSpan) -> Self {
        Self::new(future, span, |output, _| Ok(output))
    }
}

impl<F: Future, T> StatementFuture<F, T> {
    fn new(future: F, span: StatementSpan, look: Look<F::Output, T>) -> Self {
        Self { future, span, look, rows: None, round_trips: None }
    }

    /// How many rows came back (`db.response.returned_rows`), told from what the call gives: for a
    /// list, `.returned_rows(Vec::len)`. Default: not told. Of an error no rows are counted.
    pub fn returned_rows(mut self, rows: fn(returned: &T) -> usize) -> Self {
        self.rows = Some(rows);
        self
    }

    /// How many times the database was asked (`apitoolkit.db.round_trips`), told from what the call
    /// gives. Default: not told.
    pub fn round_trips(mut self, round_trips: fn(returned: &T) -> usize) -> Self {
        self.round_trips = Some(round_trips);
        self
    }
}

impl<F: Future, T> Future for StatementFuture<F, T> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let future = this.future;
        let polled = watched(this.span, StatementSpan::panicked, |span| {
            let _attached = span.context().cloned().map(Context::attach);
            future.poll(cx)
        });
        let output = ready!(polled);
        match (this.look)(&output, this.span.wants_texts()) {
            Ok(returned) => {
                count(this.span, semconv::DB_RESPONSE_RETURNED_ROWS, *this.rows, returned);
                count(this.span, semconv::APITOOLKIT_DB_ROUND_TRIPS, *this.round_trips, returned);
            }
            Err(failure) => this.span.fail(failure),
        }
        this.span.end();
        Poll::Ready(output)
    }
}

fn count<T>(span: &StatementSpan, key: &'static str, count: Option<Count<T>>, returned: &T) {
    if let Some(count) = count.filter(|_| span.is_recording())
        // The output has to get to the caller, whatever this does.
        && let Ok(count) = catch_unwind(AssertUnwindSafe(|| count(returned)))
    {
        span.count(key, count);
    }
}

impl<F: Future, T> fmt::Debug for StatementFuture<F, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StatementFuture").finish_non_exhaustive()
    }
}

use std::{
    fmt::{self, Display},
    future::Future,
    pin::Pin,
    task::{self, Poll, ready},
};

use opentelemetry::Context;
use pin_project_lite::pin_project;

use super::{Failure, ServiceSpan};
use crate::telemetry::watched;

pin_project! {
    /// A future that is followed by a span. See [`trace_service`](crate::trace_service).
    #[must_use = "futures do nothing unless polled"]
    pub struct ServiceFuture<F: Future> {
        // Before the span, which ends after whatever the future still does when it is dropped.
        #[pin]
        future: F,
        span: ServiceSpan,
        failure: Option<TellFailure<F::Output>>,
    }
}

/// Tells whether an output is an error.
type TellFailure<T> = fn(&T) -> Option<Failure>;

impl<F: Future> ServiceFuture<F> {
    pub(super) fn new(
        future: F,
        span: ServiceSpan,
        failure: Option<TellFailure<F::Output>>,
    ) -> Self {
        Self { future, span, failure }
    }
}

impl<F, T, E> ServiceFuture<F>
where
    F: Future<Output = Result<T, E>>,
    E: Display,
{
    /// Records an `Err` as an `exception` event, its text scrubbed, and as the span's status.
    ///
    /// An error that the exchange tells of, since the app reports it too or its handler returns it,
    /// is an event of the exchange alone.
    pub fn report_errors(mut self) -> Self {
        self.failure = Some(Failure::of_result);
        self
    }
}

impl<F: Future> Future for ServiceFuture<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let future = this.future;
        let polled = watched(this.span, ServiceSpan::panicked, |span| {
            let _attached = span.context().cloned().map(Context::attach);
            future.poll(cx)
        });
        let output = ready!(polled);
        if let Some(failure) = this.failure
            && this.span.is_recording()
            && let Some(failure) = failure(&output)
        {
            this.span.fail(failure);
        }
        this.span.end();
        Poll::Ready(output)
    }
}

impl<F: Future> fmt::Debug for ServiceFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceFuture").field("span", &self.span).finish_non_exhaustive()
    }
}

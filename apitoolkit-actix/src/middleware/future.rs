use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{self, Poll, ready},
};

use actix_web::{Error, body::MessageBody, dev::ServiceResponse, http::header::HeaderValue};
use opentelemetry::Context;
use pin_project_lite::pin_project;

use super::{
    ObservedBody,
    observe::{Observed, REQUEST_ID},
    recorder::Recorder,
    scope, with_header,
};

pin_project! {
    /// The future of one observed request.
    ///
    /// Dropped before it is ready, it records that the exchange was abandoned.
    #[must_use = "futures do nothing unless polled"]
    pub struct ApiToolkitFuture<F> {
        #[pin]
        inner: F,
        context: Option<Context>,
        recorder: Option<Recorder>,
        // There if the response is to have it.
        request_id: Option<Box<HeaderValue>>,
    }
}

impl<F> ApiToolkitFuture<F> {
    pub(super) fn unobserved(inner: F) -> Self {
        Self { inner, context: None, recorder: None, request_id: None }
    }

    pub(super) fn observed(inner: F, observed: Observed) -> Self {
        let Observed { context, recorder, request_id } = observed;
        Self { inner, context: Some(context), recorder, request_id }
    }
}

impl<F, B> Future for ApiToolkitFuture<F>
where
    F: Future<Output = Result<ServiceResponse<B>, Error>>,
    B: MessageBody,
{
    type Output = Result<ServiceResponse<ObservedBody<B>>, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let inner = this.inner;
        let polled = scope::inside(this.context.as_ref(), this.recorder, || inner.poll(cx));
        match ready!(polled) {
            Ok(mut response) => {
                if let Some(id) = this.request_id.take() {
                    response.headers_mut().insert(REQUEST_ID.clone(), *id);
                }
                let recorder =
                    this.recorder.take().and_then(|recorder| recorder.responded(&response));
                let context = this.context.take();
                Poll::Ready(Ok(
                    response.map_body(|_, body| ObservedBody::new(body, context, recorder))
                ))
            }
            Err(error) => {
                if let Some(recorder) = this.recorder.take() {
                    recorder.failed(&error);
                }
                Poll::Ready(Err(match this.request_id.take() {
                    Some(id) => with_header::answer(error, *id),
                    None => error,
                }))
            }
        }
    }
}

impl<F> fmt::Debug for ApiToolkitFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiToolkitFuture").finish_non_exhaustive()
    }
}

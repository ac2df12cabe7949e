use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{self, Poll, ready},
};

use actix_web::{Error, body::MessageBody, dev::ServiceResponse};
use opentelemetry::Context;
use pin_project_lite::pin_project;

use super::{ObservedBody, recorder::Recorder, scope};

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
    }
}

impl<F> ApiToolkitFuture<F> {
    pub(super) fn new(inner: F, context: Option<Context>, recorder: Option<Recorder>) -> Self {
        Self { inner, context, recorder }
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
            Ok(response) => {
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
                Poll::Ready(Err(error))
            }
        }
    }
}

impl<F> fmt::Debug for ApiToolkitFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiToolkitFuture").finish_non_exhaustive()
    }
}

use std::{
    fmt,
    future::Future,
    pin::Pin,
    rc::Rc,
    task::{self, Poll, ready},
};

use actix_service::Service;
use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::HeaderValue,
};
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
    pub struct ApiToolkitFuture<S, F> {
        #[pin]
        stage: Stage<S, F>,
        context: Option<Context>,
        recorder: Option<Recorder>,
        // There if the response is to have it.
        request_id: Option<Box<HeaderValue>>,
    }
}

pin_project! {
    /// How far the app's service has come.
    #[project = StageProjection]
    pub(super) enum Stage<S, F> {
        /// It is called when the future is first polled, which is at once: what is inside of an exchange
        /// is then entered once for both.
        Begun { call: Option<(Rc<S>, ServiceRequest)> },
        Running {
            #[pin]
            future: F,
        },
    }
}

impl<S, F> Stage<S, F> {
    pub(super) fn begun(service: &Rc<S>, request: ServiceRequest) -> Self {
        Self::Begun { call: Some((Rc::clone(service), request)) }
    }

    pub(super) fn running(future: F) -> Self {
        Self::Running { future }
    }
}

impl<S, F> Stage<S, F>
where
    S: Service<ServiceRequest, Future = F>,
    F: Future,
{
    fn poll(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<F::Output> {
        if let StageProjection::Begun { call } = self.as_mut().project()
            && let Some((service, request)) = call.take()
        {
            self.set(Self::running(service.call(request)));
        }
        match self.project() {
            StageProjection::Running { future } => future.poll(cx),
            // Its call panicked, and still somebody polls.
            StageProjection::Begun { .. } => Poll::Pending,
        }
    }
}

impl<S, F> ApiToolkitFuture<S, F> {
    /// That of a request which is observed, or not.
    pub(super) fn new(stage: Stage<S, F>, observed: Option<Observed>) -> Self {
        match observed {
            Some(Observed { context, recorder, request_id }) => {
                Self { stage, context: Some(context), recorder, request_id }
            }
            None => Self { stage, context: None, recorder: None, request_id: None },
        }
    }
}

impl<S, F, B> Future for ApiToolkitFuture<S, F>
where
    S: Service<ServiceRequest, Future = F>,
    F: Future<Output = Result<ServiceResponse<B>, Error>>,
    B: MessageBody,
{
    type Output = Result<ServiceResponse<ObservedBody<B>>, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let stage = this.stage;
        let polled = scope::inside(this.context.as_ref(), this.recorder, || stage.poll(cx));
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

impl<S, F> fmt::Debug for ApiToolkitFuture<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiToolkitFuture").finish_non_exhaustive()
    }
}

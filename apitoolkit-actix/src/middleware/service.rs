use std::{
    fmt,
    rc::Rc,
    task::{self, Poll},
};

use actix_service::Service;
use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
};

use super::{
    ApiToolkitFuture, ObservedBody, future::Stage, observe::Observed, scope, setup::Setup,
};

/// The service that [`ApiToolkit`](crate::ApiToolkit) makes of another, once for each worker.
pub struct ApiToolkitMiddleware<S> {
    service: Rc<S>,
    /// Absent when the system gave no thread for a worker: then nothing is recorded.
    setup: Option<Rc<Setup>>,
}

impl<S> ApiToolkitMiddleware<S> {
    pub(super) fn new(service: S, setup: Option<Setup>) -> Self {
        Self { service: Rc::new(service), setup: setup.map(Rc::new) }
    }
}

impl<S, B> Service<ServiceRequest> for ApiToolkitMiddleware<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    type Response = ServiceResponse<ObservedBody<B>>;
    type Error = Error;
    type Future = ApiToolkitFuture<S, S::Future>;

    fn poll_ready(&self, cx: &mut task::Context<'_>) -> Poll<Result<(), Error>> {
        self.service.poll_ready(cx)
    }

    fn call(&self, mut request: ServiceRequest) -> Self::Future {
        let observes =
            |setup: &&Rc<Setup>| !scope::is_inside() && !setup.own.have(|| request.path());
        let Some(setup) = self.setup.as_ref().filter(observes) else {
            return ApiToolkitFuture::new(Stage::running(self.service.call(request)), None);
        };
        let observed = Observed::begin(setup, &mut request);
        ApiToolkitFuture::new(Stage::begun(&self.service, request), Some(observed))
    }
}

impl<S: fmt::Debug> fmt::Debug for ApiToolkitMiddleware<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiToolkitMiddleware")
            .field("service", &self.service)
            .finish_non_exhaustive()
    }
}

use std::{
    fmt,
    sync::Arc,
    task::{self, Poll},
    time::{Instant, SystemTime},
};

use actix_service::Service;
use actix_web::{
    Error, HttpMessage as _,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
};
use opentelemetry::{Context, trace::TraceContextExt as _};

use super::{
    ApiToolkitFuture, ObservedBody, head, payload,
    recorder::{Opening, Recorder},
    routes::Routes,
    rules::Rules,
    scope,
};
use crate::{
    config::{Config, TrustInbound},
    exchange::Method,
    extract::HandlerSlot,
    telemetry::{self, Source, Throttle},
};

/// The service that [`ApiToolkit`](crate::ApiToolkit) makes of another, once for each worker.
pub struct ApiToolkitMiddleware<S> {
    service: S,
    config: Arc<Config>,
    rules: Arc<Rules>,
    /// Absent when the system gave no thread for a worker: then nothing is recorded.
    source: Option<Arc<Source>>,
    /// Holds the source, for what happens inside an exchange; every exchange's context begins here.
    base: Context,
    /// The app's routes, for exchanges whose request never comes back.
    routes: Routes,
}

impl<S> ApiToolkitMiddleware<S> {
    pub(super) fn new(
        service: S,
        config: Arc<Config>,
        rules: Arc<Rules>,
        source: Option<Arc<Source>>,
    ) -> Self {
        let base = match &source {
            Some(source) => Context::new().with_value(Arc::clone(source)),
            None => Context::new(),
        };
        Self { service, config, rules, source, base, routes: Routes::default() }
    }

    /// Starts the exchange's span; a recorder only if it is sampled.
    fn observe(&self, source: &Arc<Source>, request: &mut ServiceRequest) -> Observed {
        let started = SystemTime::now();
        let clock = Instant::now();
        let inbound = match self.config.trust_inbound {
            TrustInbound::Ignore => self.base.clone(),
            TrustInbound::Parent | TrustInbound::Link => {
                head::inbound(request.headers()).extract(source.propagation, &self.base)
            }
        };
        let method = Method::new(request.method().as_str());
        let context =
            telemetry::start_span(source, &self.config, &self.base, inbound, &method, started);
        let span = context.span();
        let sampled = span.span_context().is_sampled();
        if source.foreign && !span.span_context().is_valid() {
            warn_of_missing_provider();
        }
        if !sampled {
            return Observed { context, recorder: None };
        }
        self.routes.learn(request);
        let slot = HandlerSlot::default();
        request.extensions_mut().insert(slot.clone());
        let recorder = Recorder::open(Opening {
            tee: payload::tee(request, &self.config, source.pipeline.budget(), &slot),
            request: head::request(request, method),
            context: context.clone(),
            source: Arc::clone(source),
            config: Arc::clone(&self.config),
            rules: Arc::clone(&self.rules),
            slot,
            routes: self.routes.clone(),
            started,
            clock,
        });
        Observed { context, recorder: Some(recorder) }
    }
}

struct Observed {
    context: Context,
    recorder: Option<Recorder>,
}

impl<S, B> Service<ServiceRequest> for ApiToolkitMiddleware<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    type Response = ServiceResponse<ObservedBody<B>>;
    type Error = Error;
    type Future = ApiToolkitFuture<S::Future>;

    fn poll_ready(&self, cx: &mut task::Context<'_>) -> Poll<Result<(), Error>> {
        self.service.poll_ready(cx)
    }

    fn call(&self, mut request: ServiceRequest) -> Self::Future {
        let Some(source) = self.source.as_ref().filter(|_| !scope::is_inside()) else {
            return ApiToolkitFuture::new(self.service.call(request), None, None);
        };
        let Observed { context, mut recorder } = self.observe(source, &mut request);
        let future = scope::inside(Some(&context), &mut recorder, || self.service.call(request));
        ApiToolkitFuture::new(future, Some(context), recorder)
    }
}

impl<S: fmt::Debug> fmt::Debug for ApiToolkitMiddleware<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiToolkitMiddleware")
            .field("service", &self.service)
            .finish_non_exhaustive()
    }
}

fn warn_of_missing_provider() {
    static ONCE: Throttle = Throttle::minute();
    if ONCE.ready() {
        telemetry::warn(
            "nothing is recorded: this process has no OpenTelemetry provider. Build a `Telemetry` \
             before the server starts, and keep it",
        );
    }
}

//! How the observation of a request begins.

use std::{
    cell::LazyCell,
    rc::Rc,
    sync::Arc,
    time::{Instant, SystemTime},
};

use actix_web::{HttpMessage as _, dev::ServiceRequest, http::header::HeaderName};
use opentelemetry::{Context, trace::TraceContextExt as _};

use super::{
    head::{self, Present},
    payload,
    recorder::{Full, Light, Opening, Recorder},
    setup::Setup,
};
use crate::{
    config::TrustInbound,
    exchange::{Method, RequestId},
    telemetry::{
        self, Current, Keeper, Measured, Recording, RequestContext, Scope, Source, Throttle,
        random_id,
    },
};

/// Looked up in every request, so not parsed in every request.
pub(super) static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A request whose observation has begun.
pub(super) struct Observed {
    pub(super) context: Context,
    /// Absent if nothing at all is noted of it.
    pub(super) recorder: Option<Recorder>,
    pub(super) request_id: RequestId,
}

/// What is known of a request before it is decided what is noted of it.
struct Start {
    /// Holds the span, or what its callees are to be told.
    context: Context,
    /// Of the span, if it is one of ours.
    recording: Option<Arc<Recording>>,
    method: Method,
    /// The exchange's.
    id: u128,
    request_id: RequestId,
    clock: Instant,
}

impl Observed {
    /// Starts the exchange's span; what is not sampled is only measured.
    pub(super) fn begin(setup: &Rc<Setup>, request: &mut ServiceRequest) -> Self {
        // Before the time of day, so that nothing inside ends after the exchange.
        let clock = Instant::now();
        let started: LazyCell<SystemTime> = LazyCell::new(SystemTime::now);
        let Setup { config, source, base, .. } = &**setup;
        let present = Present::among(request.headers());
        let extracted = (config.trust_inbound != TrustInbound::Ignore && present.has_context())
            .then(|| head::inbound(request.headers(), present).extract(source.propagation, base));
        let inbound = extracted.as_ref().unwrap_or(base);
        let method = Method::new(request.method().as_str());
        let ignored = setup.ignore.matches(&config.ignore_paths, request);
        let (context, recording) = if ignored {
            let trusted = config.trust_inbound == TrustInbound::Parent;
            (telemetry::unsampled(if trusted { inbound } else { base }), None)
        } else {
            telemetry::start_exchange(source, config, base, inbound, &method, &started)
        };
        let is_sampled = is_sampled(source, &context);
        // What a caller left out, it left out whole.
        let has_caller = || inbound.span().span_context().is_valid();
        let keep = !is_sampled && !ignored && config.keep.is_on() && !has_caller();
        let keeper = source.keeper.as_ref().filter(|_| keep).cloned();
        let id = random_id();
        let request_id = request_id(setup, request, present, id);
        let start = Start { context, recording, method, id, request_id, clock };
        if is_sampled || keeper.is_some() {
            start.record(setup, request, keeper, *started)
        } else {
            start.measure(setup, request)
        }
    }
}

impl Start {
    /// All of the exchange is noted.
    fn record(
        self,
        setup: &Rc<Setup>,
        request: &mut ServiceRequest,
        keeper: Option<Arc<Keeper>>,
        started: SystemTime,
    ) -> Observed {
        let Self { context, recording, method, id, request_id, clock } = self;
        let Setup { config, source, .. } = &**setup;
        let mut current = Current::new(id);
        current.request_id = request_id.as_given().map(Box::from);
        let current = Arc::new(current);
        let context = context.with_value(Scope {
            source: Arc::clone(source),
            config: Arc::clone(config),
            exchange: Some(Arc::clone(&current)),
        });
        keep(request, &context, &request_id, Some(&current));
        setup.routes.learn(request);
        setup.hooks.set_attributes(request, &context, &current);
        let capture = config.capture_policy.may_keep();
        let active = active(setup, request, &method);
        let opening = Opening {
            tee: payload::tee(request, config, capture, source.pipeline.budget(), &current),
            context: context.clone(),
            recording,
            current,
            setup: Rc::clone(setup),
            keeper,
            capture,
            clock,
            active,
        };
        let mut exchange = source.pipeline.spares().take();
        head::copy(request, method, &mut exchange.request);
        exchange.request_id = request_id.as_given().map(Box::from);
        exchange.started = started;
        let recorder = Recorder::full(Full::open(exchange, opening));
        Observed { context, recorder: Some(recorder), request_id }
    }

    /// What the metrics say is noted, if there are any.
    fn measure(self, setup: &Rc<Setup>, request: &ServiceRequest) -> Observed {
        let Self { context, method, request_id, clock, .. } = self;
        keep(request, &context, &request_id, None);
        let recorder = measure(setup, request, method, clock);
        Observed { context, recorder, request_id }
    }
}

/// Keeps with a request what whoever has only that at hand needs to find its exchange.
fn keep(
    request: &ServiceRequest,
    context: &Context,
    id: &RequestId,
    exchange: Option<&Arc<Current>>,
) {
    request.extensions_mut().insert(RequestContext {
        context: context.clone(),
        id: id.clone(),
        exchange: exchange.cloned(),
    });
}

/// Whether a context's span is sampled; says so if there is nobody who could.
fn is_sampled(source: &Source, context: &Context) -> bool {
    let span = context.span();
    let trace = span.span_context();
    if source.foreign && !trace.is_valid() {
        warn_of_missing_provider();
    }
    trace.is_sampled()
}

/// A record for metrics alone, if there are any.
fn measure(
    setup: &Rc<Setup>,
    request: &ServiceRequest,
    method: Method,
    clock: Instant,
) -> Option<Recorder> {
    let instruments = Arc::clone(setup.source.instruments.as_ref()?);
    setup.routes.learn(request);
    let active = active(setup, request, &method);
    let path = setup.config.clean_urls.is_some().then(|| request.path());
    let measured = Measured::of_request(
        method,
        head::is_https(request),
        head::version(request.version()),
        path,
        head::content_length(request.headers()),
    );
    let light = Light::new(measured, instruments, Rc::clone(setup), clock, active);
    Some(Recorder::light(light))
}

fn active(
    setup: &Setup,
    request: &ServiceRequest,
    method: &Method,
) -> Option<telemetry::ActiveRequest> {
    let instruments = setup.source.instruments.as_ref()?;
    Some(instruments.active_requests.begin(method, head::is_https(request)))
}

/// The caller's id of a request, if callers are trusted; else ours.
fn request_id(setup: &Setup, request: &ServiceRequest, present: Present, ours: u128) -> RequestId {
    let trusted = setup.config.trust_inbound == TrustInbound::Parent;
    let sent = (trusted && present.request_id).then(|| request.headers().get(&REQUEST_ID));
    sent.flatten()
        .and_then(|sent| RequestId::given(sent.as_bytes()))
        .unwrap_or(RequestId::Made(ours))
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

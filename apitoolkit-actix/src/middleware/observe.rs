//! How the observation of a request begins.

use std::{
    rc::Rc,
    sync::Arc,
    time::{Instant, SystemTime},
};

use actix_web::{HttpMessage as _, dev::ServiceRequest, http::header::HeaderName};
use opentelemetry::{Context, trace::TraceContextExt as _};

use super::{
    head, payload,
    recorder::{Full, Light, Opening, Recorder},
    setup::Setup,
};
use crate::{
    config::TrustInbound,
    exchange::{Method, RequestId},
    extract::HandlerSlot,
    telemetry::{self, Current, Measured, RequestContext, Scope, Throttle, random_id},
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

impl Observed {
    /// Starts the exchange's span; what is not sampled is only measured.
    pub(super) fn begin(setup: &Rc<Setup>, request: &mut ServiceRequest) -> Self {
        let (started, clock) = (SystemTime::now(), Instant::now());
        let config = &setup.config;
        let inbound = match config.trust_inbound {
            TrustInbound::Ignore => setup.base.clone(),
            TrustInbound::Parent | TrustInbound::Link => {
                head::inbound(request.headers()).extract(setup.source.propagation, &setup.base)
            }
        };
        let has_caller = inbound.span().span_context().is_valid();
        let method = Method::new(request.method().as_str());
        let id = random_id();
        let request_id = request_id(setup, request, id);
        let ignored = setup.ignore.matches(&config.ignore_paths, request);
        let context = if ignored {
            let trusted = config.trust_inbound == TrustInbound::Parent;
            telemetry::unsampled(if trusted { &inbound } else { &setup.base })
        } else {
            let (source, base) = (&setup.source, &setup.base);
            telemetry::start_exchange(source, config, base, inbound, &method, started)
        };
        let trace = context.span().span_context().clone();
        if setup.source.foreign && !trace.is_valid() {
            warn_of_missing_provider();
        }
        // What a caller left out, it left out whole.
        let keep = config.keep.is_on() && !ignored && !has_caller;
        let keeper = setup.source.keeper.as_ref().filter(|_| keep && !trace.is_sampled());
        if !trace.is_sampled() && keeper.is_none() {
            let kept = RequestContext { context: context.clone(), id: request_id.clone() };
            request.extensions_mut().insert(kept);
            let recorder = measure(setup, request, method, clock);
            return Self { context, recorder, request_id };
        }
        let current = Arc::new(Current::new(id));
        let context = context.with_value(Scope {
            source: Arc::clone(&setup.source),
            config: Arc::clone(config),
            exchange: Some(Arc::clone(&current)),
        });
        let kept = RequestContext { context: context.clone(), id: request_id.clone() };
        request.extensions_mut().insert(kept);
        setup.routes.learn(request);
        let slot = HandlerSlot::default();
        request.extensions_mut().insert(slot.clone());
        setup.hooks.set_attributes(request, &context, &current);
        let capture = config.capture_policy.may_keep();
        let active = active(setup, request, &method);
        let opening = Opening {
            tee: payload::tee(request, config, capture, setup.source.pipeline.budget(), &slot),
            context: context.clone(),
            current,
            setup: Rc::clone(setup),
            slot,
            keeper: keeper.cloned(),
            capture,
            clock,
        };
        let full = Full::open(head::request(request, method), &request_id, started, opening);
        Self { context, recorder: Some(Recorder::full(full, active)), request_id }
    }
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
    let light = Light::new(measured, instruments, Rc::clone(setup), clock);
    Some(Recorder::light(light, active))
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
fn request_id(setup: &Setup, request: &ServiceRequest, ours: u128) -> RequestId {
    let trusted = setup.config.trust_inbound == TrustInbound::Parent;
    let sent = request.headers().get(&REQUEST_ID).filter(|_| trusted);
    sent.and_then(|sent| RequestId::given(sent.as_bytes())).unwrap_or(RequestId::Made(ours))
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

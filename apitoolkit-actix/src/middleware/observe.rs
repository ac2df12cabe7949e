//! How the observation of a request begins.

use std::{
    rc::Rc,
    sync::Arc,
    time::{Instant, SystemTime},
};

use actix_web::{
    HttpMessage as _,
    dev::ServiceRequest,
    http::header::{HeaderName, HeaderValue},
};
use opentelemetry::{Context, baggage::BaggageExt as _, trace::TraceContextExt as _};

use super::{
    head::{self, Present},
    payload,
    recorder::{Full, Held, Light, Recorder, Watch},
    setup::Setup,
};
use crate::{
    config::TrustInbound,
    exchange::{AttributeValue as _, Method, RequestId, Value},
    semconv,
    telemetry::{self, Current, Measured, Notebook, RequestContext, Throttle, random_id},
};

/// Looked up in every request, so not parsed in every request.
pub(super) static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A request whose observation has begun.
pub(super) struct Observed {
    pub(super) context: Context,
    /// Absent if nothing at all is noted of it.
    pub(super) recorder: Option<Recorder>,
    /// There if the response is to have it.
    pub(super) request_id: Option<Box<HeaderValue>>,
}

/// The span of a request, begun.
struct Begun {
    context: Context,
    /// Absent if the request is not recorded.
    current: Option<Current>,
    /// There if it is, and its span is not ours.
    held: Option<Box<Held>>,
    /// By both clocks, if a span has begun.
    when: Option<(Instant, SystemTime)>,
}

impl Observed {
    /// Starts the exchange's span; what is not sampled is only measured.
    pub(super) fn begin(setup: &Rc<Setup>, request: &mut ServiceRequest) -> Self {
        let Setup { config, source, .. } = &**setup;
        let present = Present::among(request.headers());
        let method = Method::new(request.method().as_str());
        let id = random_id();
        let request_id = request_id(setup, request, present, id);
        let notebook = || Notebook::new(id, &request_id);
        let Begun { context, current, held, when } =
            Begun::of(setup, request, present, &method, notebook);
        let returned = config.return_request_id.then(|| header(&request_id)).flatten();
        let mut observed = Self { context, recorder: None, request_id: returned };
        let Some(current) = current else {
            keep(request, &observed.context, request_id);
            observed.recorder = measure(setup, request, method);
            return observed;
        };
        let mut exchange = source.pipeline.spares().take();
        exchange.id = id;
        exchange.request_id = request_id.as_given().map(Box::from);
        let (clock, started) = when.unwrap_or_else(now);
        exchange.started = started;
        keep(request, &observed.context, request_id);
        setup.routes.learn(request);
        setup.hooks.set_attributes(request, &observed.context, &current);
        let capture = config.capture_policy.may_keep();
        let active = active(setup, request, &method);
        head::copy(request, method, &mut exchange.request);
        let budget = source.pipeline.budget();
        let tee = payload::tee(request, config, capture, budget, &current);
        observed.recorder = Some(Recorder::full(Full {
            watch: Watch::default(),
            exchange,
            tee,
            current,
            held,
            setup: Rc::clone(setup),
            session: present.baggage.then(|| session(&observed.context)).flatten(),
            capture,
            clock,
            active,
        }));
        observed
    }
}

impl Begun {
    #[inline]
    fn of(
        setup: &Setup,
        request: &ServiceRequest,
        present: Present,
        method: &Method,
        notebook: impl Fn() -> Notebook,
    ) -> Self {
        let Setup { config, source, base, .. } = setup;
        let extracted = (config.trust_inbound != TrustInbound::Ignore && present.has_context())
            .then(|| head::inbound(request.headers(), present).extract(source.propagation, base));
        let inbound = extracted.as_ref().unwrap_or(base);
        let ignored = setup.ignore.matches(&config.ignore_paths, request);
        let mut when = None;
        let (context, current) = if ignored {
            let trusted = config.trust_inbound == TrustInbound::Parent;
            (telemetry::unsampled(if trusted { inbound } else { base }), None)
        } else {
            let now = || when.insert(now()).1;
            telemetry::start_exchange(source, config, base, inbound, method, now, &notebook)
        };
        let held = match current {
            Some(_) => None,
            None => held(setup, &context, inbound, ignored),
        };
        match (current, &held) {
            (None, Some(_)) => {
                let current = Current::without_own_span(notebook());
                let context = current.given_to(&context);
                Self { context, current: Some(current), held, when }
            }
            (current, _) => Self { context, current, held, when },
        }
    }
}

/// The span of a request that is to be recorded although it has none of ours: because it is somebody
/// else's, or because the exchange may be kept after all.
fn held(setup: &Setup, context: &Context, inbound: &Context, ignored: bool) -> Option<Box<Held>> {
    let Setup { config, source, .. } = setup;
    let is_sampled = source.foreign && is_sampled(context);
    // What a caller left out, it left out whole.
    let has_caller = || inbound.span().span_context().is_valid();
    let keep = !is_sampled && !ignored && config.keep.is_on() && !has_caller();
    let keeper = source.keeper.as_ref().filter(|_| keep).cloned();
    (is_sampled || keeper.is_some()).then(|| Box::new(Held { context: context.clone(), keeper }))
}

/// Keeps with a request what whoever has only that at hand needs to find its exchange.
fn keep(request: &ServiceRequest, context: &Context, id: RequestId) {
    request.extensions_mut().insert(RequestContext { context: context.clone(), id });
}

fn header(id: &RequestId) -> Option<Box<HeaderValue>> {
    HeaderValue::try_from(id.to_string()).ok().map(Box::new)
}

/// The session that a caller's baggage names.
fn session(context: &Context) -> Option<Box<Value>> {
    context.baggage().get(semconv::SESSION_ID)?.as_str().into_value().map(Box::new)
}

/// Whether a span of somebody else's is sampled; says so if there is nobody who could.
fn is_sampled(context: &Context) -> bool {
    let span = context.span();
    let trace = span.span_context();
    if !trace.is_valid() {
        warn_of_missing_provider();
    }
    trace.is_sampled()
}

/// The clock that never goes back before the time of day, so that nothing inside ends after the
/// exchange.
#[inline]
fn now() -> (Instant, SystemTime) {
    (Instant::now(), SystemTime::now())
}

/// A record for metrics alone, if there are any.
fn measure(setup: &Rc<Setup>, request: &ServiceRequest, method: Method) -> Option<Recorder> {
    let instruments = Arc::clone(setup.source.instruments.as_ref()?);
    let clock = Instant::now();
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

#[inline]
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

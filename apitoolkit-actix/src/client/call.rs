//! The record of one outgoing call, whichever client makes it.

mod record;

use std::{
    sync::{Arc, Mutex},
    time::{Instant, SystemTime},
};

use opentelemetry::{
    Context,
    trace::{SpanContext, TraceContextExt as _},
};

pub(super) use record::CallRecord;
use record::{Light, Recorded};

use super::options::Plan;
use crate::{
    exchange::{BodyBuffer, Call, Direction, Exchange, Method, Origin, PathParams, RequestHead},
    telemetry::{self, Current, Header, Measured, Outbound, OwnSpan, Scope},
};

/// What was seen of a request's body so far; a client may send it from another thread.
pub(super) type Tee = Arc<Mutex<BodyBuffer>>;

/// A request as its client has it.
pub(super) trait Sent {
    fn method(&self) -> &str;
    fn origin(&self) -> Origin;
    /// Copies the head, except for its method.
    fn copy(&self, head: &mut RequestHead);
}

/// A call whose observation has begun.
pub(super) struct Observed {
    /// What the callee is told of.
    context: Context,
    /// Absent if nothing at all is noted of it.
    pub(super) record: Option<CallRecord>,
}

/// Where a call is made, and as what.
pub(super) struct Place<'p> {
    pub(super) scope: &'p Scope,
    pub(super) parent: &'p Context,
    pub(super) sdk_type: &'static str,
    /// How many redirects led here.
    pub(super) resends: u32,
    /// When it began.
    pub(super) clock: Instant,
}

impl Place<'_> {
    /// Starts the call's span; what is not sampled is only measured. Without a result, nothing is to
    /// be said to the callee either.
    pub(super) fn observe(&self, request: &impl Sent, plan: &Plan) -> Option<Observed> {
        let Self { scope, parent, .. } = *self;
        if parent.is_telemetry_suppressed() {
            return None;
        }
        let method = Method::new(request.method());
        if is_left_out(parent.span().span_context()) {
            return Some(self.measure(request, method, plan, parent.clone()));
        }
        let started = SystemTime::now();
        let (context, own_span) =
            telemetry::start_call(&scope.source, &scope.config, parent, &method, started);
        let span = context.span();
        let trace = span.span_context();
        if !trace.is_valid() {
            return None;
        }
        if !trace.is_sampled() {
            return Some(self.measure(request, method, plan, context.clone()));
        }
        let mut exchange = scope.source.pipeline.spares().take();
        request.copy(&mut exchange.request);
        exchange.request.method = method;
        exchange.started = started;
        let record = CallRecord::recorded(self.open(exchange, plan, context.clone(), own_span));
        scope.source.pipeline.counters().create();
        Some(Observed { context: context.clone(), record: Some(record) })
    }

    /// Of a call that is not recorded.
    fn measure(
        &self,
        request: &impl Sent,
        method: Method,
        plan: &Plan,
        context: Context,
    ) -> Observed {
        let record = self.scope.source.instruments.as_ref().map(|instruments| {
            CallRecord::measured(Light {
                measured: Measured::of_call(method, request.origin(), plan.url_wildcard.clone()),
                instruments: Arc::clone(instruments),
                source: Arc::clone(&self.scope.source),
                config: Arc::clone(&self.scope.config),
                clock: self.clock,
            })
        });
        Observed { context, record }
    }

    /// `exchange` has the request's head.
    fn open(
        &self,
        mut exchange: Box<Exchange>,
        plan: &Plan,
        context: Context,
        own_span: Option<OwnSpan>,
    ) -> Recorded {
        exchange.id = telemetry::random_id();
        exchange.direction = Direction::Outgoing(Call {
            parent: Current::of(self.parent).map(|exchange| exchange.id),
            resends: self.resends,
            sdk_type: self.sdk_type,
        });
        if let Some(wildcard) = &plan.url_wildcard {
            let params = PathParams::of_pattern(path_of(wildcard), exchange.request.path());
            exchange.path_params = params;
            exchange.route = Some(Arc::clone(wildcard));
        }
        Recorded {
            exchange,
            tee: None,
            scope: self.scope.clone(),
            plan: plan.clone(),
            context,
            own_span,
            clock: self.clock,
            polled: false,
        }
    }
}

impl Observed {
    /// Gives each propagation header its value, or none, in place of those that are there.
    pub(super) fn tell(&self, scope: &Scope, header: impl FnMut(Header, Option<&[u8]>)) {
        Outbound::of(&self.context, scope.source.propagation).write(header);
    }
}

/// Whether a trace is one that its root left out.
fn is_left_out(trace: &SpanContext) -> bool {
    trace.is_valid() && !trace.is_sampled()
}

/// The path of a wildcard that is a whole URL.
fn path_of(wildcard: &str) -> &str {
    let Some((_, rest)) = wildcard.split_once("://") else { return wildcard };
    rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default()
}

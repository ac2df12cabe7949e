//! The record of one outgoing call, whichever client makes it.

mod record;

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant, SystemTime},
};

use opentelemetry::{Context, trace::TraceContextExt as _};

pub(super) use record::CallRecord;
use record::{Light, Recorded};

use super::options::Plan;
use crate::{
    exchange::{BodyBuffer, Call, Direction, Exchange, Method, PathParams, RequestHead},
    telemetry::{self, Measured, Outbound, Scope},
};

/// What was seen of a request's body so far; a client may send it from another thread.
pub(super) type Tee = Arc<Mutex<BodyBuffer>>;

/// How a call is to be observed.
pub(super) enum Observed {
    /// Not at all, and nothing is to be said to the callee.
    Not,
    /// By a metric, if there are any: its trace is not sampled.
    Measured(Outbound, Option<CallRecord>),
    /// By a span.
    Recorded(Outbound, CallRecord),
}

/// How much of a request's head is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    All,
    /// Whom it goes to: the rest may be left empty.
    Server,
}

/// Where a call is made, and as what.
pub(super) struct Place<'p> {
    pub(super) scope: &'p Scope,
    pub(super) parent: &'p Context,
    pub(super) sdk_type: &'static str,
    /// How many redirects led here.
    pub(super) resends: u32,
}

impl Place<'_> {
    /// Starts the call's span, unless its trace is not sampled.
    pub(super) fn observe(
        &self,
        method: &str,
        plan: &Plan,
        head: impl FnOnce(Method, Wanted) -> RequestHead,
    ) -> Observed {
        let Self { scope, parent, .. } = self;
        if parent.is_telemetry_suppressed() {
            return Observed::Not;
        }
        let method = Method::new(method);
        let (started, clock) = (SystemTime::now(), Instant::now());
        let trace = parent.span().span_context().clone();
        let context = if trace.is_valid() && !trace.is_sampled() {
            (*parent).clone()
        } else {
            telemetry::start_call(&scope.source, &scope.config, parent, &method, started)
        };
        let trace = context.span().span_context().clone();
        if !trace.is_valid() {
            return Observed::Not;
        }
        let outbound = Outbound::of(&context, scope.source.propagation);
        if trace.is_sampled() {
            let open = self.open(head(method, Wanted::All), plan, context, started, clock);
            scope.source.pipeline.counters().create();
            Observed::Recorded(outbound, CallRecord::recorded(open))
        } else {
            let measure = scope.source.instruments.as_ref().map(|_| {
                let measured =
                    Measured::of_call(&head(method, Wanted::Server), plan.url_wildcard.clone());
                CallRecord::measured(Light { measured, scope: (*scope).clone(), clock })
            });
            Observed::Measured(outbound, measure)
        }
    }

    fn open(
        &self,
        request: RequestHead,
        plan: &Plan,
        context: Context,
        started: SystemTime,
        clock: Instant,
    ) -> Box<Recorded> {
        let wildcard = plan.url_wildcard.clone();
        let path_params = match &wildcard {
            Some(wildcard) => PathParams::of_pattern(path_of(wildcard), request.path()),
            None => PathParams::default(),
        };
        let exchange = Exchange {
            id: telemetry::random_id(),
            request_id: None,
            direction: Direction::Outgoing(Call {
                parent: self.scope.exchange.as_ref().map(|exchange| exchange.id),
                resends: self.resends,
                sdk_type: self.sdk_type,
            }),
            request,
            request_body: BodyBuffer::default(),
            response: None,
            response_body: BodyBuffer::default(),
            route: wildcard,
            path_params,
            secret_query: false,
            errors: Vec::new(),
            attributes: Default::default(),
            failure: None,
            started,
            took: Duration::ZERO,
        };
        Box::new(Recorded {
            exchange,
            tee: None,
            scope: self.scope.clone(),
            plan: plan.clone(),
            context,
            clock,
            polled: false,
        })
    }
}

/// The path of a wildcard that is a whole URL.
fn path_of(wildcard: &str) -> &str {
    let Some((_, rest)) = wildcard.split_once("://") else { return wildcard };
    rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default()
}

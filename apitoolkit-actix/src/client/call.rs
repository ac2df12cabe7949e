//! The record of one outgoing call, whichever client makes it.

use std::{
    error::Error as StdError,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use bytes::Bytes;
use opentelemetry::{Context, trace::TraceContextExt as _};

use super::options::Plan;
use crate::{
    exchange::{
        BodyBuffer, Call, Direction, ErrorReport, Exchange, Failure, Method, PathParams,
        RequestHead, Reservation, ResponseHead, Retain,
    },
    telemetry::{self, Finished, Measured, Outbound, Scope},
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
            Observed::Recorded(outbound, CallRecord { open: Some(Open::Recorded(open)) })
        } else {
            let measure = scope.source.instruments.as_ref().map(|_| {
                let measured =
                    Measured::of_call(&head(method, Wanted::Server), plan.url_wildcard.clone());
                let light = Light { measured, scope: (*scope).clone(), clock };
                CallRecord { open: Some(Open::Measured(Box::new(light))) }
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

/// The record of one call in the making.
///
/// It finishes exactly once: by one of the methods that consume it, or by its drop, which means
/// that the caller lost interest.
#[derive(Debug)]
pub(super) struct CallRecord {
    open: Option<Open>,
}

#[derive(Debug)]
enum Open {
    Recorded(Box<Recorded>),
    Measured(Box<Light>),
}

/// What is noted of a call that is not recorded.
#[derive(Debug)]
struct Light {
    measured: Measured,
    scope: Scope,
    clock: Instant,
}

#[derive(Debug)]
struct Recorded {
    exchange: Exchange,
    tee: Option<Tee>,
    scope: Scope,
    plan: Plan,
    context: Context,
    clock: Instant,
    /// Whether anyone asked for the response body.
    polled: bool,
}

impl CallRecord {
    /// A body to note what is sent in, if anything is to be noted.
    pub(super) fn tee(&mut self) -> Option<Tee> {
        let Some(Open::Recorded(open)) = &mut self.open else { return None };
        let body = if open.plan.capture_request_body {
            let reservation = Reservation::empty(open.scope.source.pipeline.budget());
            BodyBuffer::capturing(open.plan.max_body_bytes, reservation)
        } else {
            BodyBuffer::default()
        };
        Some(Arc::clone(open.tee.insert(Arc::new(Mutex::new(body)))))
    }

    /// Notes how long a request body is that nobody looks into.
    pub(super) fn request_size(&mut self, bytes: u64) {
        if let Some(Open::Recorded(open)) = &mut self.open {
            open.exchange.request_body.count(bytes);
        }
    }

    /// The callee answered.
    pub(super) fn responded(&mut self, version: Option<&'static str>, head: ResponseHead) {
        match &mut self.open {
            Some(Open::Recorded(open)) => {
                open.exchange.request.version = version;
                open.exchange.response = Some(head);
                if open.plan.capture_response_body {
                    let reservation = Reservation::empty(open.scope.source.pipeline.budget());
                    open.exchange.response_body =
                        BodyBuffer::capturing(open.plan.max_body_bytes, reservation);
                }
            }
            Some(Open::Measured(light)) => light.measured.answered(head.status, version),
            None => {}
        }
    }

    /// Whether the response's headers are wanted.
    pub(super) fn wants_headers(&self) -> bool {
        matches!(self.open, Some(Open::Recorded(_)))
    }

    /// The response body is asked for more.
    pub(super) fn response_polled(&mut self) {
        if let Some(Open::Recorded(open)) = &mut self.open {
            open.polled = true;
        }
    }

    pub(super) fn response_chunk(&mut self, chunk: &Bytes) {
        if let Some(Open::Recorded(open)) = &mut self.open {
            open.exchange.response_body.push(chunk, Retain::Copy);
        }
    }

    /// The response body's stream ended: with the body, if all that was announced has come.
    pub(super) fn ended(mut self) {
        let is_short = match &mut self.open {
            Some(Open::Recorded(open)) => !open.exchange.end_response_body_unless_short(),
            _ => false,
        };
        self.finish(is_short.then_some(Failure::Body));
    }

    /// What follows the head is no body, but another protocol.
    pub(super) fn tunnelled(mut self) {
        self.finish(None);
    }

    /// There is no response body (more) to come.
    pub(super) fn completed(mut self) {
        if let Some(Open::Recorded(open)) = &mut self.open {
            open.exchange.response_body.end();
        }
        self.finish(None);
    }

    /// The response body's stream gave an error.
    pub(super) fn body_failed(mut self, error: &dyn StdError) {
        if let Some(Open::Recorded(open)) = &mut self.open {
            open.exchange.errors.push(ErrorReport::new("response body", error));
            open.exchange.response_body.fail();
        }
        self.finish(Some(Failure::Body));
    }

    /// The call got no answer. `word` is `error.type`, `error_type` the name of the error's type.
    pub(super) fn failed(
        mut self,
        word: &'static str,
        error_type: &'static str,
        error: &dyn StdError,
    ) {
        if let Some(Open::Recorded(open)) = &mut self.open {
            open.exchange.errors.push(ErrorReport::new(error_type, error));
        }
        self.finish(Some(Failure::Call(word)));
    }

    /// The call took longer than it may.
    pub(super) fn timed_out(mut self) {
        self.finish(Some(Failure::Call("timeout")));
    }

    fn finish(&mut self, failure: Option<Failure>) {
        match self.open.take() {
            Some(Open::Recorded(open)) => open.submit(failure),
            Some(Open::Measured(light)) => {
                let Light { measured, scope, clock } = *light;
                if let Some(instruments) = &scope.source.instruments {
                    let measured = measured.ended(failure, clock.elapsed());
                    scope.source.pipeline.measure(instruments, &scope.config, measured);
                }
            }
            None => {}
        }
    }
}

/// The caller dropped the call, or an answer whose body it did not want (all of).
impl Drop for CallRecord {
    fn drop(&mut self) {
        let cancelled = match &self.open {
            Some(Open::Recorded(open)) => open.exchange.response.is_none() || open.polled,
            Some(Open::Measured(light)) => !light.measured.is_answered(),
            None => return,
        };
        self.finish(cancelled.then_some(Failure::Cancelled));
    }
}

impl Recorded {
    fn submit(mut self: Box<Self>, failure: Option<Failure>) {
        self.exchange.took = self.clock.elapsed();
        if let Some(tee) = &self.tee {
            self.exchange.request_body =
                std::mem::take(&mut *tee.lock().unwrap_or_else(PoisonError::into_inner));
            self.exchange.end_request_body_if_whole();
        }
        self.exchange.failure = failure;
        let Self { exchange, scope, plan, context, .. } = *self;
        let finished = Finished {
            exchange: Box::new(exchange),
            context,
            config: scope.config,
            overlay: plan.overlay,
            instruments: scope.source.instruments.clone(),
            keeper: None,
            foreign: scope.source.foreign,
        };
        scope.source.pipeline.submit(finished);
    }
}

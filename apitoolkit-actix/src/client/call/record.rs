use std::{
    error::Error as StdError,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use bytes::Bytes;
use opentelemetry::Context;

use super::Tee;
use crate::{
    client::options::Plan,
    config::Config,
    exchange::{BodyBuffer, ErrorReport, Exchange, Failure, Form, Reservation, ResponseHead},
    telemetry::{Finished, Instruments, Measured, OwnSpan, Scope, Source, Unfinished},
};

/// The record of one call in the making.
///
/// It finishes exactly once: by one of the methods that consume it, or by its drop, which means
/// that the caller lost interest.
#[derive(Debug)]
pub(in crate::client) struct CallRecord {
    open: Option<Open>,
}

#[derive(Debug)]
enum Open {
    Recorded(Box<Recorded>),
    Measured(Box<Light>),
}

/// What is noted of a call that is not recorded.
#[derive(Debug)]
pub(super) struct Light {
    pub(super) measured: Measured,
    pub(super) instruments: Arc<Instruments>,
    pub(super) source: Arc<Source>,
    pub(super) config: Arc<Config>,
    pub(super) clock: Instant,
}

/// What is noted of a call that is recorded.
#[derive(Debug)]
pub(super) struct Recorded {
    pub(super) exchange: Box<Exchange>,
    pub(super) tee: Option<Tee>,
    pub(super) scope: Scope,
    pub(super) plan: Plan,
    pub(super) context: Context,
    /// The span, if it is one of ours.
    pub(super) own_span: Option<OwnSpan>,
    pub(super) clock: Instant,
    /// Whether anyone asked for the response body.
    pub(super) polled: bool,
}

impl CallRecord {
    pub(super) fn recorded(call: Recorded) -> Self {
        Self { open: Some(Open::Recorded(Box::new(call))) }
    }

    pub(super) fn measured(call: Light) -> Self {
        Self { open: Some(Open::Measured(Box::new(call))) }
    }

    /// A body to note what is sent in, if anything is to be noted.
    pub(in crate::client) fn tee(&mut self) -> Option<Tee> {
        let Some(Open::Recorded(open)) = &mut self.open else { return None };
        let body = if open.plan.capture_request_body {
            let reservation = Reservation::empty(open.scope.source.pipeline.budget());
            let form = Form::announced(&open.exchange.request.fields);
            BodyBuffer::capturing(open.plan.max_body_bytes, reservation, form)
        } else {
            BodyBuffer::default()
        };
        Some(Arc::clone(open.tee.insert(Arc::new(Mutex::new(body)))))
    }

    /// Notes how long a request body is that nobody looks into.
    pub(in crate::client) fn request_size(&mut self, bytes: u64) {
        if let Some(Open::Recorded(open)) = &mut self.open {
            open.exchange.request_body.count(bytes);
        }
    }

    /// The callee answered. `headers` are names, values, and whether those are marked sensitive.
    pub(in crate::client) fn responded<'h>(
        &mut self,
        version: Option<&'static str>,
        status: u16,
        headers: impl Iterator<Item = (&'h str, &'h [u8], bool)>,
    ) {
        match &mut self.open {
            Some(Open::Recorded(open)) => {
                open.exchange.request.version = version;
                let mut fields = open.exchange.take_response_fields();
                fields.extend(headers);
                let form = open.plan.capture_response_body.then(|| Form::announced(&fields));
                open.exchange.response = Some(ResponseHead { status, fields });
                if open.plan.capture_response_body {
                    let reservation = Reservation::empty(open.scope.source.pipeline.budget());
                    open.exchange.response_body = BodyBuffer::capturing(
                        open.plan.max_body_bytes,
                        reservation,
                        form.flatten(),
                    );
                }
            }
            Some(Open::Measured(light)) => light.measured.answered(status, version),
            None => {}
        }
    }

    /// Whether all of the call is noted, and not only what the metrics say.
    pub(in crate::client) fn is_recorded(&self) -> bool {
        matches!(self.open, Some(Open::Recorded(_)))
    }

    /// The response body is asked for more.
    pub(in crate::client) fn response_polled(&mut self) {
        if let Some(Open::Recorded(open)) = &mut self.open {
            open.polled = true;
        }
    }

    pub(in crate::client) fn response_chunk(&mut self, chunk: &Bytes) {
        if let Some(Open::Recorded(open)) = &mut self.open {
            open.exchange.response_body.push(chunk);
        }
    }

    /// The response body's stream ended: with the body, if all that was announced has come.
    pub(in crate::client) fn ended(mut self) {
        let is_short = match &mut self.open {
            Some(Open::Recorded(open)) => !open.exchange.end_response_body_unless_short(),
            _ => false,
        };
        self.finish(is_short.then_some(Failure::Body));
    }

    /// What follows the head is no body, but another protocol.
    pub(in crate::client) fn tunnelled(mut self) {
        self.finish(None);
    }

    /// There is no response body (more) to come.
    pub(in crate::client) fn completed(mut self) {
        if let Some(Open::Recorded(open)) = &mut self.open {
            open.exchange.response_body.end();
        }
        self.finish(None);
    }

    /// The response body's stream gave an error.
    pub(in crate::client) fn body_failed(mut self, error: &dyn StdError) {
        if let Some(Open::Recorded(open)) = &mut self.open {
            open.exchange.errors.push(ErrorReport::new("response body", error));
            open.exchange.response_body.fail();
        }
        self.finish(Some(Failure::Body));
    }

    /// The call got no answer. `word` is `error.type`, `error_type` the name of the error's type.
    pub(in crate::client) fn failed(
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
    pub(in crate::client) fn timed_out(mut self) {
        self.finish(Some(Failure::Call("timeout")));
    }

    fn finish(&mut self, failure: Option<Failure>) {
        match self.open.take() {
            Some(Open::Recorded(open)) => (*open).submit(failure),
            Some(Open::Measured(light)) => {
                let Light { measured, instruments, source, config, clock } = *light;
                let measured = measured.ended(failure, clock.elapsed());
                source.pipeline.measure(instruments, config, measured);
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
    fn submit(mut self, failure: Option<Failure>) {
        self.exchange.clock = Some((self.clock, Instant::now()));
        if let Some(tee) = &self.tee {
            self.exchange.request_body =
                std::mem::take(&mut *tee.lock().unwrap_or_else(PoisonError::into_inner));
            self.exchange.end_request_body_if_whole();
        }
        self.exchange.failure = failure;
        let Self { exchange, scope, plan, context, own_span, .. } = self;
        let finished = Finished {
            exchange,
            span: Unfinished::new(own_span, context),
            config: scope.config,
            overlay: plan.overlay,
            instruments: scope.source.instruments.clone(),
            keeper: None,
            foreign: scope.source.foreign,
        };
        scope.source.pipeline.submit(finished);
    }
}

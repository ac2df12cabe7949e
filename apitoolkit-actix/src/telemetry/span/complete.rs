use std::time::{Duration, SystemTime};

use opentelemetry::{
    Context, KeyValue,
    trace::{Status, TraceContextExt as _},
};

use super::{Bodies, Common, describe};
use crate::{
    config::{Config, Convention},
    exchange::{Failure, RedactedExchange},
    semconv,
    telemetry::{otlp::write_span, own_span::Ended},
};

/// An exchange whose span has ended, as it leaves.
#[derive(Debug)]
pub(crate) struct Leaving<'e> {
    exchange: &'e RedactedExchange<'e>,
    config: &'e Config,
    span: Ended<'e>,
    took: Duration,
    common: Common<'e>,
}

impl<'e> Leaving<'e> {
    /// Of one that took so long.
    pub(crate) fn new(
        exchange: &'e RedactedExchange<'e>,
        config: &'e Config,
        mut span: Ended<'e>,
        took: Duration,
        common: Common<'e>,
    ) -> Self {
        each_event(exchange, |name, when, about| span.event(name, when, about));
        if let Some(status) = status(exchange) {
            span.status(status);
        }
        Self { exchange, config, span, took, common }
    }

    /// Writes the span as OTLP has it.
    pub(crate) fn write(&mut self, bodies: Bodies, out: &mut Vec<u8>) {
        let Self { exchange, config, span, took, common } = self;
        write_span(out, span, name(exchange, config), *took, |attributes| {
            describe(exchange, config, bodies, common, attributes);
        });
    }

    /// How many bodies it has.
    pub(crate) fn bodies(&self) -> u64 {
        self.exchange.bodies().iter().filter(|body| body.content.is_some()).count() as u64
    }
}

/// Says it to a span that is not ours. `memory` is empty, and is so again.
pub(crate) fn tell(
    context: &Context,
    exchange: &RedactedExchange<'_>,
    config: &Config,
    memory: &mut Vec<KeyValue>,
) {
    let span = context.span();
    if let Some(name) = name(exchange, config) {
        span.update_name(name.concat());
    }
    describe(exchange, config, Bodies::Told, &mut Common::default(), memory);
    span.set_attributes(memory.drain(..));
    each_event(exchange, |name, when, about| span.add_event_with_timestamp(name, when, about));
    if let Some(status) = status(exchange) {
        span.set_status(status);
    }
}

/// The name of a span that was not known when it began, in parts.
fn name<'e>(exchange: &RedactedExchange<'e>, config: &Config) -> Option<[&'e str; 3]> {
    let route = exchange.route.filter(|_| config.convention == Convention::OpenTelemetry)?;
    Some([exchange.method.span_name(), " ", route])
}

fn status(exchange: &RedactedExchange<'_>) -> Option<Status> {
    let why = exchange.is_failed().then(|| exchange.failure_text().unwrap_or_default());
    why.map(|why| Status::error(why.to_owned()))
}

/// Of each error one, and one of a call that was cancelled.
fn each_event(
    exchange: &RedactedExchange<'_>,
    mut event: impl FnMut(&'static str, SystemTime, Vec<KeyValue>),
) {
    for error in &exchange.errors {
        let mut about = vec![
            KeyValue::new(semconv::EXCEPTION_TYPE, error.error_type),
            KeyValue::new(semconv::EXCEPTION_MESSAGE, error.message.clone()),
        ];
        let trace = error.stack_trace.as_ref();
        about
            .extend(trace.map(|trace| KeyValue::new(semconv::EXCEPTION_STACKTRACE, trace.clone())));
        event(semconv::EXCEPTION, error.when, about);
    }
    if exchange.failure == Some(Failure::Cancelled) {
        event(semconv::CANCELLED, SystemTime::now(), Vec::new());
    }
}

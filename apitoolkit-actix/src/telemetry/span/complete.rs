use std::{mem, time::SystemTime};

use opentelemetry::{
    Context, KeyValue,
    trace::{Status, TraceContextExt as _},
};

use super::attributes::Attributes;
use crate::{
    config::{Config, Convention},
    exchange::{Failure, RedactedExchange},
    redact::HeaderName,
    semconv,
    telemetry::own_span::Said,
};

/// What is to be said of an exchange's span, once it is redacted: core attributes first, headers
/// last, since a span keeps only its first 128.
pub(crate) fn describe(
    mut exchange: RedactedExchange,
    config: &Config,
    attributes: &mut Attributes,
) -> Said {
    let renamed = config.convention == Convention::OpenTelemetry;
    let route = exchange.route.as_ref().filter(|_| renamed);
    let name = route.map(|route| format!("{} {route}", exchange.method.span_name()).into());
    attributes.core(&exchange);
    if config.convention == Convention::ApiToolkit {
        attributes.apitoolkit(&mut exchange, config);
    }
    if let Some(name) = &config.service_name {
        attributes.text(semconv::SERVICE_NAME, name.clone());
    }
    attributes.texts(&mut exchange, config.convention);
    attributes.custom(mem::take(&mut exchange.attributes));
    let headers = mem::take(&mut exchange.request_headers);
    attributes.headers(headers, HeaderName::request_attribute);
    let headers = mem::take(&mut exchange.response_headers);
    attributes.headers(headers, HeaderName::response_attribute);
    Said {
        name,
        attributes: attributes.take(),
        events: events(&exchange),
        status: match exchange.is_failed() {
            true => Status::error(exchange.failure_text().unwrap_or_default().to_owned()),
            false => Status::Unset,
        },
    }
}

/// Says it to a span that is not ours, which has its method from the beginning, and returns the
/// memory of the attributes.
pub(crate) fn tell(context: &Context, said: Said) -> Attributes {
    let Said { name, mut attributes, events, status } = said;
    let span = context.span();
    if let Some(name) = name {
        span.update_name(name);
    }
    span.set_attributes(attributes.drain(..).skip(1));
    for (name, when, attributes) in events {
        span.add_event_with_timestamp(name, when, attributes);
    }
    if status != Status::Unset {
        span.set_status(status);
    }
    Attributes::in_memory(attributes)
}

/// Of each error one, and one of a call that was cancelled.
fn events(exchange: &RedactedExchange) -> Vec<(&'static str, SystemTime, Vec<KeyValue>)> {
    let errors = exchange.errors.iter().map(|error| {
        let mut event = vec![
            KeyValue::new(semconv::EXCEPTION_TYPE, error.error_type),
            KeyValue::new(semconv::EXCEPTION_MESSAGE, error.message.clone()),
        ];
        event.extend(
            error
                .stack_trace
                .as_ref()
                .map(|trace| KeyValue::new(semconv::EXCEPTION_STACKTRACE, trace.clone())),
        );
        (semconv::EXCEPTION, error.when, event)
    });
    let cancelled = exchange.failure == Some(Failure::Cancelled);
    let cancelled = cancelled.then(|| (semconv::CANCELLED, SystemTime::now(), Vec::new()));
    errors.chain(cancelled).collect()
}

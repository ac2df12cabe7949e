use opentelemetry::{
    Context, KeyValue,
    trace::{Status, TraceContextExt as _},
};

use super::attributes::Attributes;
use crate::{
    config::{Config, Convention},
    exchange::{Failure, RedactedExchange},
    semconv,
};

/// Writes a redacted exchange into its span: core attributes first, headers last, since a span
/// keeps only its first 128.
pub(crate) fn complete(context: &Context, exchange: &RedactedExchange, config: &Config) {
    let span = context.span();
    if config.convention == Convention::OpenTelemetry
        && let Some(route) = &exchange.route
    {
        span.update_name(format!("{} {route}", exchange.method.span_name()));
    }
    let mut attributes = Attributes::default();
    attributes.core(exchange);
    if config.convention == Convention::ApiToolkit {
        attributes.apitoolkit(exchange, config);
    }
    if let Some(name) = &config.service_name {
        attributes.text(semconv::SERVICE_NAME, name.clone());
    }
    attributes.bodies(exchange, config.convention);
    attributes.custom(&exchange.attributes);
    attributes.headers(semconv::REQUEST_HEADER, &exchange.request_headers);
    attributes.headers(semconv::RESPONSE_HEADER, &exchange.response_headers);
    span.set_attributes(attributes.into_vec());
    for error in &exchange.errors {
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
        span.add_event_with_timestamp(semconv::EXCEPTION, error.when, event);
    }
    if exchange.failure == Some(Failure::Cancelled) {
        span.add_event(semconv::CANCELLED, Vec::new());
    }
    if exchange.is_failed() {
        let description = exchange.failure_text().unwrap_or_default().to_owned();
        span.set_status(Status::error(description));
    }
}

use std::mem;

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
};

/// Writes a redacted exchange into its span: core attributes first, headers last, since a span
/// keeps only its first 128.
pub(crate) fn complete(
    context: &Context,
    mut exchange: RedactedExchange,
    config: &Config,
    attributes: &mut Attributes,
) {
    let span = context.span();
    if config.convention == Convention::OpenTelemetry
        && let Some(route) = &exchange.route
    {
        span.update_name(format!("{} {route}", exchange.method.span_name()));
    }
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
    span.set_attributes(attributes.drain());
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

//! Spans as the SDK has them.

use opentelemetry::{Array, KeyValue, Value, trace::SpanKind};
use opentelemetry_sdk::trace::SpanData;

use super::Queued;
use crate::semconv;

/// Whether a span is an exchange, as opposed to what happened inside one.
pub(crate) fn is_exchange(span: &SpanData) -> bool {
    // The first thing that is said of an exchange is its method.
    let first = span.attributes.first().map(|attribute| attribute.key.as_str());
    span.instrumentation_scope.name() == semconv::SCOPE
        && matches!(span.span_kind, SpanKind::Server | SpanKind::Client)
        && first == Some(semconv::HTTP_REQUEST_METHOD)
}

/// Takes the bodies out of a span's attributes; returns how many there were.
pub(super) fn shed_bodies(attributes: &mut Vec<KeyValue>) -> u64 {
    let before = attributes.len();
    attributes.retain(|attribute| !semconv::is_body(attribute.key.as_str()));
    (before - attributes.len()) as u64
}

/// About how much memory a span takes, in bytes.
pub(super) fn size_of_span(span: &SpanData) -> usize {
    let events: usize = span.events.iter().map(|event| size_of_attributes(&event.attributes)).sum();
    let links: usize = span.links.iter().map(|link| size_of_attributes(&link.attributes)).sum();
    size_of::<Queued>()
        + size_of::<SpanData>()
        + span.name.len()
        + size_of_attributes(&span.attributes)
        + events
        + links
}

fn size_of_attributes(attributes: &[KeyValue]) -> usize {
    attributes
        .iter()
        .map(|a| size_of::<KeyValue>() + a.key.as_str().len() + size_of_value(&a.value))
        .sum()
}

fn size_of_value(value: &Value) -> usize {
    match value {
        Value::String(text) => text.as_str().len(),
        Value::Array(Array::String(texts)) => {
            texts.iter().map(|text| size_of::<Value>() + text.as_str().len()).sum()
        }
        Value::Array(Array::I64(values)) => values.len() * 8,
        Value::Array(Array::F64(values)) => values.len() * 8,
        Value::Array(Array::Bool(values)) => values.len(),
        _ => 0,
    }
}

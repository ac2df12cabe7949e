use std::mem::size_of_val;

use opentelemetry::{Array, KeyValue, Value, trace::Status};
use opentelemetry_sdk::trace::SpanData;

use super::Record;

/// What an allocation takes beside what was asked for: its header, and rounding.
pub(super) const ALLOCATION: usize = 16;
/// What the lists of a store take for a record: its place in the ring, and in the indexes.
const INDEXES: usize = 128;

/// About how much memory a span takes while it is kept, in bytes.
///
/// Names of attributes are mostly constants of the program, and cost nothing.
pub(in crate::explorer) fn size_of_span(span: &SpanData) -> usize {
    let events: usize =
        span.events.iter().map(|e| size_of_val(e) + size_of_attributes(&e.attributes)).sum();
    let links: usize =
        span.links.iter().map(|l| size_of_val(l) + size_of_attributes(&l.attributes)).sum();
    let description = match &span.status {
        Status::Error { description } => description.len(),
        _ => 0,
    };
    size_of::<Record>()
        + INDEXES
        + ALLOCATION
        + span.name.len()
        + description
        + size_of_attributes(&span.attributes)
        + events
        + links
}

fn size_of_attributes(attributes: &[KeyValue]) -> usize {
    ALLOCATION + attributes.iter().map(|a| size_of_val(a) + size_of_value(&a.value)).sum::<usize>()
}

fn size_of_value(value: &Value) -> usize {
    let list = |bytes: usize| ALLOCATION + bytes;
    match value {
        Value::String(text) => ALLOCATION + text.as_str().len(),
        Value::Array(Array::String(texts)) => {
            let texts = texts.iter().map(|t| size_of_val(t) + ALLOCATION + t.as_str().len());
            list(texts.sum())
        }
        Value::Array(Array::I64(values)) => list(size_of_val(values.as_slice())),
        Value::Array(Array::F64(values)) => list(size_of_val(values.as_slice())),
        Value::Array(Array::Bool(values)) => list(values.len()),
        _ => 0,
    }
}

//! Spans that are larger than receivers take.

use opentelemetry_proto::tonic::{
    common::v1::{AnyValue, any_value},
    trace::v1::Span,
};
use prost::Message as _;

use crate::semconv;

/// No span is encoded to more than this.
pub(super) const MAX_SPAN: usize = 1024 * 1024;
/// Smaller attributes are not worth taking out one by one.
const LARGE_ATTRIBUTE: usize = 1024;

/// Takes bodies out of a span that is too large, then the largest of the rest until it fits. Returns
/// how many bodies there were.
pub(super) fn fit(span: &mut Span) -> u64 {
    let before = span.attributes.len();
    span.attributes.retain(|attribute| !semconv::is_body(&attribute.key));
    let bodies = before - span.attributes.len();
    // Identity, route and status come first and are small; what is large is what the app added.
    while span.encoded_len() > MAX_SPAN {
        let Some((largest, size)) =
            span.attributes.iter().map(prost::Message::encoded_len).enumerate().max_by_key(|e| e.1)
        else {
            break;
        };
        if size < LARGE_ATTRIBUTE {
            span.events.clear();
            break;
        }
        if let Some(attribute) = span.attributes.get_mut(largest) {
            attribute.value = Some(AnyValue {
                value: Some(any_value::Value::StringValue(format!("[omitted, {size} B]"))),
            });
        }
    }
    bodies as u64
}

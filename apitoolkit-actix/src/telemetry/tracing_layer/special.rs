//! Fields that describe the span itself, as `tracing-opentelemetry` has them.

use opentelemetry::{
    KeyValue, Value,
    trace::{SpanKind, Status},
};

/// `otel.name`, which need not be known at compile time.
pub(super) fn name(attributes: &mut Vec<KeyValue>) -> Option<String> {
    take(attributes, "otel.name")
}

/// `otel.kind`. Default: internal.
pub(super) fn kind(attributes: &mut Vec<KeyValue>) -> SpanKind {
    let kind = take(attributes, "otel.kind").map(|kind| kind.to_ascii_lowercase());
    match kind.as_deref() {
        Some("server") => SpanKind::Server,
        Some("client") => SpanKind::Client,
        Some("producer") => SpanKind::Producer,
        Some("consumer") => SpanKind::Consumer,
        _ => SpanKind::Internal,
    }
}

/// `otel.status_code` and `otel.status_description`; the latter alone means an error.
pub(super) fn status(attributes: &mut Vec<KeyValue>) -> Option<Status> {
    let code = take(attributes, "otel.status_code").map(|code| code.to_ascii_lowercase());
    let description = take(attributes, "otel.status_description");
    match (code.as_deref(), description) {
        (Some("ok"), _) => Some(Status::Ok),
        (Some("error"), description) => Some(Status::error(description.unwrap_or_default())),
        (None, Some(description)) => Some(Status::error(description)),
        _ => None,
    }
}

/// Takes an attribute out; absent if it is no text.
fn take(attributes: &mut Vec<KeyValue>, key: &str) -> Option<String> {
    let place = attributes.iter().position(|attribute| attribute.key.as_str() == key)?;
    match attributes.remove(place).value {
        Value::String(text) => Some(text.into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&'static str, &'static str)]) -> Vec<KeyValue> {
        pairs.iter().map(|&(key, value)| KeyValue::new(key, value)).collect()
    }

    #[test]
    fn what_describes_the_span_is_no_attribute_of_it() {
        let mut attributes = of(&[("a", "1"), ("otel.name", "n"), ("otel.kind", "CLIENT")]);
        assert_eq!(name(&mut attributes).as_deref(), Some("n"));
        assert_eq!(kind(&mut attributes), SpanKind::Client);
        assert_eq!(attributes, of(&[("a", "1")]));
        assert_eq!((name(&mut attributes), kind(&mut attributes)), (None, SpanKind::Internal));
    }

    #[test]
    fn statuses() {
        let status = |code: Option<&'static str>, description: Option<&'static str>| {
            let code = code.map(|code| KeyValue::new("otel.status_code", code));
            let text = description.map(|text| KeyValue::new("otel.status_description", text));
            status(&mut code.into_iter().chain(text).collect())
        };
        assert_eq!(status(None, None), None);
        assert_eq!(status(Some("OK"), Some("why")), Some(Status::Ok));
        assert_eq!(status(Some("ERROR"), None), Some(Status::error("")));
        assert_eq!(status(Some("Error"), Some("why")), Some(Status::error("why")));
        assert_eq!(status(None, Some("why")), Some(Status::error("why")));
        assert_eq!(status(Some("unset"), Some("why")), None);
    }
}

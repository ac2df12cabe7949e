use std::time::SystemTime;

use opentelemetry::{
    logs::AnyValue,
    trace::{SpanId, TraceId},
};
use opentelemetry_sdk::logs::SdkLogRecord;

use super::size::ALLOCATION;

/// A log record as it left.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::explorer) struct Line {
    pub(in crate::explorer) when: SystemTime,
    /// `TRACE` to `ERROR`, as `tracing` calls them; empty if the record has none.
    pub(in crate::explorer) level: &'static str,
    pub(in crate::explorer) text: String,
    /// Names and values as text, `code.*` among them.
    pub(in crate::explorer) attributes: Vec<(String, String)>,
    /// Zero outside of any trace.
    pub(in crate::explorer) trace_id: TraceId,
    /// Zero outside of any span.
    pub(in crate::explorer) span_id: SpanId,
}

impl Line {
    /// `scope` is where it was written: with `tracing`, the target.
    pub(in crate::explorer) fn of(record: &SdkLogRecord, scope: &str) -> Self {
        let target = record.target().map_or(scope, |target| target);
        let target = (!target.is_empty()).then(|| ("target".to_owned(), target.to_owned()));
        let attributes = record.attributes_iter();
        let attributes = attributes.map(|(key, value)| (key.to_string(), text_of(value)));
        let context = record.trace_context();
        Self {
            when: record
                .timestamp()
                .or_else(|| record.observed_timestamp())
                .unwrap_or_else(SystemTime::now),
            level: level_of(record.severity_text().unwrap_or_default()),
            text: record.body().map(text_of).unwrap_or_default(),
            attributes: target.into_iter().chain(attributes).collect(),
            trace_id: context.map_or(TraceId::INVALID, |context| context.trace_id),
            span_id: context.map_or(SpanId::INVALID, |context| context.span_id),
        }
    }

    /// About how much memory it takes, in bytes.
    pub(in crate::explorer) fn size(&self) -> usize {
        let attributes = self.attributes.iter();
        let attributes = attributes.map(|(key, value)| {
            size_of::<(String, String)>() + 2 * ALLOCATION + key.len() + value.len()
        });
        size_of::<Self>() + 3 * ALLOCATION + self.text.len() + attributes.sum::<usize>()
    }
}

/// A level by its name; empty if it is none of those.
pub(in crate::explorer) fn level_of(name: &str) -> &'static str {
    let levels = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR"];
    levels.into_iter().find(|level| level.eq_ignore_ascii_case(name)).unwrap_or_default()
}

fn text_of(value: &AnyValue) -> String {
    match value {
        AnyValue::String(text) => text.as_str().to_owned(),
        AnyValue::Int(value) => value.to_string(),
        AnyValue::Double(value) => value.to_string(),
        AnyValue::Boolean(value) => value.to_string(),
        AnyValue::Bytes(bytes) => format!("[{} B]", bytes.len()),
        AnyValue::ListAny(list) => {
            let parts: Vec<_> = list.iter().map(text_of).collect();
            format!("[{}]", parts.join(", "))
        }
        AnyValue::Map(map) => {
            let mut parts: Vec<_> =
                map.iter().map(|(key, value)| format!("{key}: {}", text_of(value))).collect();
            parts.sort_unstable();
            format!("{{{}}}", parts.join(", "))
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::logs::{LogRecord as _, Logger as _, LoggerProvider as _, Severity};
    use opentelemetry_sdk::logs::SdkLoggerProvider;

    use super::*;

    #[test]
    fn a_record_becomes_a_line() {
        let provider = SdkLoggerProvider::builder().build();
        let mut record = provider.logger("").create_log_record();
        record.set_timestamp(SystemTime::UNIX_EPOCH);
        record.set_severity_number(Severity::Warn);
        record.set_severity_text("WARN");
        record.set_body("low on stock".into());
        record.add_attribute("left", 3);
        record.add_attribute("all", vec![1, 2].into_iter().collect::<AnyValue>());
        record.set_trace_context(TraceId::from(1), SpanId::from(2), None);
        let expected = Line {
            when: SystemTime::UNIX_EPOCH,
            level: "WARN",
            text: "low on stock".to_owned(),
            attributes: [("target", "shop::stock"), ("left", "3"), ("all", "[1, 2]")]
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .to_vec(),
            trace_id: TraceId::from(1),
            span_id: SpanId::from(2),
        };
        assert_eq!(Line::of(&record, "shop::stock"), expected);
        assert!(expected.size() > 150 && expected.size() < 600, "{}", expected.size());
    }
}

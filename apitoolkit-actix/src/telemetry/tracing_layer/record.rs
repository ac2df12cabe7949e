//! Events as log records.

use std::time::SystemTime;

use opentelemetry::{
    Context, KeyValue, Value,
    logs::{AnyValue, LogRecord as _, Logger as _, Severity},
    trace::TraceContextExt as _,
};
use opentelemetry_sdk::logs::SdkLogger;
use tracing::{Level, Metadata};

use super::fields::Fields;
use crate::telemetry::exchange_ids::exchange_ids;

/// Emits what was read of an event that happened in `context`.
pub(super) fn emit(
    logger: &SdkLogger,
    metadata: &'static Metadata<'static>,
    context: &Context,
    fields: Fields<'_>,
) {
    let severity = severity(*metadata.level());
    if !logger.event_enabled(severity, metadata.target(), Some(metadata.name())) {
        return;
    }
    let mut record = logger.create_log_record();
    record.set_timestamp(SystemTime::now());
    record.set_severity_number(severity);
    record.set_severity_text(metadata.level().as_str());
    record.set_target(metadata.target());
    if let Some(name) = given_name(metadata) {
        record.set_event_name(name);
    }
    let span = context.span();
    let span = span.span_context();
    if span.is_valid() {
        record.set_trace_context(span.trace_id(), span.span_id(), Some(span.trace_flags()));
    }
    if let Some(message) = fields.message {
        record.set_body(message.into());
    }
    let ids = exchange_ids(context);
    for KeyValue { key, value, .. } in fields.attributes {
        let is_ours = ids.iter().any(|(own, _)| *own == key.as_str());
        if let Some(value) = any(value).filter(|_| !is_ours) {
            record.add_attribute(key, value);
        }
    }
    for (key, id) in ids {
        record.add_attribute(key, id);
    }
    logger.emit(record);
}

fn severity(level: Level) -> Severity {
    match level {
        Level::TRACE => Severity::Trace,
        Level::DEBUG => Severity::Debug,
        Level::INFO => Severity::Info,
        Level::WARN => Severity::Warn,
        Level::ERROR => Severity::Error,
    }
}

/// The name that the app gave an event, for what happens again and again. Without one, `tracing`
/// names it by its place, `event src/main.rs:7`.
fn given_name(metadata: &'static Metadata<'static>) -> Option<&'static str> {
    let name = metadata.name();
    let place = name.strip_prefix("event ");
    let is_place = place.zip(metadata.file()).is_some_and(|(place, file)| place.starts_with(file));
    (!is_place).then_some(name)
}

/// The four kinds of value that fields have.
fn any(value: Value) -> Option<AnyValue> {
    match value {
        Value::Bool(value) => Some(value.into()),
        Value::I64(value) => Some(value.into()),
        Value::F64(value) => Some(value.into()),
        Value::String(value) => Some(value.into()),
        _ => None,
    }
}

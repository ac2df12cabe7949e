//! The typed view of a received log record.

use std::time::SystemTime;

use opentelemetry_proto::tonic::logs::v1 as proto;

use super::{
    Attributes, Scope, Value,
    origin::{hex, time},
};

/// One log record as it was received.
///
/// ```no_run
/// use std::time::Duration;
/// use apitoolkit_actix::testing::Collector;
///
/// let collector = Collector::start()?;
/// let log = collector.wait_for_log(|log| log.severity == "ERROR", Duration::from_secs(5))?;
/// assert!(log.trace_id.is_some(), "not correlated: {log:?}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct LogRecord {
    /// Wall clock when it was written; `None` if the sender did not say.
    pub time: Option<SystemTime>,
    /// Wall clock when the sender's pipeline saw it; `None` if the sender did not say.
    pub observed: Option<SystemTime>,
    /// Severity as text, `INFO` for example.
    pub severity: String,
    /// OpenTelemetry's severity number, 1 (trace) to 24 (fatal), 0 if not said.
    pub severity_number: i32,
    /// The message.
    pub body: Value,
    /// The event's name, empty if it has none.
    pub event_name: String,
    /// The record's attributes.
    pub attributes: Attributes,
    /// The trace during which it was written: 32 lower-case hexadecimal digits.
    pub trace_id: Option<String>,
    /// The span during which it was written: 16 lower-case hexadecimal digits.
    pub span_id: Option<String>,
    /// The instrumentation scope that made it.
    pub scope: Scope,
    /// The attributes of the resource (service) that sent it.
    pub resource: Attributes,
}

impl LogRecord {
    /// The message, if it is text.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.body.as_str()
    }

    pub(super) fn from_proto(
        record: proto::LogRecord,
        scope: &Scope,
        resource: &Attributes,
    ) -> Self {
        let stated = |nanos| (nanos != 0).then(|| time(nanos));
        let id = |bytes: &[u8]| Some(hex(bytes)).filter(|id| !id.is_empty());
        Self {
            time: stated(record.time_unix_nano),
            observed: stated(record.observed_time_unix_nano),
            severity: record.severity_text,
            severity_number: record.severity_number,
            body: Value::from_proto(record.body),
            event_name: record.event_name,
            attributes: Attributes::from_proto(record.attributes),
            trace_id: id(&record.trace_id),
            span_id: id(&record.span_id),
            scope: scope.clone(),
            resource: resource.clone(),
        }
    }
}

use std::fmt;

use tracing::{Event, Subscriber};
use tracing_subscriber::{
    fmt::{
        FmtContext,
        format::{FormatEvent, FormatFields, Writer},
    },
    registry::LookupSpan,
};

use crate::telemetry::{TraceIds, trace_ids};

/// A format of log lines that shows which trace and span a line belongs to. [`with_trace_ids`] makes
/// one.
#[derive(Debug, Clone)]
pub struct WithTraceIds<F> {
    format: F,
}

/// Adds the ids of the current trace and span to the lines of a format: `trace_id=… span_id=…`
/// before a line of text, the members `trace_id` and `span_id` to a line that is a JSON object.
///
/// Lines from outside of any exchange, service or job stay as they are.
///
/// ```
/// use apitoolkit_actix::with_trace_ids;
/// use tracing_subscriber::{fmt, prelude::*};
///
/// let text = fmt::layer().map_event_format(with_trace_ids);
/// let json = fmt::layer().json().map_event_format(with_trace_ids);
/// # drop(tracing_subscriber::registry().with(text).with(json));
/// ```
pub fn with_trace_ids<F>(format: F) -> WithTraceIds<F> {
    WithTraceIds { format }
}

impl<S, N, F> FormatEvent<S, N> for WithTraceIds<F>
where
    S: Subscriber + for<'l> LookupSpan<'l>,
    N: for<'w> FormatFields<'w> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let Some(ids) = trace_ids() else {
            return self.format.format_event(context, writer, event);
        };
        // A writer of our own cannot be given colours, so a line that has some is formatted into the
        // given one; JSON has none.
        let is_plain = !writer.has_ansi_escapes() && writer.sanitizes_ansi_escapes();
        if is_plain || self.begins_with_brace(context, event) {
            let mut line = String::new();
            self.format.format_event(context, Writer::new(&mut line), event)?;
            if let Some(members) = members(&line) {
                return write_json(&mut writer, ids, members);
            }
            if is_plain {
                return write!(writer, "{ids} {line}");
            }
        }
        write!(writer, "{ids} ")?;
        self.format.format_event(context, writer, event)
    }
}

impl<F> WithTraceIds<F> {
    /// Whether a line may be JSON: told by its first byte, at which the format is stopped.
    fn begins_with_brace<S, N>(&self, context: &FmtContext<'_, S, N>, event: &Event<'_>) -> bool
    where
        S: Subscriber + for<'l> LookupSpan<'l>,
        N: for<'w> FormatFields<'w> + 'static,
        F: FormatEvent<S, N>,
    {
        let mut first = FirstByte(None);
        let _ = self.format.format_event(context, Writer::new(&mut first), event);
        first.0 == Some(b'{')
    }
}

/// The line, from behind its opening brace, if it is a JSON object.
fn members(line: &str) -> Option<&str> {
    let is_json = serde_json::from_str::<serde::de::IgnoredAny>(line).is_ok();
    line.strip_prefix('{').filter(|_| is_json)
}

fn write_json(writer: &mut Writer<'_>, ids: TraceIds, members: &str) -> fmt::Result {
    let separator = if members.trim_start().starts_with('}') { "" } else { "," };
    let (trace, span) = (ids.trace_id(), ids.span_id());
    write!(writer, r#"{{"trace_id":"{trace}","span_id":"{span}"{separator}{members}"#)
}

/// Takes the first byte and no more.
struct FirstByte(Option<u8>);

impl fmt::Write for FirstByte {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        match text.as_bytes() {
            [] => Ok(()),
            [first, ..] => {
                self.0 = Some(*first);
                Err(fmt::Error)
            }
        }
    }
}

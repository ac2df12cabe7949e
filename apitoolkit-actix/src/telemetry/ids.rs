use std::fmt;

use opentelemetry::{Context, SpanId, TraceId, trace::TraceContextExt as _};

use super::alive::has_context;

/// Which trace and span something happened in. See [`trace_ids`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TraceIds {
    trace_id: TraceId,
    span_id: SpanId,
}

/// The ids of the current span: the exchange's, or that of what runs inside of it.
///
/// Absent outside of any. An exchange that is not sampled has ids too.
///
/// ```
/// use apitoolkit_actix::trace_ids;
///
/// fn line(message: &str) -> String {
///     match trace_ids() {
///         Some(ids) => format!("{ids} {message}"),
///         None => message.to_owned(),
///     }
/// }
/// assert_eq!(line("outside of any request"), "outside of any request");
/// ```
#[must_use]
pub fn trace_ids() -> Option<TraceIds> {
    if !has_context() {
        return None;
    }
    Context::map_current(|context| {
        let span = context.span();
        let span = span.span_context();
        span.is_valid().then(|| TraceIds { trace_id: span.trace_id(), span_id: span.span_id() })
    })
}

impl TraceIds {
    /// The trace; its `Display` is 32 lower-case hexadecimal digits.
    #[must_use]
    pub fn trace_id(&self) -> TraceId {
        self.trace_id
    }

    /// The span; its `Display` is 16 lower-case hexadecimal digits.
    #[must_use]
    pub fn span_id(&self) -> SpanId {
        self.span_id
    }
}

/// `trace_id=… span_id=…`.
impl fmt::Display for TraceIds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "trace_id={} span_id={}", self.trace_id, self.span_id)
    }
}

use opentelemetry::trace::SpanKind;
use opentelemetry_sdk::trace::SpanData;

use crate::semconv;

/// What a span is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::explorer) enum Kind {
    /// A request to this service.
    Incoming,
    /// A call of this service to another.
    Outgoing,
    /// A function with a span of its own (`#[traced_service]`, `trace_service`, `trace_job`).
    Service,
    /// A database statement.
    Statement,
    /// Any other span, of `tracing` or of another library.
    Other,
}

impl Kind {
    pub(in crate::explorer) fn of(span: &SpanData) -> Self {
        let has = |key| span.attributes.iter().any(|attribute| attribute.key.as_str() == key);
        match span.span_kind {
            SpanKind::Server if has(semconv::HTTP_REQUEST_METHOD) => Self::Incoming,
            SpanKind::Client if has(semconv::HTTP_REQUEST_METHOD) => Self::Outgoing,
            _ if has(semconv::DB_SYSTEM_NAME) => Self::Statement,
            _ if has(semconv::APITOOLKIT_SERVICE) => Self::Service,
            _ => Self::Other,
        }
    }

    /// Whether it is a request and its answer.
    pub(in crate::explorer) fn is_exchange(self) -> bool {
        matches!(self, Self::Incoming | Self::Outgoing)
    }
}

//! From a protobuf message to typed views.

use bytes::Bytes;
use opentelemetry_proto::tonic::collector::{
    logs::v1::ExportLogsServiceRequest, metrics::v1::ExportMetricsServiceRequest,
    trace::v1::ExportTraceServiceRequest,
};
use prost::{
    DecodeError, Message as _,
    encoding::{self, DecodeContext, WireType},
};

use super::{LogRecord, Metric, Scope, Signal, Span, origin::resource};

/// The typed views of what one request carries.
#[derive(Debug)]
pub(super) enum Contents {
    Spans(Vec<Span>),
    Metrics(Vec<Metric>),
    Logs(Vec<LogRecord>),
    /// Only how many there are, for load tests.
    Counted(Signal, usize),
}

impl Contents {
    /// Decodes all of it, or only counts it if `keep` is false.
    pub(super) fn decode(signal: Signal, message: &[u8], keep: bool) -> Result<Self, DecodeError> {
        let contents = match signal {
            Signal::Traces | Signal::Logs if !keep => {
                count(message, &[1, 2, 2]).map(|count| Self::Counted(signal, count))
            }
            Signal::Traces => ExportTraceServiceRequest::decode(message).map(spans),
            Signal::Metrics => ExportMetricsServiceRequest::decode(message).map(metrics),
            Signal::Logs => ExportLogsServiceRequest::decode(message).map(logs),
        }?;
        Ok(contents)
    }

    pub(super) fn signal(&self) -> Signal {
        match self {
            Self::Spans(_) => Signal::Traces,
            Self::Metrics(_) => Signal::Metrics,
            Self::Logs(_) => Signal::Logs,
            Self::Counted(signal, _) => *signal,
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Spans(spans) => spans.len(),
            Self::Metrics(points) => points.len(),
            Self::Logs(records) => records.len(),
            Self::Counted(_, count) => *count,
        }
    }

    pub(super) fn truncate(&mut self, len: usize) {
        match self {
            Self::Spans(spans) => spans.truncate(len),
            Self::Metrics(points) => points.truncate(len),
            Self::Logs(records) => records.truncate(len),
            Self::Counted(_, count) => *count = len.min(*count),
        }
    }
}

fn spans(request: ExportTraceServiceRequest) -> Contents {
    let mut spans = Vec::new();
    for group in request.resource_spans {
        let resource = resource(group.resource);
        for group in group.scope_spans {
            let scope = Scope::from_proto(group.scope);
            spans.extend(group.spans.into_iter().map(|s| Span::from_proto(s, &scope, &resource)));
        }
    }
    Contents::Spans(spans)
}

fn metrics(request: ExportMetricsServiceRequest) -> Contents {
    let mut points = Vec::new();
    for group in request.resource_metrics {
        let resource = resource(group.resource);
        for group in group.scope_metrics {
            let scope = Scope::from_proto(group.scope);
            for metric in group.metrics {
                points.extend(Metric::from_proto(metric, &scope, &resource));
            }
        }
    }
    Contents::Metrics(points)
}

fn logs(request: ExportLogsServiceRequest) -> Contents {
    let mut records = Vec::new();
    for group in request.resource_logs {
        let resource = resource(group.resource);
        for group in group.scope_logs {
            let scope = Scope::from_proto(group.scope);
            let group = group.log_records.into_iter();
            records.extend(group.map(|record| LogRecord::from_proto(record, &scope, &resource)));
        }
    }
    Contents::Logs(records)
}

/// How many messages there are at this path of field numbers. Spans and log records are at the same
/// one, and a load test has no time to decode what it only counts.
fn count(message: &[u8], path: &[u32]) -> Result<usize, DecodeError> {
    let Some((field, path)) = path.split_first() else { return Ok(1) };
    let mut rest = message;
    let mut total = 0;
    while !rest.is_empty() {
        let (tag, wire_type) = encoding::decode_key(&mut rest)?;
        if tag == *field && wire_type == WireType::LengthDelimited {
            let mut inner = Bytes::new();
            encoding::bytes::merge(wire_type, &mut inner, &mut rest, DecodeContext::default())?;
            total += count(&inner, path)?;
        } else {
            encoding::skip_field(wire_type, tag, &mut rest, DecodeContext::default())?;
        }
    }
    Ok(total)
}

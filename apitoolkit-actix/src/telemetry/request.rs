//! Export requests no larger than a receiver takes.

use std::mem;

use bytes::Bytes;
use opentelemetry::InstrumentationScope;
use opentelemetry_proto::{
    tonic::{
        common::v1::InstrumentationScope as ProtoScope, resource::v1::Resource as ProtoResource,
        trace::v1::Span,
    },
    transform::common::tonic::ResourceAttributesWithSchema,
};
use opentelemetry_sdk::trace::SpanData;
use prost::Message as _;

use super::{
    chunk::SPAN,
    otlp::wire::{append, begin, field, field_len, tag},
    oversize::{self, MAX_SPAN},
    queue::{Queued, SpanQueue, is_exchange},
    source,
    stats::{DropReason, ShedReason},
};
use crate::exchange::Reservation;

/// No request is encoded to more than this: 4 MiB, what gRPC servers take unless told otherwise,
/// less room for the resource, the scopes and framing.
pub(crate) const MAX_REQUEST: usize = 4 * 1024 * 1024 - 128 * 1024;

/// `ExportTraceServiceRequest.resource_spans`.
const RESOURCE_SPANS: u8 = tag(1);
/// `ResourceSpans.resource`, `.scope_spans` and `.schema_url`.
const RESOURCE: u8 = tag(1);
const SCOPE_SPANS: u8 = tag(2);
const RESOURCE_SCHEMA: u8 = tag(3);
/// `ScopeSpans.scope` and `.schema_url`.
const SCOPE: u8 = tag(1);
const SCOPE_SCHEMA: u8 = tag(3);

/// One encoded request to a receiver, and what it is worth.
#[derive(Debug)]
pub(crate) struct TraceRequest {
    /// An `ExportTraceServiceRequest`, encoded once however often it is sent.
    pub(crate) body: Bytes,
    pub(crate) spans: u64,
    pub(crate) exchanges: u64,
    /// Holds the request's share of the byte budget until it is dropped.
    _reservations: Vec<Reservation>,
}

/// Packs spans into as few requests as their encoded sizes allow.
///
/// A span over 1 MiB loses its bodies; one that is still over is counted as lost.
pub(crate) fn pack(
    batch: Vec<Queued>,
    resource: &ResourceAttributesWithSchema,
    queue: &SpanQueue,
) -> Vec<TraceRequest> {
    let mut requests = Vec::new();
    let mut open = Open::default();
    let own_scope = source::scope();
    for queued in batch {
        let (scope, packed) = match queued {
            Queued::Exchanges(exchanges) => {
                let count = exchanges.len() as u64;
                let (fields, reservation) = exchanges.into_parts();
                (own_scope.clone(), Packed { fields, spans: count, exchanges: count, reservation })
            }
            Queued::Span(span, reservation) => {
                let scope = span.instrumentation_scope.clone();
                let Some(packed) = encode(*span, reservation, queue) else { continue };
                (scope, packed)
            }
        };
        if open.size + packed.fields.len() > MAX_REQUEST {
            requests.extend(mem::take(&mut open).close(resource));
        }
        open.add(scope, packed);
    }
    requests.extend(open.close(resource));
    requests
}

/// Encodes a span as a field of `ScopeSpans`. Absent if it is too large whatever is taken out.
fn encode(span: SpanData, reservation: Reservation, queue: &SpanQueue) -> Option<Packed> {
    let exchanges = u64::from(is_exchange(&span));
    let mut span = Span::from(span);
    let mut size = span.encoded_len();
    if size > MAX_SPAN {
        queue.counters().shed(ShedReason::Oversize, oversize::fit(&mut span));
        size = span.encoded_len();
    }
    if size > MAX_SPAN {
        queue.counters().drop_spans(1);
        queue.counters().drop_exchanges(DropReason::Oversize, exchanges);
        return None;
    }
    let mut fields = Vec::with_capacity(field_len(size));
    begin(&mut fields, SPAN, size);
    span.encode_raw(&mut fields);
    Some(Packed { fields, spans: 1, exchanges, reservation })
}

/// Encoded spans of one scope.
struct Packed {
    fields: Vec<u8>,
    spans: u64,
    exchanges: u64,
    reservation: Reservation,
}

/// A request that still has room.
#[derive(Default)]
struct Open {
    scopes: Vec<OpenScope>,
    reservations: Vec<Reservation>,
    size: usize,
    spans: u64,
    exchanges: u64,
}

/// The spans of one scope in a request.
struct OpenScope {
    scope: InstrumentationScope,
    fields: Vec<Vec<u8>>,
}

impl Open {
    fn add(&mut self, scope: InstrumentationScope, packed: Packed) {
        let Packed { fields, spans, exchanges, reservation } = packed;
        self.size += fields.len();
        self.spans += spans;
        self.exchanges += exchanges;
        self.reservations.push(reservation);
        match self.scopes.iter_mut().find(|open| open.scope == scope) {
            Some(open) => open.fields.push(fields),
            None => self.scopes.push(OpenScope { scope, fields: vec![fields] }),
        }
    }

    fn close(self, resource: &ResourceAttributesWithSchema) -> Option<TraceRequest> {
        if self.spans == 0 {
            return None;
        }
        let attributes = resource.attributes.0.clone();
        let encoded = ProtoResource { attributes, ..ProtoResource::default() }.encode_to_vec();
        let schema = resource.schema_url.as_deref().unwrap_or_default();
        let scopes: Vec<_> = self.scopes.into_iter().map(EncodedScope::new).collect();
        let of_scopes = scopes.iter().map(|scope| field_len(scope.length)).sum::<usize>();
        let length = field_len(encoded.len()) + of_scopes + filled_len(schema);
        let mut body = Vec::with_capacity(field_len(length));
        begin(&mut body, RESOURCE_SPANS, length);
        field(&mut body, RESOURCE, &encoded);
        scopes.iter().for_each(|scope| scope.write(&mut body));
        filled(&mut body, RESOURCE_SCHEMA, schema);
        Some(TraceRequest {
            body: body.into(),
            spans: self.spans,
            exchanges: self.exchanges,
            _reservations: self.reservations,
        })
    }
}

/// A `ScopeSpans` whose length is known.
struct EncodedScope {
    scope: Vec<u8>,
    fields: Vec<Vec<u8>>,
    schema: String,
    length: usize,
}

impl EncodedScope {
    fn new(open: OpenScope) -> Self {
        let OpenScope { scope, fields } = open;
        let schema = scope.schema_url().unwrap_or_default().to_owned();
        let scope = ProtoScope::from((scope, None)).encode_to_vec();
        let of_spans = fields.iter().map(Vec::len).sum::<usize>();
        let length = field_len(scope.len()) + of_spans + filled_len(&schema);
        Self { scope, fields, schema, length }
    }

    fn write(&self, out: &mut Vec<u8>) {
        begin(out, SCOPE_SPANS, self.length);
        field(out, SCOPE, &self.scope);
        self.fields.iter().for_each(|fields| append(out, fields));
        filled(out, SCOPE_SCHEMA, &self.schema);
    }
}

/// A text that is not written where it is empty.
fn filled(out: &mut Vec<u8>, tag: u8, text: &str) {
    if !text.is_empty() {
        field(out, tag, text.as_bytes());
    }
}

fn filled_len(text: &str) -> usize {
    if text.is_empty() { 0 } else { field_len(text.len()) }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use opentelemetry::trace::{
        SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState,
    };
    use opentelemetry_proto::tonic::{
        collector::trace::v1::ExportTraceServiceRequest,
        trace::v1::{ResourceSpans, ScopeSpans},
    };
    use opentelemetry_sdk::{
        Resource,
        trace::{SpanEvents, SpanLinks},
    };

    use super::*;
    use crate::{exchange::Budget, telemetry::watch::Watch};

    fn span(n: u64, scope: &InstrumentationScope) -> SpanData {
        let (trace, span) = (TraceId::from(u128::from(n)), SpanId::from(n));
        let state = TraceState::default();
        SpanData {
            span_context: SpanContext::new(trace, span, TraceFlags::SAMPLED, false, state),
            parent_span_id: SpanId::INVALID,
            parent_span_is_remote: false,
            span_kind: SpanKind::Internal,
            name: format!("span {n}").into(),
            start_time: SystemTime::UNIX_EPOCH,
            end_time: SystemTime::UNIX_EPOCH,
            attributes: Vec::new(),
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: SpanLinks::default(),
            status: Status::Unset,
            instrumentation_scope: scope.clone(),
        }
    }

    /// A request is what the generated code makes of the same spans, by scope.
    #[test]
    fn the_bytes_are_those_of_the_generated_code() {
        let (budget, watch) = (Budget::new(1 << 20), Watch::default());
        let queue = SpanQueue::new(9, 9, budget, Default::default(), watch);
        let scopes = [source::scope(), InstrumentationScope::builder("app").build()];
        let spans = [(1, 0), (2, 1), (3, 0), (4, 1)].map(|(n, at)| span(n, &scopes[at]));
        spans.iter().for_each(|span| queue.push(span.clone()));
        let resource = Resource::builder_empty().with_service_name("shop").build();
        let resource = ResourceAttributesWithSchema::from(&resource);
        let requests = pack(queue.take(), &resource, &queue);
        let [request] = &requests[..] else { panic!("{requests:?}") };
        assert_eq!((request.spans, request.exchanges), (4, 0));
        let scope_spans = scopes.iter().map(|scope| {
            let own = spans.iter().filter(|span| span.instrumentation_scope == *scope);
            ScopeSpans {
                scope: Some((scope, None).into()),
                spans: own.cloned().map(Into::into).collect(),
                schema_url: scope.schema_url().unwrap_or_default().to_owned(),
            }
        });
        let expected = ExportTraceServiceRequest {
            resource_spans: vec![ResourceSpans {
                resource: Some(ProtoResource {
                    attributes: resource.attributes.0.clone(),
                    ..ProtoResource::default()
                }),
                scope_spans: scope_spans.collect(),
                schema_url: String::new(),
            }],
        };
        assert_eq!(ExportTraceServiceRequest::decode(&*request.body).unwrap(), expected);
        assert!(*request.body == expected.encode_to_vec());
    }
}

//! Export requests no larger than a receiver takes.

use std::collections::HashMap;

use bytes::Bytes;
use opentelemetry::InstrumentationScope;
use opentelemetry_proto::{
    tonic::{
        collector::trace::v1::ExportTraceServiceRequest,
        common::v1::{AnyValue, any_value},
        resource::v1::Resource as ProtoResource,
        trace::v1::{ResourceSpans, ScopeSpans, Span},
    },
    transform::common::tonic::ResourceAttributesWithSchema,
};
use prost::Message as _;

use super::{
    queue::{Queued, SpanQueue, is_exchange},
    stats::{DropReason, ShedReason},
};
use crate::{exchange::Reservation, semconv};

/// No request is encoded to more than this: 4 MiB, what gRPC servers take unless told otherwise,
/// less room for the resource, the scopes and framing.
pub(crate) const MAX_REQUEST: usize = 4 * 1024 * 1024 - 128 * 1024;
/// No span is encoded to more than this.
const MAX_SPAN: usize = 1024 * 1024;
/// Tag and length of a span inside a request, at most.
const SPAN_OVERHEAD: usize = 8;

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
    for Queued { span, reservation } in batch {
        let exchange = is_exchange(&span);
        let scope = span.instrumentation_scope.clone();
        let mut span = Span::from(span);
        if span.encoded_len() > MAX_SPAN {
            shed(&mut span, queue);
        }
        let size = span.encoded_len() + SPAN_OVERHEAD;
        if size > MAX_SPAN {
            queue.counters().drop_spans(1);
            queue.counters().drop_exchanges(DropReason::Oversize, u64::from(exchange));
            continue;
        }
        if open.size + size > MAX_REQUEST {
            requests.extend(std::mem::take(&mut open).close(resource));
        }
        open.add(span, scope, size, exchange, reservation);
    }
    requests.extend(open.close(resource));
    requests
}

/// Takes bodies out of a span that is too large, then the largest of the rest until it fits.
fn shed(span: &mut Span, queue: &SpanQueue) {
    let before = span.attributes.len();
    span.attributes.retain(|attribute| !semconv::is_body(&attribute.key));
    let bodies = before - span.attributes.len();
    queue.counters().shed(ShedReason::Oversize, bodies as u64);
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
}

/// Smaller attributes are not worth taking out one by one.
const LARGE_ATTRIBUTE: usize = 1024;

/// A request that still has room.
#[derive(Default)]
struct Open {
    scopes: Vec<ScopeSpans>,
    index: HashMap<InstrumentationScope, usize>,
    reservations: Vec<Reservation>,
    size: usize,
    spans: u64,
    exchanges: u64,
}

impl Open {
    fn add(
        &mut self,
        span: Span,
        scope: InstrumentationScope,
        size: usize,
        exchange: bool,
        reservation: Reservation,
    ) {
        let at = *self.index.entry(scope).or_insert_with_key(|scope| {
            self.scopes.push(ScopeSpans {
                schema_url: scope.schema_url().unwrap_or_default().to_owned(),
                scope: Some((scope, None).into()),
                spans: Vec::new(),
            });
            self.scopes.len() - 1
        });
        if let Some(scope) = self.scopes.get_mut(at) {
            scope.spans.push(span);
        }
        self.reservations.push(reservation);
        self.size += size;
        self.spans += 1;
        self.exchanges += u64::from(exchange);
    }

    fn close(self, resource: &ResourceAttributesWithSchema) -> Option<TraceRequest> {
        if self.spans == 0 {
            return None;
        }
        let message = ExportTraceServiceRequest {
            resource_spans: vec![ResourceSpans {
                resource: Some(ProtoResource {
                    attributes: resource.attributes.0.clone(),
                    ..ProtoResource::default()
                }),
                scope_spans: self.scopes,
                schema_url: resource.schema_url.clone().unwrap_or_default(),
            }],
        };
        Some(TraceRequest {
            body: message.encode_to_vec().into(),
            spans: self.spans,
            exchanges: self.exchanges,
            _reservations: self.reservations,
        })
    }
}

//! What of a message the typed views do not show.

use opentelemetry_proto::tonic::{
    collector::{logs::v1::ExportLogsServiceRequest, trace::v1::ExportTraceServiceRequest},
    common::v1::InstrumentationScope,
    resource::v1::Resource,
    trace::v1::Span,
};
use prost::Message;

use crate::testing::Signal;

/// The message without the texts that [`places`](super::places) names, so that these are not
/// searched twice: nearly nothing is left. `None` if the message holds more than this build knows,
/// or is written in another way, and has to be searched as it is.
pub(super) fn of(signal: Signal, raw: &[u8]) -> Option<Vec<u8>> {
    match signal {
        Signal::Traces => {
            let mut message: ExportTraceServiceRequest = exact(raw)?;
            for group in &mut message.resource_spans {
                strip_resource(&mut group.resource);
                for group in &mut group.scope_spans {
                    strip_scope(&mut group.scope);
                    group.spans.iter_mut().for_each(strip_span);
                }
            }
            Some(message.encode_to_vec())
        }
        Signal::Logs => {
            let mut message: ExportLogsServiceRequest = exact(raw)?;
            for group in &mut message.resource_logs {
                strip_resource(&mut group.resource);
                for group in &mut group.scope_logs {
                    strip_scope(&mut group.scope);
                    for record in &mut group.log_records {
                        record.severity_text.clear();
                        record.event_name.clear();
                        record.body = None;
                        record.attributes.clear();
                    }
                }
            }
            Some(message.encode_to_vec())
        }
        // Small, and their views show less.
        Signal::Metrics => None,
    }
}

/// The message, if encoding it again gives the same bytes: then it holds nothing else.
fn exact<M: Message + Default>(raw: &[u8]) -> Option<M> {
    M::decode(raw).ok().filter(|message| message.encode_to_vec() == raw)
}

fn strip_resource(resource: &mut Option<Resource>) {
    if let Some(resource) = resource {
        resource.attributes.clear();
    }
}

fn strip_scope(scope: &mut Option<InstrumentationScope>) {
    if let Some(scope) = scope {
        scope.name.clear();
        scope.version.clear();
        scope.attributes.clear();
    }
}

fn strip_span(span: &mut Span) {
    span.name.clear();
    span.trace_state.clear();
    span.attributes.clear();
    if let Some(status) = &mut span.status {
        status.message.clear();
    }
    for event in &mut span.events {
        event.name.clear();
        event.attributes.clear();
    }
    for link in &mut span.links {
        link.attributes.clear();
    }
}

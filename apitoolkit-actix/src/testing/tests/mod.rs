//! The collector against plain clients over real connections.

mod export;
mod faults;
mod lifecycle;
mod otlp_http;
mod secrets;
mod tree;
mod views;
mod wait;

use std::time::Duration;

use opentelemetry_proto::tonic::{
    collector::trace::v1::{
        ExportTraceServiceRequest, ExportTraceServiceResponse,
        trace_service_client::TraceServiceClient,
    },
    common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value::Value as ProtoValue},
    resource::v1::Resource,
    trace::v1 as proto,
};
use tonic::transport::{Channel, Endpoint};

use super::Collector;

/// Long enough for a busy machine; nothing waits for it unless it fails.
const SOON: Duration = Duration::from_secs(10);
/// Long enough to see that nothing comes.
const NOT_YET: Duration = Duration::from_millis(60);
/// Long enough for other things to happen first, also on a busy machine.
const LATER: Duration = Duration::from_millis(500);

fn collector() -> Collector {
    Collector::start().expect("starts")
}

fn channel(collector: &Collector) -> Channel {
    Endpoint::from_shared(collector.endpoint()).expect("valid").connect_lazy()
}

fn client(collector: &Collector) -> TraceServiceClient<Channel> {
    TraceServiceClient::new(channel(collector)).max_encoding_message_size(usize::MAX)
}

async fn export(
    collector: &Collector,
    request: ExportTraceServiceRequest,
) -> Result<ExportTraceServiceResponse, tonic::Status> {
    client(collector).export(request).await.map(tonic::Response::into_inner)
}

fn any(value: ProtoValue) -> Option<AnyValue> {
    Some(AnyValue { value: Some(value) })
}

fn text(key: &str, value: &str) -> KeyValue {
    attribute(key, ProtoValue::StringValue(value.to_owned()))
}

fn attribute(key: &str, value: ProtoValue) -> KeyValue {
    KeyValue { key: key.to_owned(), value: any(value), ..KeyValue::default() }
}

fn span(name: &str) -> proto::Span {
    proto::Span {
        trace_id: vec![0xab; 16],
        span_id: vec![0xcd; 8],
        name: name.to_owned(),
        kind: proto::span::SpanKind::Server.into(),
        start_time_unix_nano: 1_000_000_000,
        end_time_unix_nano: 1_250_000_000,
        ..proto::Span::default()
    }
}

fn traces(spans: Vec<proto::Span>) -> ExportTraceServiceRequest {
    let scope = InstrumentationScope {
        name: "tests".to_owned(),
        version: "1.0".to_owned(),
        ..InstrumentationScope::default()
    };
    let resource =
        Resource { attributes: vec![text("service.name", "shop")], ..Resource::default() };
    let scope_spans =
        vec![proto::ScopeSpans { scope: Some(scope), spans, ..proto::ScopeSpans::default() }];
    let resource_spans = vec![proto::ResourceSpans {
        resource: Some(resource),
        scope_spans,
        ..proto::ResourceSpans::default()
    }];
    ExportTraceServiceRequest { resource_spans }
}

fn named(names: &[&str]) -> ExportTraceServiceRequest {
    traces(names.iter().map(|name| span(name)).collect())
}

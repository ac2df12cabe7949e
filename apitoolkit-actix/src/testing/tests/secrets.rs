//! Secrets in what really arrives.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use opentelemetry_proto::tonic::{
    collector::{
        logs::v1::{ExportLogsServiceRequest, logs_service_client::LogsServiceClient},
        metrics::v1::{ExportMetricsServiceRequest, metrics_service_client::MetricsServiceClient},
    },
    common::v1::{KeyValueList, any_value::Value as ProtoValue},
    logs::v1 as logs,
    metrics::v1 as metrics,
    trace::v1 as proto,
};
use prost::Message as _;
use tonic::Request;

use super::{
    any, attribute, channel, client, collector, export, named, otlp_http, span, text, traces,
};
use crate::testing::Encoding;

#[tokio::test]
async fn a_secret_is_found_where_it_stands() {
    let collector = collector();
    let mut leaky = span("GET /");
    leaky.attributes = vec![text("http.request.body", "eyJwIjoiaHVudGVyMi1jYW5hcnkifQ==")];
    export(&collector, traces(vec![leaky])).await.unwrap();
    let leak = collector.find_secret("HUNTER2-canary").unwrap();
    assert_eq!(leak.place, "span \"GET /\" attribute \"http.request.body\"");
    assert_eq!((leak.request, leak.encodings.as_slice()), (0, &[Encoding::Base64][..]));
    let words = "traces, request 0, span \"GET /\" attribute \"http.request.body\", base64: \
                 {\\\"p\\\":\\\"<secret>\\\"}";
    assert!(leak.to_string().starts_with(words), "{leak}");
    collector.assert_absent("hunter3-canary");
}

#[tokio::test]
async fn the_api_key_is_allowed_where_it_belongs() {
    let collector = collector();
    let mut message = named(&["a"]);
    let resource = message.resource_spans[0].resource.as_mut().unwrap();
    resource.attributes.push(text("at-project-key", "key-4711"));
    let mut request = Request::new(message.clone());
    request.metadata_mut().insert("x-api-key", "key-4711".parse().unwrap());
    client(&collector).export(request).await.unwrap();

    collector.assert_absent_except("key-4711", &["X-Api-Key", "at-project-key"]);
    let leak = collector.find_secret_except("key-4711", &["x-api-key"]).unwrap();
    assert_eq!(leak.place, "resource attribute \"at-project-key\"");
    let leak = collector.find_secret("key-4711").unwrap();
    assert_eq!(leak.place, "header \"x-api-key\"");

    // Elsewhere the same key is a leak even when it is allowed there.
    message.resource_spans[0].schema_url = "http://h/?k=key-4711".to_owned();
    export(&collector, message).await.unwrap();
    let leak = collector.find_secret_except("key-4711", &["x-api-key", "at-project-key"]).unwrap();
    assert_eq!((leak.request, leak.place.as_str()), (1, "raw message"));
}

#[tokio::test]
#[should_panic(expected = "the secret \"hunt…\" (14 bytes) leaked: traces, request 0, span")]
async fn asserting_the_absence_of_a_present_secret_panics() {
    let collector = collector();
    export(&collector, named(&["GET /?p=hunter2-canary"])).await.unwrap();
    collector.assert_absent("hunter2-canary");
}

#[test]
#[should_panic(expected = "a secret of 5 bytes would be found by accident")]
fn short_secrets_are_refused() {
    collector().assert_absent("short");
}

#[tokio::test]
async fn every_corner_of_a_span_is_searched() {
    let secret = "hunter2-canary";
    let encoded = STANDARD.encode(secret);
    let event = |name: &str, attributes| proto::span::Event {
        name: name.to_owned(),
        attributes,
        ..proto::span::Event::default()
    };
    let link = |trace_state: &str, attributes| proto::span::Link {
        trace_state: trace_state.to_owned(),
        attributes,
        ..proto::span::Link::default()
    };
    let status = proto::Status { message: encoded.clone(), ..proto::Status::default() };
    let bytes = ProtoValue::BytesValue(encoded.clone().into());
    let map = ProtoValue::KvlistValue(KeyValueList { values: vec![text("k", &encoded)] });
    let corners = [
        proto::Span { trace_state: encoded.clone(), ..span("tracestate") },
        proto::Span { status: Some(status), ..span("status") },
        proto::Span { attributes: vec![text(&encoded, "v")], ..span("key") },
        proto::Span { attributes: vec![attribute("k", bytes)], ..span("bytes") },
        proto::Span { attributes: vec![attribute("k", map)], ..span("map") },
        proto::Span { events: vec![event(&encoded, vec![])], ..span("event") },
        proto::Span { events: vec![event("e", vec![text("k", &encoded)])], ..span("in event") },
        proto::Span { links: vec![link(&encoded, vec![])], ..span("link tracestate") },
        proto::Span { links: vec![link("", vec![text("k", &encoded)])], ..span("in link") },
        span(&encoded),
    ];
    for corner in corners {
        let name = corner.name.clone();
        let collector = collector();
        export(&collector, traces(vec![span("clean"), corner])).await.unwrap();
        let leak = collector.find_secret(secret).unwrap_or_else(|| panic!("missed: {name}"));
        assert_eq!(leak.encodings, [Encoding::Base64], "{leak}");
    }
}

#[tokio::test]
async fn numbers_are_searched_as_text() {
    let collector = collector();
    let mut paid = span("pay");
    paid.attributes = vec![
        attribute("int", ProtoValue::IntValue(4_111_111_111_111_111)),
        attribute("double", ProtoValue::DoubleValue(5_500_000_000_000_004.0)),
    ];
    export(&collector, traces(vec![paid])).await.unwrap();
    for (card, key) in [("4111111111111111", "int"), ("5500000000000004", "double")] {
        let leak = collector.find_secret(card).unwrap();
        assert_eq!(leak.place, format!("span \"pay\" attribute {key:?}"));
    }
}

#[tokio::test]
async fn logs_and_metrics_are_searched() {
    let collector = collector();
    let map = ProtoValue::KvlistValue(KeyValueList { values: vec![text("k", "log-canary")] });
    let record = logs::LogRecord { body: any(map), ..logs::LogRecord::default() };
    let scope_logs =
        vec![logs::ScopeLogs { log_records: vec![record], ..logs::ScopeLogs::default() }];
    let resource_logs = vec![logs::ResourceLogs { scope_logs, ..logs::ResourceLogs::default() }];
    let logs = ExportLogsServiceRequest { resource_logs };
    LogsServiceClient::new(channel(&collector)).export(logs).await.unwrap();
    let leak = collector.find_secret("log-canary").unwrap();
    assert_eq!(leak.place, "log record body attribute \"k\"");

    // Exemplars have no view: found in the raw message.
    let exemplar = metrics::Exemplar {
        filtered_attributes: vec![text("k", &STANDARD.encode("metric-canary"))],
        ..metrics::Exemplar::default()
    };
    let point = metrics::NumberDataPoint {
        exemplars: vec![exemplar],
        ..metrics::NumberDataPoint::default()
    };
    let gauge = metrics::Gauge { data_points: vec![point] };
    let metric = metrics::Metric {
        data: Some(metrics::metric::Data::Gauge(gauge)),
        ..metrics::Metric::default()
    };
    let scope_metrics =
        vec![metrics::ScopeMetrics { metrics: vec![metric], ..metrics::ScopeMetrics::default() }];
    let resource_metrics =
        vec![metrics::ResourceMetrics { scope_metrics, ..metrics::ResourceMetrics::default() }];
    let metrics = ExportMetricsServiceRequest { resource_metrics };
    MetricsServiceClient::new(channel(&collector)).export(metrics).await.unwrap();
    let leak = collector.find_secret("metric-canary").unwrap();
    assert_eq!((leak.request, leak.place.as_str()), (1, "raw message"));
}

#[test]
fn fields_that_nobody_knows_are_searched() {
    let collector = collector();
    let mut message = named(&["a"]).encode_to_vec();
    prost::encoding::string::encode(99, &STANDARD.encode("unknown-canary"), &mut message);
    let response = otlp_http::post(&collector, &message).unwrap();
    assert_eq!(response.status(), "200");
    assert_eq!(collector.spans().len(), 1);
    let leak = collector.find_secret("unknown-canary").unwrap();
    assert_eq!(
        (leak.place.as_str(), leak.encodings.as_slice()),
        ("raw message", &[Encoding::Base64][..])
    );
}

#[tokio::test]
#[should_panic(expected = "the secret \"seco…\" (13 bytes) leaked: traces, request 0")]
async fn many_secrets_are_searched_at_once() {
    let collector = collector();
    export(&collector, named(&["second-canary", "key-4711"])).await.unwrap();
    collector.assert_all_absent(&["first-canary", "third-canary"], &[]);
    collector.assert_all_absent(&["first-canary", "second-canary"], &[]);
}

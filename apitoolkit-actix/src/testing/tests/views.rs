//! The typed views.

use std::time::Duration;

use opentelemetry_proto::tonic::{
    collector::{
        logs::v1::{ExportLogsServiceRequest, logs_service_client::LogsServiceClient},
        metrics::v1::{ExportMetricsServiceRequest, metrics_service_client::MetricsServiceClient},
    },
    common::v1::{AnyValue, ArrayValue, KeyValueList, any_value::Value as ProtoValue},
    logs::v1 as logs,
    metrics::v1 as metrics,
    trace::v1 as proto,
};
use serde_json::json;

use super::{SOON, any, attribute, channel, collector, export, span, text, traces};
use crate::testing::{Kind, MetricKind, StatusCode, Temporality, Value};

fn strings(values: &[&str]) -> ProtoValue {
    let one = |value: &&str| AnyValue { value: Some(ProtoValue::StringValue((*value).to_owned())) };
    ProtoValue::ArrayValue(ArrayValue { values: values.iter().map(one).collect() })
}

fn full_span() -> proto::Span {
    let map = KeyValueList { values: vec![text("z", "1"), text("a", "2")] };
    proto::Span {
        parent_span_id: vec![1; 8],
        trace_state: "k=v".to_owned(),
        flags: 0x101,
        attributes: vec![
            text("http.route", "/users/{id}"),
            attribute("http.response.status_code", ProtoValue::IntValue(500)),
            attribute("sampled", ProtoValue::BoolValue(true)),
            attribute("ratio", ProtoValue::DoubleValue(0.5)),
            attribute("nan", ProtoValue::DoubleValue(f64::NAN)),
            attribute("http.request.header.accept", strings(&["a", "b"])),
            attribute("bytes", ProtoValue::BytesValue(vec![0, 255])),
            attribute("map", ProtoValue::KvlistValue(map)),
            text("http.request.body", "eyJhIjoxfQ=="),
            text("http.response.body.content", "plain"),
            text("http.route", "again"),
        ],
        events: vec![proto::span::Event {
            time_unix_nano: 1_100_000_000,
            name: "exception".to_owned(),
            attributes: vec![text("exception.type", "Boom")],
            ..proto::span::Event::default()
        }],
        links: vec![proto::span::Link {
            trace_id: vec![2; 16],
            span_id: vec![3; 8],
            attributes: vec![text("why", "retry")],
            ..proto::span::Link::default()
        }],
        status: Some(proto::Status {
            code: proto::status::StatusCode::Error.into(),
            message: "boom".to_owned(),
        }),
        ..span("GET /users/{id}")
    }
}

#[tokio::test]
async fn a_span_in_full() {
    let collector = collector();
    export(&collector, traces(vec![full_span()])).await.unwrap();
    let spans = collector.spans_named("GET /users/{id}");
    let span = &spans[0];
    assert_eq!(span.kind, Kind::Server);
    assert_eq!(span.trace_id, "abababababababababababababababab");
    assert_eq!(span.span_id, "cdcdcdcdcdcdcdcd");
    assert_eq!(span.parent_span_id.as_deref(), Some("0101010101010101"));
    assert_eq!(span.duration(), Duration::from_millis(250));
    assert_eq!((span.status.code, span.status.message.as_str()), (StatusCode::Error, "boom"));
    assert_eq!(span.str_attr("http.route"), Some("/users/{id}"));
    assert_eq!(span.int_attr("http.response.status_code"), Some(500));
    assert_eq!(span.str_attr("http.response.status_code"), None);
    assert_eq!(span.bool_attr("sampled"), Some(true));
    assert_eq!(span.attr("ratio").and_then(Value::as_double), Some(0.5));
    assert_eq!(span.strings_attr("http.request.header.accept"), Some(vec!["a", "b"]));
    assert_eq!(span.strings_attr("http.route"), None);
    assert_eq!(span.attr("absent"), None);
    assert_eq!(span.attributes.duplicates(), ["http.route"]);
    assert_eq!(span.attributes.len(), 11);
    assert_eq!(span.request_body().as_deref(), Some(&b"{\"a\":1}"[..]));
    assert_eq!(span.body("response").as_deref(), Some(&b"plain"[..]));
    assert_eq!(span.body("neither"), None);
    assert_eq!(span.events_named("exception").count(), 1);
    assert_eq!(span.events[0].attributes.str("exception.type"), Some("Boom"));
    assert_eq!(span.links[0].span_id, "0303030303030303");
    assert_eq!((span.scope.name.as_str(), span.scope.version.as_str()), ("tests", "1.0"));
    assert_eq!(span.resource.str("service.name"), Some("shop"));
    assert_eq!(collector.trace("ABABABABABABABABABABABABABABABAB").len(), 1);
    assert_eq!(collector.trace("00").len(), 0);
}

#[tokio::test]
async fn a_span_as_json() {
    let collector = collector();
    export(&collector, traces(vec![full_span()])).await.unwrap();
    let span = &collector.spans()[0];
    let stable = json!({
        "name": "GET /users/{id}",
        "kind": "SERVER",
        "trace_state": "k=v",
        "status": { "code": "Error", "message": "boom" },
        "attributes": {
            "http.route": "/users/{id}",
            "http.route (again)": "again",
            "http.response.status_code": "*",
            "sampled": true,
            "ratio": 0.5,
            "nan": "NaN",
            "http.request.header.accept": ["a", "b"],
            "bytes": { "bytes": "AP8=" },
            "map": { "a": "2", "z": "1" },
            "http.request.body": "eyJhIjoxfQ==",
            "http.response.body.content": "plain",
        },
        "events": [{ "name": "exception", "attributes": { "exception.type": "*" } }],
        "links": [{ "attributes": { "why": "retry" } }],
        "scope": { "name": "tests", "version": "1.0" },
    });
    let masked = ["http.response.status_code", "exception.type", "absent"];
    assert_eq!(span.to_stable_json(&masked), stable);

    let whole = span.to_json();
    assert_eq!(whole["trace_id"], "abababababababababababababababab");
    assert_eq!(whole["end_unix_nanos"], 1_250_000_000);
    assert_eq!(whole["resource"], json!({ "service.name": "shop" }));
    let keys: Vec<_> = whole.as_object().unwrap().keys().cloned().collect();
    assert!(keys.is_sorted(), "{keys:?}");
}

#[tokio::test]
async fn a_marker_in_place_of_a_body_is_returned_as_it_is() {
    let collector = collector();
    let mut withheld = span("a");
    withheld.attributes = vec![text("http.request.body", "[CLIENT_REDACTED] too deep")];
    export(&collector, traces(vec![withheld])).await.unwrap();
    let body = collector.spans()[0].request_body().unwrap();
    assert_eq!(body, b"[CLIENT_REDACTED] too deep");
    assert_eq!(collector.spans()[0].response_body(), None);
}

#[tokio::test]
async fn a_log_record() {
    let collector = collector();
    let record = logs::LogRecord {
        observed_time_unix_nano: 5,
        severity_number: 9,
        severity_text: "INFO".to_owned(),
        body: any(ProtoValue::StringValue("hello".to_owned())),
        attributes: vec![text("k", "v")],
        trace_id: vec![7; 16],
        ..logs::LogRecord::default()
    };
    let scope_logs =
        vec![logs::ScopeLogs { log_records: vec![record], ..logs::ScopeLogs::default() }];
    let resource_logs = vec![logs::ResourceLogs { scope_logs, ..logs::ResourceLogs::default() }];
    LogsServiceClient::new(channel(&collector))
        .export(ExportLogsServiceRequest { resource_logs })
        .await
        .unwrap();
    let log = collector.wait_for_log(|log| log.message() == Some("hello"), SOON).unwrap();
    assert_eq!((log.severity.as_str(), log.severity_number), ("INFO", 9));
    assert_eq!(log.trace_id.as_deref(), Some("07070707070707070707070707070707"));
    assert_eq!((log.time, log.span_id.as_deref()), (None, None));
    assert!(log.observed.is_some());
    assert_eq!(log.attributes.str("k"), Some("v"));
    assert_eq!(collector.logs().len(), 1);
}

#[tokio::test]
async fn metric_points() {
    let collector = collector();
    let number = |value| metrics::NumberDataPoint {
        attributes: vec![text("k", "v")],
        value: Some(metrics::number_data_point::Value::AsInt(value)),
        ..metrics::NumberDataPoint::default()
    };
    let sum = metrics::Sum {
        data_points: vec![number(3), number(4)],
        aggregation_temporality: metrics::AggregationTemporality::Cumulative.into(),
        is_monotonic: true,
    };
    let histogram = metrics::Histogram {
        data_points: vec![metrics::HistogramDataPoint {
            count: 2,
            sum: Some(0.3),
            min: Some(0.1),
            max: Some(0.2),
            bucket_counts: vec![1, 1, 0],
            explicit_bounds: vec![0.15, 0.5],
            ..metrics::HistogramDataPoint::default()
        }],
        aggregation_temporality: metrics::AggregationTemporality::Delta.into(),
    };
    let metric = |name: &str, data| metrics::Metric {
        name: name.to_owned(),
        unit: "s".to_owned(),
        data: Some(data),
        ..metrics::Metric::default()
    };
    let scope_metrics = vec![metrics::ScopeMetrics {
        metrics: vec![
            metric("dropped", metrics::metric::Data::Sum(sum)),
            metric("duration", metrics::metric::Data::Histogram(histogram)),
        ],
        ..metrics::ScopeMetrics::default()
    }];
    let resource_metrics =
        vec![metrics::ResourceMetrics { scope_metrics, ..metrics::ResourceMetrics::default() }];
    MetricsServiceClient::new(channel(&collector))
        .export(ExportMetricsServiceRequest { resource_metrics })
        .await
        .unwrap();

    assert_eq!(collector.counters().metric_points, 3);
    let newest = collector.wait_for_metric_async("dropped", |_| true, SOON).await.unwrap();
    assert_eq!((newest.kind, newest.sum, newest.count), (MetricKind::Counter, Some(4.0), None));
    assert_eq!(newest.temporality, Some(Temporality::Cumulative));
    assert_eq!(newest.attributes.str("k"), Some("v"));
    let point = &collector.metrics_named("duration")[0];
    assert_eq!((point.kind, point.unit.as_str()), (MetricKind::Histogram, "s"));
    assert_eq!((point.sum, point.count), (Some(0.3), Some(2)));
    assert_eq!((point.min, point.max), (Some(0.1), Some(0.2)));
    assert_eq!(
        (point.bounds.as_slice(), point.buckets.as_slice()),
        (&[0.15, 0.5][..], &[1, 1, 0][..])
    );
    assert_eq!(collector.metrics().len(), 3);
}

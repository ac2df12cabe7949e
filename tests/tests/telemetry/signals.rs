//! Metrics and logs beside traces, and the ways they travel.

use std::{collections::BTreeMap, time::Duration};

use apitoolkit_actix::{
    Compression, Protocol,
    testing::{Code, Collector, Fault, MetricKind, Signal, Temporality, Transport},
};

use crate::support::{SOON, builder, collector, exchanges, failed_parts, pair, record, span_with};

/// The newest value of each series of a metric, by reason.
fn by_reason(collector: &Collector, name: &str) -> BTreeMap<String, f64> {
    let points = collector.metrics_named(name);
    assert!(!points.is_empty(), "no points of {name}");
    points
        .into_iter()
        .map(|point| {
            assert_eq!(point.kind, MetricKind::Counter);
            assert_eq!(point.temporality, Some(Temporality::Cumulative));
            assert_eq!(point.attributes.len(), 1);
            (point.attributes.str("reason").unwrap().to_owned(), point.sum.unwrap())
        })
        .collect()
}

#[test]
fn what_was_lost_at_the_very_end_is_told_by_metrics() {
    let (collector, telemetry) = pair(|b| b.shutdown_timeout(Duration::from_secs(2)));
    collector.script([
        Fault::fail(Code::ResourceExhausted, "full").on(Signal::Traces),
        Fault::fail(Code::Unavailable, "down").on(Signal::Traces).forever(),
    ]);
    exchanges(&telemetry, 2, "ok");
    assert_eq!(failed_parts(telemetry.flush()), ["traces"]);
    let rejected = telemetry.stats().exchanges_dropped();
    exchanges(&telemetry, 3, "ok");
    assert_eq!(failed_parts(telemetry.shutdown()), ["traces"]);
    let expected = [
        ("budget", 0.0),
        ("forked", 0.0),
        ("internal", 0.0),
        ("oversize", 0.0),
        ("queue_full", 0.0),
        ("rejected", rejected as f64),
        ("shutdown", (5 - rejected) as f64),
        ("spool_damaged", 0.0),
        ("spool_full", 0.0),
    ];
    let expected: BTreeMap<_, _> = expected.into_iter().map(|(k, v)| (k.to_owned(), v)).collect();
    assert!(rejected > 0);
    assert_eq!(by_reason(&collector, "apitoolkit.exchanges.dropped"), expected);
    let point = &collector.metrics_named("apitoolkit.exchanges.dropped")[0];
    assert_eq!(
        (point.unit.as_str(), point.scope.name.as_str()),
        ("{exchange}", "apitoolkit-actix")
    );
}

#[test]
fn shed_bodies_are_told_by_metrics() {
    let (collector, telemetry) = pair(|b| b);
    span_with(&telemetry, "http.request.body", "x".repeat(2 * 1024 * 1024));
    telemetry.shutdown().unwrap();
    let expected = [("budget", 0.0), ("oversize", 1.0), ("queue_full", 0.0)];
    let expected = BTreeMap::from(expected.map(|(reason, bodies)| (reason.to_owned(), bodies)));
    assert_eq!(by_reason(&collector, "apitoolkit.bodies.shed"), expected);
}

#[test]
fn metrics_of_the_app_leave_at_the_interval_that_the_environment_gives() {
    use opentelemetry::metrics::MeterProvider as _;
    let collector = collector();
    let telemetry =
        builder(&collector).environment([("OTEL_METRIC_EXPORT_INTERVAL", "50")]).build().unwrap();
    telemetry.meter_provider().meter("test").u64_counter("orders").build().add(7, &[]);
    let point = collector.wait_for_metric("orders", |_| true, SOON).unwrap();
    assert_eq!((point.sum, point.resource.str("service.name")), (Some(7.0), Some("tests")));
    telemetry.shutdown().unwrap();
}

#[test]
fn more_metrics_than_one_message_holds_are_split() {
    use opentelemetry::{KeyValue, metrics::MeterProvider as _};
    let (collector, telemetry) = pair(|b| b);
    let meter = telemetry.meter_provider().meter("test");
    let long = "v".repeat(1_000);
    for instrument in 0..8 {
        let counter = meter.u64_counter(format!("wide.{instrument}")).build();
        for series in 0..1_000 {
            counter.add(1, &[KeyValue::new("series", format!("{series}{long}"))]);
        }
    }
    telemetry.shutdown().unwrap();
    let counters = collector.counters();
    assert_eq!(counters.oversize_requests, 0);
    assert!(counters.largest_message <= 4 * 1024 * 1024, "{}", counters.largest_message);
    assert!(counters.metric_requests >= 2, "{}", counters.metric_requests);
    for instrument in 0..8 {
        assert_eq!(collector.metrics_named(&format!("wide.{instrument}")).len(), 1_000);
    }
}

#[test]
fn log_records_leave_through_the_logger_provider() {
    let (collector, telemetry) = pair(|b| b);
    record(&telemetry, "hello");
    let log = collector.wait_for_log(|_| true, SOON).unwrap();
    assert_eq!((log.message(), log.severity.as_str()), (Some("hello"), "INFO"));
    assert_eq!(log.scope.name, "test");
    assert_eq!(log.resource.str("service.name"), Some("tests"));
    telemetry.shutdown().unwrap();
    assert_eq!(collector.logs().len(), 1);
}

#[test]
fn by_either_protocol_with_and_without_compression() {
    for protocol in [Protocol::Grpc, Protocol::HttpProtobuf] {
        for compression in [None, Some(Compression::Gzip)] {
            let collector = collector();
            let (endpoint, transport) = match protocol {
                Protocol::Grpc => (collector.endpoint(), Transport::Grpc),
                _ => (collector.http_endpoint(), Transport::Http),
            };
            let mut builder = builder(&collector).endpoint(endpoint).protocol(protocol);
            if let Some(compression) = compression {
                builder = builder.compression(compression);
            }
            let telemetry = builder.build().unwrap();
            exchanges(&telemetry, 4, "ok");
            record(&telemetry, "hello");
            telemetry.shutdown().unwrap();
            let counters = collector.counters();
            assert_eq!((counters.spans, counters.log_records), (4, 1));
            assert!(counters.metric_points > 0);
            let signals: Vec<_> = collector
                .requests()
                .iter()
                .map(|request| {
                    assert_eq!(request.transport(), transport);
                    assert_eq!(request.encoding(), compression.map(|_| "gzip"));
                    request.signal()
                })
                .collect();
            for signal in [Signal::Traces, Signal::Metrics, Signal::Logs] {
                assert!(signals.contains(&signal), "{signal}");
            }
        }
    }
}

#[test]
fn over_http_a_busy_receiver_is_tried_again() {
    let collector = collector();
    let telemetry = builder(&collector)
        .endpoint(collector.http_endpoint())
        .protocol(Protocol::HttpProtobuf)
        .build()
        .unwrap();
    collector.script([Fault::fail(Code::Unavailable, "busy").on(Signal::Traces).times(2)]);
    exchanges(&telemetry, 2, "ok");
    telemetry.shutdown().unwrap();
    let stats = telemetry.stats();
    assert_eq!((stats.exchanges_exported(), stats.exchanges_dropped()), (2, 0));
    assert_eq!(collector.spans().len(), 2);
}

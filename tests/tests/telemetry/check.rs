//! `Telemetry::check()`: whether a span gets through, and why not, in words.

use std::time::{Duration, Instant};

use apitoolkit_actix::{CheckError, Protocol};

use crate::support::{SLACK, builder, collector, pair};

#[test]
fn a_span_gets_through_without_being_counted() {
    let (collector, telemetry) = pair(|b| b);
    assert_eq!(telemetry.check(), Ok(()));
    let names: Vec<_> = collector.spans().into_iter().map(|span| span.name).collect();
    assert_eq!(names, ["apitoolkit.check"]);
    let stats = telemetry.stats();
    assert_eq!((stats.exchanges_created(), stats.spans_exported()), (0, 0));
}

#[test]
fn nothing_listens() {
    for protocol in [Protocol::Grpc, Protocol::HttpProtobuf] {
        let collector = collector();
        let endpoint = match protocol {
            Protocol::Grpc => collector.endpoint(),
            _ => collector.http_endpoint(),
        };
        let telemetry = builder(&collector)
            .endpoint(&endpoint)
            .protocol(protocol)
            .shutdown_timeout(Duration::from_millis(100))
            .build()
            .unwrap();
        collector.stop();
        let why = format!("{endpoint}: connection refused: nothing listens there");
        assert_eq!(telemetry.check(), Err(CheckError::Refused(why)));
    }
}

#[test]
fn the_other_protocols_port_is_recognised_and_named() {
    let collector = collector();
    for (endpoint, protocol, says) in [
        (collector.http_endpoint(), Protocol::Grpc, "does not speak gRPC"),
        (collector.endpoint(), Protocol::HttpProtobuf, "does not speak HTTP/1.1"),
    ] {
        let telemetry = builder(&collector)
            .endpoint(&endpoint)
            .protocol(protocol)
            .shutdown_timeout(Duration::from_millis(100))
            .build()
            .unwrap();
        let Err(CheckError::Refused(why)) = telemetry.check() else { panic!("refused") };
        let found = why.contains(&format!("what listens there {says}"));
        assert!(found && why.starts_with(&endpoint), "{why}");
        assert!(why.contains("4317") && why.contains("4318"), "{why}");
    }
}

#[test]
fn no_answer_in_time() {
    let timeout = Duration::from_millis(300);
    for protocol in [Protocol::Grpc, Protocol::HttpProtobuf] {
        let collector = collector();
        collector.black_hole();
        let endpoint = match protocol {
            Protocol::Grpc => collector.endpoint(),
            _ => collector.http_endpoint(),
        };
        let telemetry = builder(&collector)
            .endpoint(&endpoint)
            .protocol(protocol)
            .timeout(timeout)
            .shutdown_timeout(timeout)
            .build()
            .unwrap();
        let start = Instant::now();
        let error = telemetry.check().unwrap_err();
        assert!(start.elapsed() < timeout + SLACK, "{:?}", start.elapsed());
        assert_eq!(error.to_string(), format!("no answer from {endpoint} within 300 ms"));
    }
}

#[test]
fn a_path_where_nothing_receives() {
    let collector = collector();
    let endpoint = format!("{}/elsewhere", collector.http_endpoint());
    let telemetry = builder(&collector)
        .endpoint(&endpoint)
        .protocol(Protocol::HttpProtobuf)
        .shutdown_timeout(Duration::from_millis(100))
        .build()
        .unwrap();
    let why =
        format!("{endpoint}: the receiver answered HTTP 404: nothing receives OTLP at this path");
    assert_eq!(telemetry.check(), Err(CheckError::Refused(why)));
}

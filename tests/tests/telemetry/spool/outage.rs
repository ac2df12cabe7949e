//! A receiver that goes away and comes back while the process lives.

use std::{
    fs,
    time::{Duration, Instant},
};

use apitoolkit_actix::{
    Protocol,
    testing::{Code, Collector, Fault, Request, Signal},
};
use tracing::Level;

use super::support::{
    Dir, SMALL, assert_accounted, away, numbered, numbers, spooled, spooling, wait_for,
};
use crate::{
    log,
    support::{SLACK, SOON, collector, failed_parts},
};

#[test]
fn what_waits_on_disk_arrives_in_order_and_once() {
    for protocol in [Protocol::Grpc, Protocol::HttpProtobuf] {
        let (collector, dir) = (away(), Dir::new());
        let endpoint = match protocol {
            Protocol::HttpProtobuf => collector.http_endpoint(),
            _ => collector.endpoint(),
        };
        let telemetry =
            spooling(&collector, &dir).protocol(protocol).endpoint(endpoint).build().unwrap();
        assert_eq!(dir.files(), ["lock"], "nothing before it is needed");
        spooled(&telemetry, 0..6);
        let stats = telemetry.stats();
        assert_accounted(&stats);
        assert_eq!((stats.exchanges_spooled(), stats.exchanges_exported()), (6, 0));
        assert_eq!(dir.files(), ["lock", "traces.queue"]);
        assert_eq!(fs::metadata(dir.queue()).unwrap().len(), SMALL);

        collector.restart().unwrap();
        numbered(&telemetry, 6..9, "ok", |_| {});
        let spans = collector.wait_for_spans(9, SOON).unwrap();
        assert_eq!(numbers(&spans), Vec::from_iter(0..9), "{protocol:?}");
        telemetry.flush().unwrap();
        assert_eq!(dir.files(), ["lock"], "nothing when it is needed no more");
        // And directly again.
        numbered(&telemetry, 9..10, "ok", |_| {});
        telemetry.shutdown().unwrap();
        let stats = telemetry.stats();
        assert_accounted(&stats);
        let exchanges = (stats.exchanges_created(), stats.exchanges_exported());
        assert_eq!((exchanges, stats.exchanges_spooled()), ((10, 10), 0));
        assert_eq!((stats.spans_exported(), stats.spans_recovered()), (10, 0));
        assert_eq!(numbers(&collector.spans()), Vec::from_iter(0..10));
    }
}

/// The bodies of the trace requests, in order.
fn bodies(collector: &Collector) -> Vec<Vec<u8>> {
    let requests = collector.requests();
    let traces = requests.iter().filter(|request| request.signal() == Signal::Traces);
    traces.map(Request::raw).map(<[u8]>::to_vec).collect()
}

#[test]
fn it_is_sent_as_it_would_have_been_and_the_key_is_not_on_disk() {
    const KEY: &str = "KEY-CANARY-4711";
    let (collector, dir) = (collector(), Dir::new());
    let telemetry = spooling(&collector, &dir)
        .api_key(KEY)
        .header("authorization", "Bearer TOKEN-CANARY")
        .build()
        .unwrap();
    collector.fail_with(Code::Unavailable, "not now", None);
    spooled(&telemetry, 0..1);
    let on_disk = fs::read(dir.queue()).unwrap();
    let holds = |text: &str| on_disk.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("/n/0"), "the exchange is there");
    assert!(!holds("CANARY"), "and no credential");
    collector.accept();
    collector.wait_for_spans(1, SOON).unwrap();
    let bodies = bodies(&collector);
    assert!(bodies.len() > 1, "{}", bodies.len());
    assert!(bodies.iter().all(|body| *body == bodies[0]), "sent again as it was");
    let received = collector.spans();
    assert_eq!(received[0].resource.str("at-project-key"), Some(KEY));
    telemetry.shutdown().unwrap();
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let (collector, dir) = (away(), Dir::new());
    let telemetry = spooling(&collector, &dir).build().unwrap();
    spooled(&telemetry, 0..1);
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(dir.path()), 0o700);
    assert_eq!(mode(&dir.queue()), 0o600);
    assert_eq!(mode(&dir.path().join("lock")), 0o600);
}

#[test]
fn a_flush_wants_it_taken_and_loses_nothing_if_it_is_not() {
    let (collector, dir) = (away(), Dir::new());
    let timeout = Duration::from_millis(600);
    let telemetry = spooling(&collector, &dir).shutdown_timeout(timeout).build().unwrap();
    spooled(&telemetry, 0..2);
    let start = Instant::now();
    let error = telemetry.flush().unwrap_err();
    assert!(start.elapsed() < timeout + SLACK, "{:?}", start.elapsed());
    let text = error.to_string();
    assert!(text.contains("traces: ") && text.contains("connection refused"), "{text}");
    assert!(!text.contains("spans lost"), "{text}");
    collector.restart().unwrap();
    collector.wait_for_spans(2, SOON).unwrap();
    telemetry.flush().unwrap();
    let stats = telemetry.stats();
    assert_eq!((stats.exchanges_exported(), stats.exchanges_spooled()), (2, 0));
}

#[test]
fn what_is_refused_for_good_is_removed_and_the_next_follows() {
    let (collector, dir) = (collector(), Dir::new());
    let telemetry = spooling(&collector, &dir).build().unwrap();
    collector.fail_with(Code::Unavailable, "not now", None);
    spooled(&telemetry, 0..3);
    collector.script([
        Fault::fail(Code::InvalidArgument, "never").on(Signal::Traces),
        Fault::partial_success(1, "not this one").on(Signal::Traces),
    ]);
    let stats = wait_for(&telemetry, |stats| stats.exchanges_exported() == 1);
    assert_accounted(&stats);
    assert_eq!(stats.spans_exported(), 1);
    assert_eq!(stats.dropped_by_reason().collect::<Vec<_>>(), [("rejected", 2)]);
    assert_eq!(stats.spans_dropped(), 2);
    assert_eq!(numbers(&collector.spans()), [2]);
    assert_eq!(dir.files(), ["lock"]);
}

#[test]
fn a_receiver_that_swallows_everything_does_not_hold_memory() {
    let (collector, dir) = (collector(), Dir::new());
    collector.black_hole();
    let timeout = Duration::from_millis(300);
    let telemetry = spooling(&collector, &dir).timeout(timeout).build().unwrap();
    // While one request is being tried, what comes goes to disk.
    spooled(&telemetry, 0..20);
    assert_accounted(&telemetry.stats());
    collector.accept();
    wait_for(&telemetry, |stats| stats.exchanges_exported() == 20);
    // What it swallowed it may still have read; the first arrivals are in order.
    let mut seen = std::collections::HashSet::new();
    let mut arrived = numbers(&collector.spans());
    arrived.retain(|n| seen.insert(*n));
    assert_eq!(arrived, Vec::from_iter(0..20));
}

#[test]
fn a_disk_that_fails_is_said_and_memory_holds_what_it_would_have_held() {
    let (collector, dir) = (away(), Dir::new());
    let since = log::mark();
    let telemetry = spooling(&collector, &dir).build().unwrap();
    // In the place of the file that a queue begins as.
    fs::create_dir(dir.path().join("traces..tmp")).unwrap();
    numbered(&telemetry, 0..3, "ok", |_| {});
    let place = dir.path().to_str().unwrap();
    let start = Instant::now();
    while since.said(Level::WARN, place).is_empty() && start.elapsed() < SOON {
        std::thread::sleep(Duration::from_millis(1));
    }
    let said = since.said(Level::WARN, place);
    assert!(said.len() == 1 && said[0].contains("spans wait in memory meanwhile"), "{said:?}");
    assert_eq!(
        (telemetry.stats().exchanges_spooled(), telemetry.stats().exchanges_pending()),
        (0, 3)
    );
    collector.restart().unwrap();
    let spans = collector.wait_for_spans(3, SOON).unwrap();
    assert_eq!(numbers(&spans), [0, 1, 2]);
    telemetry.shutdown().unwrap();
    assert_accounted(&telemetry.stats());
    assert_eq!(failed_parts(telemetry.shutdown()), <[&str; 0]>::default());
}

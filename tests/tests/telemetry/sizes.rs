//! Messages that a receiver takes, and memory within its bounds.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use apitoolkit_actix::testing::{Request, Signal};
use opentelemetry::logs::AnyValue;

use crate::support::{
    SOON, assert_accounted, each_exchange, exchanges, failed_parts, pair, record, span_with,
};

const BODY: &str = "http.response.body";
const MIB: usize = 1024 * 1024;

#[test]
fn bodies_of_64_mib_are_split_below_4_mib_and_all_arrive() {
    let (collector, telemetry) =
        pair(|b| b.memory_budget(128 * MIB).shutdown_timeout(SOON).schedule_delay(SOON));
    for n in 0..512 {
        let mut body = n.to_string();
        body.extend(std::iter::repeat_n('x', 131_072 - body.len()));
        span_with(&telemetry, BODY, body);
    }
    telemetry.shutdown().unwrap();
    let counters = collector.counters();
    assert_eq!((counters.spans, counters.oversize_requests, counters.failed_requests), (512, 0, 0));
    assert!(counters.largest_message <= 4 * MIB, "{}", counters.largest_message);
    // 30 spans of that size fit into one message: no more messages than needed.
    assert!((18..=40).contains(&counters.trace_requests), "{}", counters.trace_requests);
    let mut seen: Vec<_> = collector
        .spans()
        .iter()
        .map(|span| {
            let body = span.str_attr(BODY).unwrap();
            assert_eq!(body.len(), 131_072);
            body.trim_end_matches('x').parse::<usize>().unwrap()
        })
        .collect();
    seen.sort_unstable();
    assert_eq!(seen, (0..512).collect::<Vec<_>>());
    let stats = telemetry.stats();
    assert_eq!((stats.spans_exported(), stats.spans_dropped(), stats.bodies_shed()), (512, 0, 0));
    assert_eq!(stats.buffered_bytes(), 0);
}

#[test]
fn a_span_of_5_mib_sheds_its_body_and_arrives() {
    let (collector, telemetry) = pair(|b| b);
    span_with(&telemetry, BODY, "x".repeat(5 * MIB));
    span_with(&telemetry, "what the app added", "y".repeat(2 * MIB));
    telemetry.shutdown().unwrap();
    let spans = collector.spans();
    assert_eq!(spans.len(), 2);
    let with_body = spans.iter().find(|span| span.attr("what the app added").is_none()).unwrap();
    let attributes: Vec<_> = with_body.attributes.iter().map(|(key, _)| key).collect();
    assert_eq!(attributes, ["kept"]);
    let other = spans.iter().find(|span| span.attr("what the app added").is_some()).unwrap();
    let omitted = other.str_attr("what the app added").unwrap();
    assert!(omitted.starts_with("[omitted, 2097"), "{omitted}");
    assert_eq!(other.str_attr("kept"), Some("yes"));
    for request in collector.requests().iter().filter(|r| r.signal() == Signal::Traces) {
        assert!(request.raw().len() < MIB, "{}", request.raw().len());
    }
    let stats = telemetry.stats();
    assert_eq!(stats.shed_by_reason().collect::<Vec<_>>(), [("oversize", 1)]);
    assert_eq!((stats.spans_exported(), stats.spans_dropped()), (2, 0));
}

#[test]
fn log_records_are_split_too_and_one_that_is_too_large_is_named() {
    let (collector, telemetry) = pair(|b| b);
    for _ in 0..3 {
        record(&telemetry, AnyValue::String("z".repeat(MIB).into()));
    }
    record(&telemetry, AnyValue::String("w".repeat(4 * MIB + 1).into()));
    assert_eq!(failed_parts(telemetry.shutdown()), ["logs"]);
    let counters = collector.counters();
    assert_eq!((counters.log_records, counters.oversize_requests), (3, 0));
    assert!(counters.largest_message <= 4 * MIB, "{}", counters.largest_message);
    let lost: Vec<_> = telemetry.stats().log_records_dropped_by_reason().collect();
    assert_eq!(lost, [("undelivered", 1)]);
}

#[test]
fn an_overflowing_queue_is_accounted_for_exactly() {
    let (collector, telemetry) = pair(|b| b.queue_size(50).shutdown_timeout(SOON));
    collector.stop();
    exchanges(&telemetry, 400, "ok");
    let before = telemetry.stats();
    assert_eq!(before.exchanges_created(), 400);
    collector.restart().unwrap();
    telemetry.shutdown().unwrap();
    let stats = telemetry.stats();
    assert_accounted(&stats);
    let lost: Vec<_> = stats.dropped_by_reason().collect();
    assert_eq!(lost, [("queue_full", stats.exchanges_dropped())]);
    assert!(stats.exchanges_dropped() > 200, "{stats:?}");
    assert_eq!(collector.spans().len() as u64, stats.exchanges_exported());
    let exported = 400 - stats.exchanges_dropped();
    assert_eq!(stats.exchanges_exported(), exported);
}

#[test]
fn the_byte_budget_holds_and_bodies_go_before_exchanges() {
    const BUDGET: usize = 512 * 1024;
    static BODY: [u8; 40_000] = [b'x'; 40_000];
    let (collector, telemetry) = pair(|b| b.memory_budget(BUDGET).shutdown_timeout(SOON));
    collector.stop();
    let over = AtomicBool::new(false);
    let (mut shed_first, mut most) = (None, 0);
    thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let mut most = 0;
            while !over.load(Ordering::Acquire) {
                most = most.max(telemetry.stats().buffered_bytes());
            }
            most
        });
        each_exchange(&telemetry, std::str::from_utf8(&BODY).unwrap(), |n| {
            let stats = telemetry.stats();
            most = most.max(stats.buffered_bytes());
            if stats.exchanges_dropped() > 0 && shed_first.is_none() {
                shed_first = Some(stats.bodies_shed());
            }
            n < 3_000
        });
        over.store(true, Ordering::Release);
        most = most.max(watcher.join().unwrap());
        assert!(most > BUDGET / 2 && most <= BUDGET, "{most}");
    });
    assert!(shed_first.is_some_and(|shed| shed > 0), "{:?}", telemetry.stats());
    collector.restart().unwrap();
    telemetry.shutdown().unwrap();
    let stats = telemetry.stats();
    assert_accounted(&stats);
    let lost: Vec<_> = stats.dropped_by_reason().map(|(reason, _)| reason).collect();
    assert_eq!(lost, ["budget"]);
    let shed: Vec<_> = stats.shed_by_reason().map(|(reason, _)| reason).collect();
    assert_eq!(shed, ["budget"]);
    assert_eq!(collector.spans().len() as u64, stats.exchanges_exported());
    // An exchange that arrives has its body, or the body is among those that were shed.
    let bare = collector.spans().iter().filter(|span| span.response_body().is_none()).count();
    let shed = stats.bodies_shed();
    assert!(
        bare as u64 <= shed && shed <= bare as u64 + stats.exchanges_dropped(),
        "{bare} {stats:?}"
    );
    assert!(collector.requests().iter().map(Request::wire_len).all(|len| len <= 4 * MIB));
}

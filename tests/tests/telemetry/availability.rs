//! A receiver that is not there, goes away, comes back, or never answers.

use std::time::{Duration, Instant};

use apitoolkit_actix::testing::{Collector, Fault, Outcome, Request, Signal};

use crate::support::{
    SLACK, SOON, assert_accounted, collector, exchanges, failed_parts, pair, record, spans,
};

#[test]
fn exports_begin_unaided_when_the_receiver_appears() {
    let (collector, telemetry) = {
        let collector = collector();
        collector.stop();
        let telemetry = crate::support::builder(&collector).build().expect("it starts without");
        (collector, telemetry)
    };
    exchanges(&telemetry, 3, "ok");
    let stats = telemetry.stats();
    assert_eq!((stats.exchanges_created(), stats.exchanges_exported()), (3, 0));
    collector.restart().unwrap();
    assert_eq!(collector.wait_for_spans(3, SOON).unwrap().len(), 3);
    telemetry.shutdown().unwrap();
    assert_accounted(&telemetry.stats());
    assert_eq!(telemetry.stats().exchanges_exported(), 3);
}

#[test]
fn nothing_is_lost_while_the_receiver_restarts() {
    let (collector, telemetry) = pair(|b| b);
    for round in 1..=5 {
        exchanges(&telemetry, 20, "ok");
        collector.stop();
        exchanges(&telemetry, 20, "ok");
        collector.restart().unwrap();
        collector.wait_for_spans(40 * round, SOON).unwrap();
    }
    telemetry.shutdown().unwrap();
    let stats = telemetry.stats();
    assert_accounted(&stats);
    assert_eq!((stats.exchanges_created(), stats.exchanges_exported()), (200, 200));
    let mut ids: Vec<_> = collector.spans().into_iter().map(|span| span.span_id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 200, "each of them");
}

#[test]
fn a_connection_closed_without_an_answer_is_tried_again() {
    let (collector, telemetry) = pair(|b| b);
    collector.script([Fault::hang_up().on(Signal::Traces).times(2)]);
    spans(&telemetry, 7);
    telemetry.flush().unwrap();
    assert_eq!(collector.counters().trace_requests, 3);
    assert_eq!((telemetry.stats().spans_exported(), telemetry.stats().spans_dropped()), (7, 0));
}

/// Shuts down against a receiver that does not answer, and returns which parts failed.
fn shutdown_against(hinder: impl FnOnce(&Collector)) -> (Collector, Vec<&'static str>) {
    let timeout = Duration::from_secs(1);
    let (collector, telemetry) = pair(|b| b.shutdown_timeout(timeout));
    hinder(&collector);
    exchanges(&telemetry, 5, "ok");
    record(&telemetry, "hello");
    let start = Instant::now();
    let parts = failed_parts(telemetry.shutdown());
    let took = start.elapsed();
    assert!(took < timeout + SLACK, "{took:?}");
    assert_accounted(&telemetry.stats());
    let dropped: Vec<_> = telemetry.stats().dropped_by_reason().collect();
    assert_eq!(dropped, [("shutdown", 5)]);
    (collector, parts)
}

#[test]
fn shutdown_is_in_time_and_names_every_signal_whatever_the_receiver_does() {
    type Hinder = fn(&Collector);
    let hindrances: [(&str, Hinder); 5] = [
        ("gone", |c| c.stop()),
        ("closes connections", |c| c.refuse()),
        ("black hole", |c| c.black_hole()),
        ("five seconds late", |c| c.delay(Duration::from_secs(5))),
        ("stalled answers", |c| c.script([Fault::black_hole().forever()])),
    ];
    std::thread::scope(|scope| {
        for (name, hinder) in hindrances {
            scope.spawn(move || {
                let (_collector, parts) = shutdown_against(hinder);
                assert_eq!(parts, ["traces", "metrics", "logs"], "{name}");
            });
        }
    });
}

#[test]
fn a_flush_is_in_time_and_a_later_one_succeeds() {
    let timeout = Duration::from_millis(600);
    let (collector, telemetry) = pair(|b| b.shutdown_timeout(timeout));
    collector.stop();
    spans(&telemetry, 3);
    let start = Instant::now();
    let error = telemetry.flush().unwrap_err();
    assert!(start.elapsed() < timeout + SLACK, "{:?}", start.elapsed());
    let text = error.to_string();
    let endpoint = collector.endpoint();
    let expected = format!("traces: {endpoint}: connection refused: nothing listens there");
    assert!(text.contains(&expected), "{text}");
    collector.restart().unwrap();
    collector.wait_for_spans(3, SOON).unwrap();
    telemetry.flush().unwrap();
    assert_eq!((telemetry.stats().spans_exported(), telemetry.stats().spans_dropped()), (3, 0));
}

/// One attempt takes no longer than it may, however the receiver keeps silent, and what it was to send
/// is sent by the next.
#[test]
fn an_attempt_ends_in_its_time_and_the_next_gets_through() {
    let timeout = Duration::from_millis(300);
    let (collector, telemetry) = pair(|b| b.timeout(timeout).shutdown_timeout(SOON));
    collector.script([Fault::black_hole().on(Signal::Traces).times(2)]);
    exchanges(&telemetry, 5, "ok");
    telemetry.shutdown().unwrap();
    assert_accounted(&telemetry.stats());
    assert_eq!((telemetry.stats().exchanges_exported(), collector.spans().len()), (5, 5));
    let of_traces = |request: &Request| request.signal() == Signal::Traces;
    let arrived: Vec<_> = collector.requests().into_iter().filter(of_traces).collect();
    let [first, second, _] = &arrived[..] else { panic!("{arrived:?}") };
    let between = second.arrived_instant() - first.arrived_instant();
    assert!(between >= timeout && between < timeout + SLACK * 4, "{between:?}");
}

#[test]
fn who_gave_up_waiting_for_a_flush_hurries_nobody() {
    let (collector, telemetry) = pair(|b| b.shutdown_timeout(Duration::from_millis(400)));
    collector.script([Fault::fail(apitoolkit_actix::testing::Code::Unavailable, "not now")
        .on(Signal::Traces)
        .times(8)]);
    spans(&telemetry, 1);
    assert_eq!(failed_parts(telemetry.flush()), ["traces"]);
    // By now it waits for seconds between attempts, and no longer a fifth of one.
    let of_traces = |request: &Request| {
        request.signal() == Signal::Traces && *request.outcome() != Outcome::Unanswered
    };
    let requests = collector.wait_for_requests(of_traces, 5, SOON).unwrap();
    let arrived: Vec<_> = requests.iter().map(|request| request.arrived_instant()).collect();
    let last = arrived[4] - arrived[3];
    assert!(last > Duration::from_millis(700), "{last:?}");
}

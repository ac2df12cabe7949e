//! A process that ends while the receiver is away, and the next one.

use std::time::{Duration, Instant};

use apitoolkit_actix::{
    Exporter,
    testing::{Code, Fault, Signal},
};

use super::support::{Dir, assert_accounted, away, numbered, numbers, spooled, spooling, wait_for};
use crate::support::{SLACK, SOON, collector, failed_parts};

#[test]
fn the_next_start_sends_what_a_shutdown_left() {
    let (collector, dir) = (away(), Dir::new());
    let telemetry = spooling(&collector, &dir).build().unwrap();
    spooled(&telemetry, 0..3);
    // The last ones are not on disk yet when the shutdown begins.
    numbered(&telemetry, 3..5, "ok", |_| {});
    let start = Instant::now();
    telemetry.shutdown().expect("nothing is lost");
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    let stats = telemetry.stats();
    assert_accounted(&stats);
    assert_eq!((stats.exchanges_created(), stats.exchanges_spooled()), (5, 5));
    assert_eq!((stats.spans_exported(), stats.spans_dropped()), (0, 0));

    collector.restart().unwrap();
    let telemetry = spooling(&collector, &dir).build().unwrap();
    numbered(&telemetry, 5..7, "ok", |_| {});
    let spans = collector.wait_for_spans(7, SOON).unwrap();
    assert_eq!(numbers(&spans), Vec::from_iter(0..7), "in order, the former ones first");
    telemetry.shutdown().unwrap();
    let stats = telemetry.stats();
    assert_accounted(&stats);
    assert_eq!((stats.exchanges_created(), stats.exchanges_exported()), (2, 2));
    assert_eq!((stats.exchanges_recovered(), stats.spans_recovered()), (5, 5));
    assert_eq!((stats.spans_exported(), stats.recovered_dropped()), (7, 0));
    assert_eq!(numbers(&collector.spans()), Vec::from_iter(0..7), "none twice");
    assert_eq!(dir.files(), ["lock"]);
}

#[test]
fn without_anything_new_too_and_with_the_key_of_now() {
    let (collector, dir) = (away(), Dir::new());
    let telemetry = spooling(&collector, &dir).api_key("old").build().unwrap();
    spooled(&telemetry, 0..2);
    telemetry.shutdown().unwrap();
    collector.restart().unwrap();
    let telemetry = spooling(&collector, &dir).api_key("new").build().unwrap();
    let spans = collector.wait_for_spans(2, SOON).unwrap();
    assert_eq!(numbers(&spans), [0, 1]);
    for span in spans {
        assert_eq!(span.resource.str("at-project-key"), Some("new"));
    }
    wait_for(&telemetry, |stats| stats.exchanges_recovered() == 2);
}

#[test]
fn what_is_refused_of_a_former_process_is_counted_apart() {
    let (collector, dir) = (away(), Dir::new());
    let telemetry = spooling(&collector, &dir).build().unwrap();
    spooled(&telemetry, 0..2);
    telemetry.shutdown().unwrap();
    collector.restart().unwrap();
    collector.script([Fault::fail(Code::InvalidArgument, "never").on(Signal::Traces)]);
    let telemetry = spooling(&collector, &dir).build().unwrap();
    let stats = wait_for(&telemetry, |stats| stats.exchanges_recovered() == 1);
    assert_accounted(&stats);
    assert_eq!((stats.exchanges_created(), stats.exchanges_dropped()), (0, 0));
    assert_eq!((stats.recovered_dropped(), stats.spans_dropped()), (1, 1));
    assert_eq!(numbers(&collector.spans()), [1]);
}

#[test]
fn a_shutdown_against_silence_is_in_time_and_loses_nothing() {
    let (collector, dir) = (collector(), Dir::new());
    collector.black_hole();
    let timeout = Duration::from_secs(1);
    let telemetry = spooling(&collector, &dir).shutdown_timeout(timeout).build().unwrap();
    numbered(&telemetry, 0..5, "ok", |_| {});
    let start = Instant::now();
    telemetry.shutdown().expect("nothing is lost");
    assert!(start.elapsed() < timeout + SLACK, "{:?}", start.elapsed());
    let stats = telemetry.stats();
    assert_accounted(&stats);
    assert_eq!((stats.exchanges_spooled(), stats.exchanges_dropped()), (5, 0));
}

#[test]
fn of_metrics_there_is_no_spool() {
    let (collector, dir) = (away(), Dir::new());
    let telemetry = spooling(&collector, &dir).metrics_exporter(Exporter::Otlp).build().unwrap();
    spooled(&telemetry, 0..1);
    assert_eq!(failed_parts(telemetry.shutdown()), ["metrics"]);
}

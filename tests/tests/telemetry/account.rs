//! Many threads at once: every span is counted once.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use opentelemetry::trace::{Span as _, Tracer as _, TracerProvider as _};

use crate::support::{SOON, assert_accounted, each_exchange, pair, spans};

#[test]
fn a_hundred_thousand_spans_from_eight_threads() {
    let (collector, telemetry) = pair(|b| b.shutdown_timeout(SOON * 3));
    collector.keep_contents(false);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| spans(&telemetry, 12_500));
        }
    });
    telemetry.shutdown().unwrap();
    let stats = telemetry.stats();
    assert_eq!(stats.spans_exported() + stats.spans_dropped(), 100_000, "{stats:?}");
    assert_eq!(collector.counters().spans, stats.spans_exported());
    assert_eq!((stats.exchanges_created(), stats.buffered_bytes()), (0, 0));
}

/// More comes than a slow receiver takes and the queue holds: nobody waits, and every span is counted.
#[test]
fn a_hundred_thousand_spans_for_a_slow_receiver() {
    const SPANS: usize = 100_000;
    let (collector, telemetry) =
        pair(|b| b.queue_size(2_048).batch_size(512).shutdown_timeout(SOON));
    collector.keep_contents(false);
    collector.delay(Duration::from_millis(50));
    let tracer = telemetry.tracer_provider().tracer("test");
    let mut took: Vec<_> = (0..SPANS)
        .map(|_| {
            let start = std::time::Instant::now();
            tracer.start("work").end();
            start.elapsed()
        })
        .collect();
    telemetry.shutdown().unwrap();
    let stats = telemetry.stats();
    assert_eq!(stats.spans_exported() + stats.spans_dropped(), SPANS as u64, "{stats:?}");
    assert!(stats.spans_exported() >= 2_048 && stats.spans_dropped() > 0, "{stats:?}");
    assert_eq!(collector.counters().spans, stats.spans_exported());
    assert_eq!(stats.buffered_bytes(), 0);
    // The receiver takes its time for each of its answers; half of the machine is elsewhere.
    took.sort_unstable();
    let (most, slowest) = (took[SPANS * 999 / 1_000], took[SPANS - 1]);
    assert!(
        most < Duration::from_millis(1) && slowest < Duration::from_secs(1),
        "{most:?} {slowest:?}"
    );
}

#[test]
fn shutdown_under_load_loses_only_what_came_later() {
    let (collector, telemetry) = pair(|b| b.queue_size(100_000));
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| each_exchange(&telemetry, "ok", |_| !over.load(Ordering::Acquire)));
        }
        collector.wait_for_spans(50, SOON).unwrap();
        telemetry.shutdown().expect("a healthy receiver");
        let at_once = telemetry.stats().exchanges_created();
        // The load goes on meanwhile: what it makes now is lost, and counted.
        let start = std::time::Instant::now();
        while telemetry.stats().exchanges_created() < at_once + 50 && start.elapsed() < SOON {
            thread::yield_now();
        }
        over.store(true, Ordering::Release);
    });
    let stats = telemetry.stats();
    assert_accounted(&stats);
    let lost: Vec<_> = stats.dropped_by_reason().collect();
    assert_eq!(lost, [("shutdown", stats.exchanges_dropped())], "{stats:?}");
    assert!(stats.exchanges_dropped() >= 50, "{stats:?}");
    assert_eq!(collector.spans().len() as u64, stats.exchanges_exported());
}

#[test]
fn recording_never_waits_for_the_receiver() {
    let (collector, telemetry) = pair(|b| b.shutdown_timeout(Duration::from_secs(1)));
    collector.black_hole();
    let tracer = telemetry.tracer_provider().tracer("test");
    let slowest = (0..10_000)
        .map(|_| {
            let start = std::time::Instant::now();
            tracer.start("work").end();
            start.elapsed()
        })
        .max()
        .unwrap();
    // The receiver answers never; the machine may be busy.
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
    assert!(telemetry.shutdown().is_err());
    let stats = telemetry.stats();
    assert_eq!((stats.spans_exported(), stats.spans_dropped()), (0, 10_000));
}

//! What a spool may take on disk.

use std::fs;

use apitoolkit_actix::testing::{Code, Fault, Signal};

use super::support::{Dir, SMALL, assert_accounted, away, numbered, numbers, spooling, wait_for};
use crate::support::SOON;

/// As much as is captured of a body.
const BODY: usize = 64 * 1024 - 1;
/// What an exchange with it takes on disk: bodies leave as base64. And a little more.
const LEAST: usize = BODY * 4 / 3;
const MOST: usize = LEAST + 3_000;
/// The bound.
const HOLDS: usize = 8 * 1024 * 1024;
/// Not more than this many are in memory at once, so that nothing is lost for want of it.
const PENDING: usize = 20;

fn body() -> &'static str {
    "x".repeat(BODY).leak()
}

#[test]
fn ten_times_as_much_as_it_may_hold() {
    let (collector, dir) = (away(), Dir::new());
    let telemetry = spooling(&collector, &dir).build().unwrap();
    let count = 10 * HOLDS / LEAST;
    numbered(&telemetry, 0..count, body(), |_| {
        wait_for(&telemetry, |stats| stats.exchanges_pending() < PENDING as u64);
        if let Ok(file) = fs::metadata(dir.queue()) {
            assert!(file.len() <= SMALL, "{}", file.len());
        }
        assert!(dir.files().len() <= 2, "{:?}", dir.files());
    });
    let stats = wait_for(&telemetry, |stats| stats.exchanges_pending() == 0);
    assert_accounted(&stats);
    let lost: Vec<_> = stats.dropped_by_reason().collect();
    assert_eq!(lost, [("spool_full", stats.exchanges_dropped())]);
    assert_eq!(stats.spans_dropped(), stats.exchanges_dropped());
    // It is full, but for what another request would need.
    let held = usize::try_from(stats.exchanges_spooled()).unwrap();
    assert!(held * LEAST <= HOLDS && held * MOST > HOLDS - PENDING * MOST, "{held}");
    assert_eq!(stats.exchanges_created(), count as u64);

    collector.restart().unwrap();
    let spans = collector.wait_for_spans(held, SOON * 3).unwrap();
    telemetry.shutdown().unwrap();
    let stats = telemetry.stats();
    assert_accounted(&stats);
    assert_eq!((stats.exchanges_exported(), stats.exchanges_spooled()), (held as u64, 0));
    // The beginning of the outage is whole.
    let arrived = numbers(&spans);
    assert!(arrived.is_sorted() && arrived.len() == held);
    let whole = held - PENDING;
    assert_eq!(arrived[..whole], Vec::from_iter(0..whole));
    assert_eq!(dir.files(), ["lock"]);
}

#[test]
fn the_ring_goes_round() {
    let (collector, dir) = (away(), Dir::new());
    let telemetry = spooling(&collector, &dir).batch_size(1).build().unwrap();
    let unavailable = || Fault::fail(Code::Unavailable, "not now").on(Signal::Traces).forever();
    collector.script([unavailable()]);
    collector.restart().unwrap();
    let (come, go) = (30, 27);
    let rounds = 2 * HOLDS / (come * LEAST);
    for round in 0..rounds {
        let numbers = round * come..(round + 1) * come;
        numbered(&telemetry, numbers, body(), |_| {
            wait_for(&telemetry, |stats| stats.exchanges_pending() < PENDING as u64);
        });
        wait_for(&telemetry, |stats| stats.exchanges_pending() == 0);
        // There is always something left, so that it is the same file.
        collector.script([Fault::none().on(Signal::Traces).times(go as u64), unavailable()]);
        let stays = (round + 1) * (come - go);
        wait_for(&telemetry, |stats| stats.exchanges_spooled() == stays as u64);
    }
    collector.accept();
    let all = (rounds * come) as u64;
    let stats = wait_for(&telemetry, |stats| stats.exchanges_exported() == all);
    assert_accounted(&stats);
    assert_eq!(numbers(&collector.spans()), Vec::from_iter(0..rounds * come));
}

#[test]
fn a_lower_bound_holds_from_the_next_start_and_keeps_the_oldest() {
    let (collector, dir) = (away(), Dir::new());
    let telemetry = spooling(&collector, &dir).spool(dir.path(), 2 * SMALL).build().unwrap();
    let count = HOLDS * 3 / 2 / MOST;
    numbered(&telemetry, 0..count, body(), |_| {
        wait_for(&telemetry, |stats| stats.exchanges_pending() < PENDING as u64);
    });
    telemetry.shutdown().unwrap();
    assert_eq!(telemetry.stats().exchanges_spooled(), count as u64);
    assert_eq!(fs::metadata(dir.queue()).unwrap().len(), 2 * SMALL);

    let telemetry = spooling(&collector, &dir).build().unwrap();
    assert_eq!(fs::metadata(dir.queue()).unwrap().len(), SMALL);
    assert_eq!(dir.files(), ["lock", "traces.queue"]);
    let lost = usize::try_from(telemetry.stats().recovered_dropped()).unwrap();
    assert!(lost > 0 && lost < count / 2, "{lost}");
    collector.restart().unwrap();
    let spans = collector.wait_for_spans(count - lost, SOON).unwrap();
    assert_eq!(numbers(&spans), Vec::from_iter(0..count - lost));
    let stats = wait_for(&telemetry, |stats| stats.exchanges_recovered() as usize == count - lost);
    assert_accounted(&stats);
    assert_eq!((stats.exchanges_created(), stats.spans_dropped()), (0, lost as u64));
}

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use apitoolkit_tests::{of, p99};

use crate::support::{SOON, assert_accounted, each_exchange, pair};

/// How long the receiver is away each time, and there in between, in milliseconds.
const AWAY: (usize, usize) = (100, 2_000);
const OUTAGES: usize = 20;
/// Between two requests.
const PAUSE: Duration = Duration::from_micros(500);

/// Twenty times the receiver goes away and comes back. The app does not notice; exports resume by
/// themselves; what is lost is counted.
#[test]
fn twenty_outages() {
    let (collector, telemetry) = pair(|b| b.shutdown_timeout(SOON));
    let away = Duration::from_millis(of(AWAY.0, AWAY.1) as u64);
    let (is_away, over) = (AtomicBool::new(false), AtomicBool::new(false));
    // While the receiver is there, and while it is away.
    let latencies = Mutex::new([Vec::new(), Vec::new()]);
    let mut longest = Duration::ZERO;
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut sent: Option<(bool, Instant)> = None;
            each_exchange(&telemetry, "ok", |_| {
                if let Some((was_away, start)) = sent.take()
                    && is_away.load(Ordering::Relaxed) == was_away
                {
                    let took = start.elapsed();
                    latencies.lock().unwrap()[usize::from(was_away)].push(took);
                }
                thread::sleep(PAUSE);
                sent = Some((is_away.load(Ordering::Relaxed), Instant::now()));
                !over.load(Ordering::Relaxed)
            });
        });
        for _ in 0..OUTAGES {
            thread::sleep(away);
            collector.stop();
            is_away.store(true, Ordering::Relaxed);
            thread::sleep(away);
            is_away.store(false, Ordering::Relaxed);
            collector.restart().unwrap();
            let (back, before) = (Instant::now(), collector.counters().spans);
            while collector.counters().spans == before && back.elapsed() < SOON * 3 {
                thread::sleep(Duration::from_millis(5));
            }
            longest = longest.max(back.elapsed());
        }
        over.store(true, Ordering::Relaxed);
    });
    telemetry.shutdown().unwrap();
    let stats = telemetry.stats();
    assert_accounted(&stats);
    assert_eq!(collector.counters().spans, stats.exchanges_exported());
    let lost: Vec<_> = stats.dropped_by_reason().collect();
    let for_room = |(reason, _): &(&str, u64)| ["budget", "queue_full"].contains(reason);
    assert!(lost.iter().all(for_room), "{lost:?}");
    assert!(longest < Duration::from_secs(30), "{longest:?}");
    let [there, gone] = latencies.into_inner().unwrap().map(p99);
    println!(
        "figure: {OUTAGES} outages of {away:?}: p99 {gone:.0?} of {there:.0?} ({:+.1} %), exports \
         resumed within {longest:.2?}, lost {lost:?} of {}",
        (gone.as_secs_f64() / there.as_secs_f64() - 1.0) * 100.0,
        stats.exchanges_created(),
    );
    // The machine may be busy with other things.
    assert!(gone < there * 3 + Duration::from_millis(5), "{gone:?} {there:?}");
}

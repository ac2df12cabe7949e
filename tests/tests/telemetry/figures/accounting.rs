use std::{
    collections::{BTreeSet, HashSet},
    thread,
    time::Duration,
};

use apitoolkit_actix::testing::{Code, Collector, Fault, Outcome, Signal};
use apitoolkit_tests::of;

use crate::support::{SOON, assert_accounted, each_exchange, pair};

const THREADS: usize = 8;
type Hinder = fn(&Collector);

/// What is wrong while the exchanges are made. Of the last four something gets through, so they go
/// on until everything has.
const FAULTS: [(&str, Hinder); 9] = [
    ("nothing", |_| {}),
    ("gone", |c| c.stop()),
    ("refusing", |c| c.refuse()),
    ("black hole", |c| c.black_hole()),
    ("stalled", |c| c.script([Fault::black_hole().on(Signal::Traces).forever()])),
    ("slow", |c| c.delay(Duration::from_millis(30))),
    ("hanging up", |c| c.script(every_other(8, |_| Fault::hang_up()))),
    ("each code", |c| {
        c.script(every_other(Code::ALL.len(), |n| Fault::fail(Code::ALL[n], "because")));
    }),
    ("partial", |c| c.script([Fault::partial_success(3, "no").on(Signal::Traces).forever()])),
];

fn every_other(times: usize, fault: impl Fn(usize) -> Fault) -> Vec<Fault> {
    let pair = |n| [fault(n).on(Signal::Traces), Fault::none().on(Signal::Traces)];
    (0..times).flat_map(pair).collect()
}

/// Every exchange is exported or counted as lost, and what was exported was received.
#[test]
fn created_is_exported_and_lost_at_every_fault() {
    // So few may wait that there are losses, and so few are sent at a time that every code is met.
    let (collector, telemetry) =
        pair(|b| b.queue_size(of(1_000, 8_000)).batch_size(of(16, 128)).shutdown_timeout(SOON * 2));
    let (mut received, mut again) = (HashSet::new(), 0);
    let each = of(300, 14_000) / THREADS * THREADS;
    for (n, (fault, hinder)) in FAULTS.into_iter().enumerate() {
        hinder(&collector);
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| each_exchange(&telemetry, "ok", |n| n < each));
            }
        });
        if n < FAULTS.len() - 4 {
            collector.accept();
            collector.restart().unwrap();
        }
        // What is refused fails it; what is lost is counted.
        let _ = telemetry.flush();
        collector.accept();
        let stats = telemetry.stats();
        assert_accounted(&stats);
        for span in collector.spans() {
            let id = span.str_attr("apitoolkit.msg_id").unwrap().to_owned();
            again += usize::from(!received.insert(id));
        }
        assert_eq!(received.len() as u64, stats.exchanges_exported(), "{fault}");
        assert!(fault != "each code" || codes(&collector) == Code::ALL.len());
        collector.clear();
    }
    let _ = telemetry.shutdown();
    let stats = telemetry.stats();
    assert_accounted(&stats);
    assert_eq!(stats.exchanges_created(), (each * THREADS * FAULTS.len()) as u64);
    println!(
        "figure: {} exchanges from {THREADS} threads at {} faults = {} exported + {} lost ({:?}); \
         {} received, {again} of them again",
        stats.exchanges_created(),
        FAULTS.len(),
        stats.exchanges_exported(),
        stats.exchanges_dropped(),
        stats.dropped_by_reason().collect::<Vec<_>>(),
        received.len() + again,
    );
}

/// With how many codes requests were answered.
fn codes(collector: &Collector) -> usize {
    let codes = collector.requests().into_iter().filter_map(|request| match request.outcome() {
        Outcome::Failed { code, .. } => Some(code.number()),
        _ => None,
    });
    codes.collect::<BTreeSet<_>>().len()
}

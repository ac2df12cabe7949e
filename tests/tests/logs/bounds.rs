//! Log records that wait are bounded in bytes, and those that find no room are counted.

use apitoolkit_actix::{
    Telemetry,
    testing::{Code, Collector, Fault, Signal},
};
use apitoolkit_tests::SOON;
use opentelemetry::logs::{AnyValue, LogRecord as _, Logger as _, LoggerProvider as _};

use crate::support::builder;

const MIB: usize = 1024 * 1024;

fn emit(telemetry: &Telemetry, records: usize, bytes: usize) {
    let logger = telemetry.logger_provider().logger("test");
    for _ in 0..records {
        let mut record = logger.create_log_record();
        record.set_body(AnyValue::String("x".repeat(bytes).into()));
        logger.emit(record);
    }
}

fn lost(telemetry: &Telemetry) -> Vec<(&'static str, u64)> {
    telemetry.stats().log_records_dropped_by_reason().collect()
}

/// A quarter of 32 MiB, whatever the number of records.
#[test]
fn large_records_wait_in_a_quarter_of_the_budget() {
    let collector = Collector::start().unwrap();
    let telemetry = builder(&collector).build().unwrap();
    collector.stop();
    emit(&telemetry, 40, MIB);
    let held = telemetry.stats().buffered_bytes();
    assert!((7 * MIB..=8 * MIB).contains(&held), "{held}");
    assert_eq!(lost(&telemetry), [("budget", 33)]);
    collector.restart().unwrap();
    collector.wait_for_log(|_| true, SOON).unwrap();
    telemetry.flush().unwrap();
    // There is room again.
    assert_eq!(telemetry.stats().buffered_bytes(), 0);
    emit(&telemetry, 3, MIB);
    telemetry.shutdown().unwrap();
    assert_eq!(collector.counters().log_records, 7 + 3);
    assert_eq!((lost(&telemetry), telemetry.stats().buffered_bytes()), (vec![("budget", 33)], 0));
}

#[test]
fn each_record_is_exported_or_lost_for_a_reason() {
    let collector = Collector::start().unwrap();
    let queue = [("OTEL_BLRP_MAX_QUEUE_SIZE", "50"), ("OTEL_BLRP_SCHEDULE_DELAY", "60000")];
    let telemetry = builder(&collector).environment(queue).build().unwrap();
    collector.stop();
    emit(&telemetry, 60, 10);
    assert_eq!(lost(&telemetry), [("queue_full", 10)]);
    collector.restart().unwrap();
    collector.wait_for_log(|_| true, SOON).unwrap();
    telemetry.flush().unwrap();
    collector.script([Fault::fail(Code::InvalidArgument, "no").on(Signal::Logs)]);
    emit(&telemetry, 5, 10);
    assert!(telemetry.flush().is_err());
    emit(&telemetry, 7, 10);
    telemetry.shutdown().unwrap();
    emit(&telemetry, 3, 10);
    let mut lost = lost(&telemetry);
    lost.sort_unstable();
    // What comes later is counted, or the SDK does not even offer it.
    lost.retain(|(reason, _)| *reason != "shutdown");
    assert_eq!(lost, [("queue_full", 10), ("undelivered", 5)]);
    assert_eq!((collector.counters().log_records, telemetry.stats().buffered_bytes()), (57, 0));
}

#[test]
fn what_a_shutdown_gives_up_is_counted() {
    let collector = Collector::start().unwrap();
    let timeout = std::time::Duration::from_millis(300);
    let telemetry = builder(&collector).shutdown_timeout(timeout).build().unwrap();
    collector.black_hole();
    emit(&telemetry, 20, 1_000);
    assert!(telemetry.shutdown().is_err());
    let lost: u64 = lost(&telemetry).into_iter().map(|(_, records)| records).sum();
    assert_eq!((lost, telemetry.stats().buffered_bytes()), (20, 0));
}

//! What the library says of its exports: the first result once, and little after that.

use apitoolkit_actix::testing::{Code, Fault, Signal};
use tracing::Level;

use crate::{
    log,
    support::{SOON, pair, record, spans},
};

#[test]
fn the_first_result_is_said_once() {
    let since = log::mark();
    let (collector, telemetry) = pair(|b| b);
    for _ in 0..3 {
        spans(&telemetry, 2);
        record(&telemetry, "hello");
        telemetry.flush().unwrap();
    }
    telemetry.shutdown().unwrap();
    let endpoint = collector.endpoint();
    let said = since.lines(&endpoint);
    let [line] = &said[..] else { panic!("{said:#?}") };
    assert_eq!((line.level, line.target.as_str()), (Level::INFO, "apitoolkit_actix"));
    assert!(line.text.contains(&format!("first export to {endpoint} (grpc): ")), "{}", line.text);
    assert!(line.text.contains(" received"), "{}", line.text);
}

#[test]
fn of_many_failures_one_warning_is_made_and_recovery_is_said() {
    let since = log::mark();
    let (collector, telemetry) = pair(|b| b);
    collector.script([Fault::fail(Code::Unavailable, "restarting").on(Signal::Traces).times(3)]);
    spans(&telemetry, 1);
    collector.wait_for_spans(1, SOON).unwrap();
    telemetry.flush().unwrap();
    let endpoint = collector.endpoint();
    let warned = since.said(Level::WARN, &endpoint);
    let words = "the receiver answered Unavailable: restarting; it will be tried again";
    assert_eq!(warned, [format!("first export to {endpoint} (grpc) failed: traces: {words} ")]);
    let told = since.said(Level::INFO, &endpoint);
    let [told] = &told[..] else { panic!("{told:?}") };
    assert!(told.contains("exports of traces") && told.contains("resumed"), "{told}");
}

#[test]
fn failures_of_metrics_and_logs_are_named_too() {
    for (signal, name) in [(Signal::Metrics, "metrics"), (Signal::Logs, "logs")] {
        let since = log::mark();
        let (collector, telemetry) = pair(|b| b);
        collector.script([Fault::fail(Code::Unimplemented, "no").on(signal).forever()]);
        record(&telemetry, "hello");
        assert!(telemetry.flush().is_err());
        let warned = since.said(Level::WARN, &collector.endpoint());
        let [warned] = &warned[..] else { panic!("{warned:?}") };
        let expected = format!("failed: {name}: the receiver does not take this kind of telemetry");
        assert!(warned.contains(&expected), "{warned}");
    }
}

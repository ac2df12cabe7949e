//! What the receiver answers, and what is done about it: the table of the OTLP specification.

use std::time::{Duration, Instant};

use apitoolkit_actix::testing::{Code, Fault, Signal};
use tracing::Level;

use crate::{
    log,
    support::{SLACK, assert_accounted, exchanges, failed_parts, pair, spans},
};

/// Whether the specification has it tried again.
fn is_retried(code: Code, with_retry_info: bool) -> bool {
    match code {
        Code::Cancelled
        | Code::DeadlineExceeded
        | Code::Aborted
        | Code::OutOfRange
        | Code::Unavailable
        | Code::DataLoss => true,
        Code::ResourceExhausted => with_retry_info,
        _ => false,
    }
}

#[test]
fn every_code_with_and_without_retry_info() {
    std::thread::scope(|scope| {
        for code in Code::ALL {
            for retry_info in [false, true] {
                scope.spawn(move || answered_with(code, retry_info));
            }
        }
    });
}

fn answered_with(code: Code, retry_info: bool) {
    // Nothing is sent before the shutdown, which then knows what became of it.
    let (collector, telemetry) = pair(|b| b.schedule_delay(Duration::from_secs(60)));
    let fault = Fault::fail(code, "because").on(Signal::Traces);
    let fault = if retry_info { fault.retry_after(Duration::from_millis(30)) } else { fault };
    collector.script([fault]);
    exchanges(&telemetry, 2, "ok");
    // What cannot be tried again is lost, and the shutdown says so.
    let retried = is_retried(code, retry_info);
    let expected = if retried { vec![] } else { vec!["traces"] };
    assert_eq!(failed_parts(telemetry.shutdown()), expected, "{code} {retry_info}");
    let stats = telemetry.stats();
    assert_accounted(&stats);
    let requests = collector.requests();
    let sent = requests.iter().filter(|request| request.signal() == Signal::Traces);
    let sent: Vec<_> = sent.map(apitoolkit_actix::testing::Request::raw).collect();
    let lost: Vec<_> = stats.dropped_by_reason().collect();
    if retried {
        assert_eq!(sent.len(), 2, "{code} {retry_info}");
        assert_eq!(sent[0], sent[1], "{code}: sent again as it was");
        assert_eq!((stats.exchanges_exported(), collector.spans().len()), (2, 2), "{code}");
        assert_eq!(lost, []);
    } else {
        assert_eq!(sent.len(), 1, "{code} {retry_info}: not sent again");
        assert_eq!((stats.exchanges_exported(), collector.spans().len()), (0, 0), "{code}");
        assert_eq!(lost, [("rejected", 2)], "{code}");
    }
}

#[test]
fn a_partial_success_is_counted_and_never_sent_again() {
    let (collector, telemetry) = pair(|b| b.schedule_delay(Duration::from_secs(60)));
    collector.script([Fault::partial_success(3, "no room").on(Signal::Traces)]);
    exchanges(&telemetry, 10, "ok");
    let error = telemetry.shutdown().unwrap_err().to_string();
    let expected = "3 spans refused: no room (3 spans lost)";
    assert!(error.ends_with(expected), "{error}");
    assert_eq!(collector.counters().trace_requests, 1);
    let stats = telemetry.stats();
    assert_accounted(&stats);
    assert_eq!((stats.exchanges_exported(), stats.spans_dropped()), (7, 3));
    assert_eq!(stats.dropped_by_reason().collect::<Vec<_>>(), [("rejected", 3)]);
}

#[test]
fn a_throttle_is_honoured_also_while_somebody_waits() {
    let (collector, telemetry) = pair(|b| b);
    let asked = Duration::from_millis(900);
    collector
        .script([Fault::fail(Code::Unavailable, "busy").retry_after(asked).on(Signal::Traces)]);
    spans(&telemetry, 1);
    telemetry.flush().unwrap();
    let requests = collector.requests();
    let at: Vec<_> = requests
        .iter()
        .filter(|request| request.signal() == Signal::Traces)
        .map(apitoolkit_actix::testing::Request::arrived_instant)
        .collect();
    let [first, second] = at[..] else { panic!("{at:?}") };
    let waited = second - first;
    assert!(waited >= asked && waited < asked * 2, "{waited:?}");
}

#[test]
fn a_throttle_longer_than_the_shutdown_does_not_hold_it_up() {
    let (collector, telemetry) = pair(|b| b);
    let hour = Duration::from_secs(3_600);
    collector.script([Fault::fail(Code::Unavailable, "busy")
        .retry_after(hour)
        .on(Signal::Traces)
        .forever()]);
    exchanges(&telemetry, 4, "ok");
    let start = Instant::now();
    let error = telemetry.shutdown().unwrap_err().to_string();
    assert!(start.elapsed() < Duration::from_secs(1) + SLACK, "{:?}", start.elapsed());
    assert!(error.contains("Unavailable: busy (4 spans lost)"), "{error}");
    assert_eq!(telemetry.stats().dropped_by_reason().collect::<Vec<_>>(), [("shutdown", 4)]);
    assert_accounted(&telemetry.stats());
}

#[test]
fn a_credential_that_the_receiver_repeats_is_not_passed_on() {
    const KEY: &str = "KEY-CANARY-4711";
    const TOKEN: &str = "TOKEN-CANARY-0815";
    for code in [Code::Unauthenticated, Code::InvalidArgument, Code::Unavailable] {
        let since = log::mark();
        let (collector, telemetry) = pair(|b| {
            b.api_key(KEY)
                .header("authorization", format!("Bearer {TOKEN}"))
                .shutdown_timeout(Duration::from_millis(500))
        });
        collector.fail_with(code, format!("no {KEY} and no {TOKEN}"), None);
        spans(&telemetry, 1);
        let check = telemetry.check().unwrap_err().to_string();
        let error = telemetry.shutdown().unwrap_err();
        let warned = since.said(Level::WARN, &collector.endpoint());
        assert_eq!(warned.len(), 1, "{warned:?}");
        for text in [check, error.to_string(), format!("{error:?}"), warned[0].clone()] {
            assert!(!text.contains("CANARY"), "{text}");
            let masked = "no [CLIENT_REDACTED] and no [CLIENT_REDACTED]";
            let expected =
                if code == Code::Unauthenticated { "refused the API key" } else { masked };
            assert!(text.contains(expected), "{text}");
        }
    }
    let since = log::mark();
    let (collector, telemetry) = pair(|b| b.api_key(KEY));
    collector.partial_success(1, format!("{KEY} is over quota"));
    let check = telemetry.check().unwrap_err().to_string();
    spans(&telemetry, 1);
    let error = telemetry.shutdown().unwrap_err().to_string();
    let warned = since.said(Level::WARN, &collector.endpoint()).join("\n");
    for text in [check, error, warned] {
        assert!(text.contains("[CLIENT_REDACTED] is over quota"), "{text}");
        assert!(!text.contains("CANARY"), "{text}");
    }
}

//! What the exporter's own threads say is not exported.

use std::sync::{Arc, Mutex};

use apitoolkit_actix::{Telemetry, testing::Collector};
use serde_json::json;
use tracing::{Level, dispatcher, info, info_span, trace};

use crate::{children, support::only};

/// Where the receiver is: in the parent, since what that does would be logged in the child too.
const RECEIVER: &str = "APITOOLKIT_TESTS_RECEIVER";

/// In the child: logs at every level with a subscriber for the whole process, and exports.
fn speak(receiver: &str) {
    let telemetry = Telemetry::builder().endpoint(receiver).build().unwrap();
    let layer = telemetry.layer().level(Level::TRACE).root_spans(true);
    dispatcher::set_global_default(only(layer).into()).unwrap();
    for round in 0..3 {
        info_span!("round").in_scope(|| info!(round, "said"));
        trace!(round, "whispered");
        telemetry.flush().unwrap();
    }
    telemetry.shutdown().unwrap();
}

#[test]
fn exporting_is_not_heard_of_at_any_level() {
    if let Ok(receiver) = std::env::var(RECEIVER) {
        return speak(&receiver);
    }
    let collector = Collector::start().unwrap();
    let name = "exporting::exporting_is_not_heard_of_at_any_level";
    children::run(name, &[(RECEIVER, &collector.endpoint())], || ());
    let mut logs = collector.logs();
    logs.sort_by_key(|log| log.time);
    let seen: Vec<_> =
        logs.iter().map(|log| json!([log.body.to_json(), log.attributes.to_json()])).collect();
    let expected: Vec<_> = (0..3)
        .flat_map(|round| ["said", "whispered"].map(|text| json!([text, { "round": round }])))
        .collect();
    assert_eq!(seen, expected);
    let spans: Vec<_> = collector.spans().into_iter().map(|span| span.name).collect();
    assert_eq!(spans, ["round"; 3]);
}

/// A logger of the crate `log`, as most Actix apps have one.
#[derive(Clone, Default)]
struct Logger(Arc<Mutex<Vec<String>>>);

impl log::Log for Logger {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let line = format!("{} {}: {}", record.level(), record.target(), record.args());
        self.0.lock().unwrap().push(line);
    }

    fn flush(&self) {}
}

/// In the child: logs by `log` at every level, without any subscriber of `tracing`.
fn log_and_speak(receiver: &str) {
    let logger = Logger::default();
    log::set_boxed_logger(Box::new(logger.clone())).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    let telemetry = Telemetry::builder().endpoint(receiver).api_key("CANARY-key").build().unwrap();
    info_span!("round").in_scope(|| ());
    telemetry.check().unwrap();
    info!("of the app, later");
    telemetry.shutdown().unwrap();
    let lines = logger.0.lock().unwrap().clone();
    let said = |text: &str| lines.iter().any(|line| line.contains(text));
    assert!(said("INFO logs::exporting: of the app, later"), "{lines:#?}");
    assert!(said("apitoolkit_actix: first export to"), "{lines:#?}");
    assert!(!said("CANARY"), "{lines:#?}");
}

#[test]
fn loggers_of_log_hear_the_app_and_the_library_as_ever() {
    if let Ok(receiver) = std::env::var(RECEIVER) {
        return log_and_speak(&receiver);
    }
    let collector = Collector::start().unwrap();
    let name = "exporting::loggers_of_log_hear_the_app_and_the_library_as_ever";
    children::run(name, &[(RECEIVER, &collector.endpoint())], || ());
}

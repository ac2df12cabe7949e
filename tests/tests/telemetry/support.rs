//! What the tests of telemetry share.

use std::time::Duration;

use actix_web::{App, HttpResponse, test, web};
use apitoolkit_actix::{ApiToolkit, Stats, Telemetry, TelemetryBuilder, testing::Collector};
use opentelemetry::{
    KeyValue,
    logs::{AnyValue, LogRecord as _, Logger as _, LoggerProvider as _, Severity},
    trace::{Span as _, Tracer as _, TracerProvider as _},
};

use crate::log;

pub(crate) use apitoolkit_tests::{SOON, telemetry as builder};

/// A receiver, with the library's log being kept.
pub(crate) fn collector() -> Collector {
    log::listen();
    Collector::start().expect("a collector")
}

/// A receiver and telemetry that goes there.
pub(crate) fn pair(
    change: impl FnOnce(TelemetryBuilder) -> TelemetryBuilder,
) -> (Collector, Telemetry) {
    let collector = collector();
    let telemetry = change(builder(&collector)).build().expect("telemetry");
    (collector, telemetry)
}

/// Ends so many spans, named `work`.
pub(crate) fn spans(telemetry: &Telemetry, count: usize) {
    let tracer = telemetry.tracer_provider().tracer("test");
    for _ in 0..count {
        tracer.start("work").end();
    }
}

/// Ends a span with one attribute.
pub(crate) fn span_with(telemetry: &Telemetry, key: &'static str, value: String) {
    let mut span = telemetry.tracer_provider().tracer("test").start("work");
    span.set_attribute(KeyValue::new(key, value));
    span.set_attribute(KeyValue::new("kept", "yes"));
    span.end();
}

/// Emits a log record.
pub(crate) fn record(telemetry: &Telemetry, text: impl Into<AnyValue>) {
    let logger = telemetry.logger_provider().logger("test");
    let mut record = logger.create_log_record();
    record.set_severity_number(Severity::Info);
    record.set_severity_text("INFO");
    record.set_body(text.into());
    logger.emit(record);
}

/// Sends so many requests, one after the other, to an app that answers `body`.
pub(crate) fn exchanges(telemetry: &Telemetry, count: usize, body: &'static str) {
    each_exchange(telemetry, body, |n| n < count);
}

/// Sends requests while `more`, asked with the number of them so far, says so.
pub(crate) fn each_exchange(
    telemetry: &Telemetry,
    body: &'static str,
    mut more: impl FnMut(usize) -> bool,
) {
    let toolkit = ApiToolkit::builder()
        .telemetry(telemetry)
        .capture_response_body(true)
        .build()
        .expect("a toolkit");
    actix_rt::System::new().block_on(async {
        let answer = move || async move { HttpResponse::Ok().body(body) };
        let app = App::new().wrap(toolkit).default_service(web::to(answer));
        let app = test::init_service(app).await;
        for n in 0.. {
            if !more(n) {
                break;
            }
            let request = test::TestRequest::get().uri("/x").to_request();
            let response = test::call_service(&app, request).await;
            assert_eq!(test::read_body(response).await, body);
        }
    });
}

/// Every exchange was exported or counted as lost, and no memory is held.
#[track_caller]
pub(crate) fn assert_accounted(stats: &Stats) {
    let known = stats.exchanges_exported() + stats.exchanges_dropped();
    assert_eq!((stats.exchanges_created(), stats.exchanges_pending()), (known, 0), "{stats:?}");
    assert_eq!(stats.buffered_bytes(), 0, "{stats:?}");
}

/// Which parts a shutdown or flush says to have failed.
pub(crate) fn failed_parts(
    result: Result<(), apitoolkit_actix::ShutdownError>,
) -> Vec<&'static str> {
    result.map_or_else(|error| error.failures().map(|(part, _)| part).collect(), |()| Vec::new())
}

/// What a machine under load may take beyond a stated time.
pub(crate) const SLACK: Duration = Duration::from_millis(500);

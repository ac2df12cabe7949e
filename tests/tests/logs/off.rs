//! Signals that are off, and telemetry that was shut down.

use actix_web::{
    App, HttpResponse,
    test::{TestRequest, call_service, init_service, read_body},
    web,
};
use apitoolkit_actix::{ApiToolkit, Telemetry, testing::Collector};
use serde_json::{Value, json};
use tracing::{info, info_span};

use crate::support::{builder, only, records};

/// One exchange that logs inside of a span, in an app on this thread.
fn exchange(telemetry: &Telemetry) {
    let toolkit = ApiToolkit::builder().telemetry(telemetry).build().unwrap();
    let _subscriber = tracing::subscriber::set_default(only(telemetry.layer()));
    actix_rt::System::new().block_on(async {
        let handler = || async {
            info_span!("work").in_scope(|| info!("inside"));
            HttpResponse::Ok().finish()
        };
        let app = App::new().wrap(toolkit).default_service(web::to(handler));
        let app = init_service(app).await;
        let response = call_service(&app, TestRequest::get().to_request()).await;
        assert!(response.status().is_success());
        read_body(response).await;
    });
}

/// What is received with such an environment: the names of spans, and the records.
fn received(variable: &'static str, value: &'static str) -> (Vec<String>, Vec<Value>) {
    let collector = Collector::start().unwrap();
    let telemetry = builder(&collector).environment([(variable, value)]).build().unwrap();
    exchange(&telemetry);
    let records = records(&telemetry, &collector);
    let mut names: Vec<_> = collector.spans().into_iter().map(|span| span.name).collect();
    names.sort();
    (names, records)
}

#[test]
fn each_signal_is_turned_off_by_itself() {
    let both = || vec!["monoscope.http".to_owned(), "work".to_owned()];
    let inside = |place: &str| vec![json!(["INFO", "inside", {}, place])];
    assert_eq!(received("NONE", ""), (both(), inside("work")));
    assert_eq!(received("OTEL_LOGS_EXPORTER", "none"), (both(), vec![]));
    // The exchange has ids, but is not recorded.
    let elsewhere = inside("a span elsewhere");
    assert_eq!(received("OTEL_TRACES_EXPORTER", "none"), (vec![], elsewhere));
}

#[test]
fn nothing_at_all_leaves_a_disabled_sdk() {
    let collector = Collector::start().unwrap();
    let environment = [("OTEL_SDK_DISABLED", "true")];
    let telemetry = builder(&collector).environment(environment).build().unwrap();
    exchange(&telemetry);
    telemetry.shutdown().unwrap();
    assert_eq!(collector.requests().len(), 0);
}

#[test]
fn after_the_shutdown_nothing_is_recorded_and_nothing_happens() {
    let collector = Collector::start().unwrap();
    let telemetry = builder(&collector).build().unwrap();
    let layer = telemetry.layer().root_spans(true);
    tracing::subscriber::with_default(only(layer), || {
        let span = info_span!("begun before").entered();
        info!("before");
        telemetry.shutdown().unwrap();
        let requests = collector.requests().len();
        info!("after");
        info_span!("after").in_scope(|| info!("inside"));
        drop(span);
        drop(telemetry);
        info!("long after");
        assert_eq!(collector.requests().len(), requests);
    });
    let messages: Vec<_> =
        collector.logs().iter().map(|log| log.message().map(str::to_owned)).collect();
    assert_eq!(messages, [Some("before".to_owned())]);
    assert_eq!(collector.spans(), []);
}

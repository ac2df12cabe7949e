//! The layer beside others.

use actix_web::web::{ServiceConfig, get};
use apitoolkit_actix::{Telemetry, testing::Collector};
use serde_json::json;
use tracing::{Level, Subscriber, debug, error, info, info_span, trace, warn};
use tracing_subscriber::{
    Layer,
    filter::{LevelFilter, filter_fn},
    fmt::{self, format::FmtSpan},
    prelude::*,
    registry,
    registry::LookupSpan,
};

use crate::support::{Written, app, ask, builder, records, records_of};

fn routes(cfg: &mut ServiceConfig) {
    let handler = || async {
        trace!(target: "app", "trace");
        debug!(target: "app", "debug");
        info!(target: "app", token = "CANARY", "password=CANARY");
        let span = info_span!(target: "app", "work", id = 7, later = tracing::field::Empty);
        span.in_scope(|| warn!(target: "app", "inside"));
        span.record("later", 8);
        span.in_scope(|| error!(target: "app", error = "failed", "inside again"));
        "done"
    };
    cfg.route("/", get().to(handler));
}

/// A layer that writes whatever the app says, for any place in a subscriber.
fn lines<S>(written: &Written) -> impl Layer<S> + Send + Sync
where
    S: Subscriber + for<'l> LookupSpan<'l>,
{
    fmt::layer()
        .without_time()
        .with_ansi(false)
        .with_span_events(FmtSpan::NEW | FmtSpan::ENTER | FmtSpan::EXIT)
        .with_writer(written.clone())
        .with_filter(filter_fn(|metadata| metadata.target() == "app"))
}

fn is_untouched(with: impl FnOnce(&Telemetry, &Written) -> Box<dyn Subscriber + Send + Sync>) {
    let (ours, plain) = (Written::default(), Written::default());
    let app = app(|telemetry| with(telemetry, &ours), routes);
    ask(&app, "/");
    let layer = lines(&plain);
    ask(&crate::support::app(|_| registry().with(layer), routes), "/");
    assert_eq!(plain.text().lines().count(), 10, "{}", plain.text());
    assert_eq!(ours.text(), plain.text());
    app.held_one();
    let messages: Vec<_> = records_of(&app).iter().map(|record| record[1].clone()).collect();
    assert_eq!(messages, ["password=[CLIENT_REDACTED]", "inside", "inside again"]);
}

#[test]
fn a_layer_before_us_writes_what_it_writes_without_us() {
    is_untouched(|telemetry, written| {
        Box::new(registry().with(lines(written)).with(telemetry.layer()))
    });
}

#[test]
fn a_layer_after_us_writes_what_it_writes_without_us() {
    is_untouched(|telemetry, written| {
        Box::new(registry().with(telemetry.layer()).with(lines(written)))
    });
}

#[test]
fn filters_of_the_app_hold_for_us_and_ours_for_nobody_else() {
    let collector = Collector::start().unwrap();
    let telemetry = builder(&collector).build().unwrap();
    let written = Written::default();
    let lines = fmt::layer().without_time().with_ansi(false).with_writer(written.clone());
    let subscriber = registry()
        .with(lines.with_filter(LevelFilter::DEBUG))
        .with(telemetry.layer().level(Level::TRACE).with_filter(LevelFilter::WARN));
    tracing::subscriber::with_default(subscriber, || {
        trace!("trace");
        debug!("debug");
        warn!("warn");
    });
    assert_eq!(records(&telemetry, &collector), [json!(["WARN", "warn", {}, "nowhere"])]);
    let target = module_path!();
    assert_eq!(written.text(), format!("DEBUG {target}: debug\n WARN {target}: warn\n"));
}

#[test]
fn two_layers_in_one_subscriber_do_not_disturb_each_other() {
    let [first, second] = [(); 2].map(|()| Collector::start().unwrap());
    let [one, two] = [&first, &second].map(|collector| builder(collector).build().unwrap());
    let layers = registry().with(one.layer().root_spans(true)).with(two.layer().root_spans(true));
    tracing::subscriber::with_default(layers, || {
        let span = info_span!("work", rows = tracing::field::Empty);
        span.record("rows", 1);
        let cause = info_span!("cause");
        span.follows_from(&cause);
        span.in_scope(|| info!("inside"));
    });
    // The span is that of the layer that comes first; both hear of the event.
    assert_eq!(records(&one, &first), [json!(["INFO", "inside", {}, "work"])]);
    assert_eq!(records(&two, &second), [json!(["INFO", "inside", {}, "a span elsewhere"])]);
    let attributes = json!({ "rows": 1, "target": module_path!() });
    let work = first.spans_named("work").pop().unwrap();
    assert_eq!((work.attributes.to_json(), work.links.len()), (attributes, 1));
    assert_eq!((first.spans().len(), second.spans().len()), (2, 0));
}

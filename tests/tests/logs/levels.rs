//! What is exported at all.

use apitoolkit_actix::{TracingLayer, testing::Collector};
use serde_json::{Value, json};
use tracing::{
    Level, debug, debug_span, error, info, info_span, level_filters::LevelFilter, trace, warn,
};

use crate::support::{ask, builder, doing, only, records, records_of};

fn every_level() {
    trace!("trace");
    debug!("debug");
    info!("info");
    warn!("warn");
    error!("error");
}

fn told(change: fn(TracingLayer) -> TracingLayer, log: fn()) -> Vec<Value> {
    let collector = Collector::start().unwrap();
    let telemetry = builder(&collector).build().unwrap();
    tracing::subscriber::with_default(only(change(telemetry.layer())), log);
    records(&telemetry, &collector)
        .into_iter()
        .map(|record| json!([record[0], record[1]]))
        .collect()
}

#[test]
fn from_info_upwards_unless_said_otherwise() {
    let at = |level: &str| json!([level.to_uppercase(), level]);
    let all = ["trace", "debug", "info", "warn", "error"].map(at);
    assert_eq!(told(|layer| layer, every_level), all[2..]);
    assert_eq!(told(|layer| layer.level(Level::TRACE), every_level), all);
    assert_eq!(told(|layer| layer.level(LevelFilter::ERROR), every_level), all[4..]);
    assert_eq!(told(|layer| layer.level(LevelFilter::OFF), every_level), all[5..]);
}

#[test]
fn severities_have_their_numbers() {
    let collector = Collector::start().unwrap();
    let telemetry = builder(&collector).build().unwrap();
    let layer = telemetry.layer().level(Level::TRACE);
    tracing::subscriber::with_default(only(layer), every_level);
    telemetry.flush().unwrap();
    let mut numbers: Vec<_> = collector.logs().iter().map(|log| log.severity_number).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 5, 9, 13, 17]);
}

#[test]
fn telemetry_about_telemetry_is_left_out() {
    let told = told(
        |layer| layer,
        || {
            error!(target: "apitoolkit_actix", "ours");
            error!(target: "opentelemetry_sdk", "the exporter's");
            error!(target: "opentelemetry-otlp", "the exporter's");
            error!(target: "opentelemetry_demo", "the app's");
        },
    );
    assert_eq!(told, [json!(["ERROR", "the app's"])]);
}

#[test]
fn a_span_below_the_level_is_left_out_and_what_is_inside_is_not() {
    let app = doing(|| {
        debug_span!("below").in_scope(|| {
            info!("inside");
            info_span!("above").in_scope(|| info!("further inside"));
        });
    });
    ask(&app, "/");
    let exchange = app.held_one();
    let tree = "monoscope.http [SERVER] Unset\n  above [INTERNAL] Unset\n";
    assert_eq!(app.collector.span_tree(&exchange.trace_id), tree);
    let expected = [
        json!(["INFO", "inside", {}, "monoscope.http"]),
        json!(["INFO", "further inside", {}, "above"]),
    ];
    assert_eq!(records_of(&app), expected);
}

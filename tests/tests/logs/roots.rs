//! Where no exchange is recorded: not sampled, or none at all.

use actix_web::web::get;
use apitoolkit_actix::{
    testing::{Collector, Signal},
    trace_ids,
};
use apitoolkit_tests::Settings;
use opentelemetry::trace::{Tracer as _, TracerProvider as _};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use prost::Message as _;
use serde_json::json;
use tracing::{info, info_span};

use crate::support::{app_with, ask, builder, doing, only, records};

#[test]
fn an_exchange_that_is_not_sampled_has_no_spans_and_logs_with_its_ids() {
    let settings = Settings { sample_ratio: 0.0, ..Settings::default() };
    let app = app_with(
        settings,
        |b| b,
        |telemetry| only(telemetry.layer().root_spans(true)),
        |cfg| {
            let handler = || async {
                info!("in the handler");
                info_span!("work").in_scope(|| info!("in a span"));
                trace_ids().unwrap().to_string()
            };
            cfg.route("/", get().to(handler));
        },
    );
    let ids = String::from_utf8(ask(&app, "/").body).unwrap();
    app.held(0);
    assert_eq!(app.collector.spans(), []);
    let logs = app.collector.logs();
    assert_eq!(logs.len(), 2);
    for log in &logs {
        let (trace, span) = (log.trace_id.as_ref().unwrap(), log.span_id.as_ref().unwrap());
        assert_eq!(format!("trace_id={trace} span_id={span}"), ids);
    }
    assert_eq!(flags(&app.collector), [0, 0]);
}

#[test]
fn a_sampled_exchange_says_so_in_its_logs() {
    let app = doing(|| info!("here"));
    ask(&app, "/");
    app.held_one();
    assert_eq!(flags(&app.collector), [1]);
}

/// The trace flags of every log record.
fn flags(collector: &Collector) -> Vec<u32> {
    let requests = collector.requests().into_iter();
    let logs = requests.filter(|r| r.signal() == Signal::Logs);
    logs.map(|request| ExportLogsServiceRequest::decode(request.raw()).unwrap())
        .flat_map(|request| request.resource_logs)
        .flat_map(|resource| resource.scope_logs)
        .flat_map(|scope| scope.log_records)
        .map(|record| record.flags)
        .collect()
}

#[test]
fn a_span_outside_of_everything_begins_a_trace_if_it_is_asked_to() {
    let collector = Collector::start().unwrap();
    let telemetry = builder(&collector).build().unwrap();
    let layer = telemetry.layer().root_spans(true);
    tracing::subscriber::with_default(only(layer), || {
        info_span!("alone").in_scope(|| {
            info!("inside");
            info_span!("below").in_scope(|| ());
        });
    });
    assert_eq!(records(&telemetry, &collector), [json!(["INFO", "inside", {}, "alone"])]);
    let trace = collector.spans()[0].trace_id.clone();
    assert_eq!(collector.span_tree(&trace), "alone [INTERNAL] Unset\n  below [INTERNAL] Unset\n");
    assert_eq!(collector.spans().len(), 2);
}

#[test]
fn a_span_inside_of_a_service_that_stands_alone_belongs_to_it() {
    let collector = Collector::start().unwrap();
    let telemetry = builder(&collector).build().unwrap();
    let root = telemetry.tracer_provider().tracer("app");
    tracing::subscriber::with_default(only(telemetry.layer()), || {
        root.in_span("job", |_| {
            info_span!("work").in_scope(|| info!("inside"));
        });
        // Not in anything.
        info_span!("alone").in_scope(|| ());
    });
    assert_eq!(records(&telemetry, &collector), [json!(["INFO", "inside", {}, "work"])]);
    let trace = collector.spans()[0].trace_id.clone();
    assert_eq!(collector.span_tree(&trace), "job [INTERNAL] Unset\n  work [INTERNAL] Unset\n");
    assert_eq!(collector.spans().len(), 2);
}

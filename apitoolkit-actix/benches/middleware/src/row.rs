//! The program that makes the calls of one row.

use std::env;

use actix_web::{App, rt::System};
use apitoolkit_actix::{ApiToolkit, Exporter, Telemetry};

use crate::{
    app::routes,
    body::PATHS,
    drive::{Job, drive},
    peers,
    rig::Rig,
    rows::{Body, Row, Signals, What},
};

/// Runs what its arguments say: the row's name and the job.
pub fn main() {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let [name, job @ ..] = &arguments[..] else { panic!("usage: row <row> <job>") };
    let (row, job) = (Row::named(name), Job::parse(job));
    System::new().block_on(run(row, job));
}

async fn run(row: &'static Row, job: Job) {
    match row.what {
        What::Bare => {
            drive(|| App::new().configure(routes(row.body)), Rig::new(row), job).await;
        }
        What::Ours(signals) => ours(row, signals, job).await,
        What::OpenTelemetry(signals) => peers::opentelemetry(row, signals, job).await,
        What::Tracing => peers::tracing(row, job).await,
        What::Sentry => peers::sentry(row, job).await,
    }
}

/// With a tracer provider given to it, the toolkit redacts and completes spans on its worker and
/// hands them to the provider's processor, here the SDK's. Its own exporter, which speaks OTLP, is
/// left out, as the peers' are. Without a meter provider its instruments are there and do nothing.
/// What neither samples nor measures runs on telemetry of our own, as an app would run it.
async fn ours(row: &'static Row, signals: Signals, job: Job) {
    let rig = Rig::new(row);
    let telemetry = off();
    let toolkit = ApiToolkit::builder()
        .capture_request_body(matches!(row.body, Body::Request(_)))
        .capture_response_body(matches!(row.body, Body::Response(_)))
        .redact_request_body(PATHS)
        .redact_response_body(PATHS);
    let toolkit = match signals {
        Signals { spans: false, metrics: false } => toolkit.telemetry(&telemetry),
        _ => toolkit.tracer_provider(&rig.tracers),
    };
    let toolkit = match &rig.meters {
        Some(meters) => toolkit.meter_provider(meters),
        None => toolkit,
    };
    let toolkit = toolkit.build().expect("a toolkit");
    let app = move || App::new().wrap(toolkit.clone()).configure(routes(row.body));
    drive(app, rig, job).await;
}

/// Telemetry whose sampler takes nothing. Without a sample nothing is sent to its endpoint.
fn off() -> Telemetry {
    Telemetry::builder()
        .environment::<&str, &str>([])
        .install(false)
        .sample_ratio(0.0)
        .metrics_exporter(Exporter::None)
        .logs_exporter(Exporter::None)
        .build()
        .expect("telemetry")
}

//! The program that makes the calls of one row.

use std::{env, rc::Rc, sync::Arc};

use actix_web::{App, rt::System};
use apitoolkit_actix::{ApiToolkit, Exporter, Telemetry};

use crate::{
    app::routes,
    body::PATHS,
    drive::{Job, drive},
    peers,
    rig::Rig,
    rows::{Body, Row, Signals, What},
    sink::Sink,
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
        What::OursByProvider(_) => ours_by_provider(row, job).await,
        What::OpenTelemetry(signals) => peers::opentelemetry(row, signals, job).await,
        What::Tracing => peers::tracing(row, job).await,
        What::Sentry => peers::sentry(row, job).await,
    }
}

/// On telemetry of its own, as most apps run it, which hands its requests to the sink in the place of
/// sending them. Unlike the peers' spans, which end before they are encoded, these are encoded.
async fn ours(row: &'static Row, signals: Signals, job: Job) {
    let rig = Rig::new(row);
    let telemetry = telemetry(signals, &rig.sink);
    let toolkit = toolkit(row, &rig).telemetry(&telemetry).build().expect("a toolkit");
    let telemetry = Rc::new(telemetry);
    let rig = rig.drain_by(move || telemetry.flush().expect("spans are handed over"));
    drive(move || App::new().wrap(toolkit.clone()).configure(routes(row.body)), rig, job).await;
}

/// With a tracer provider given to it, the toolkit redacts and completes spans on its worker and
/// hands them to the provider's processor, here the SDK's.
async fn ours_by_provider(row: &'static Row, job: Job) {
    let rig = Rig::new(row);
    let toolkit = toolkit(row, &rig).tracer_provider(&rig.tracers).build().expect("a toolkit");
    drive(move || App::new().wrap(toolkit.clone()).configure(routes(row.body)), rig, job).await;
}

fn toolkit(row: &Row, rig: &Rig) -> apitoolkit_actix::Builder {
    let toolkit = ApiToolkit::builder()
        .capture_request_body(matches!(row.body, Body::Request(_)))
        .capture_response_body(matches!(row.body, Body::Response(_)))
        .redact_request_body(PATHS)
        .redact_response_body(PATHS);
    match &rig.meters {
        Some(meters) => toolkit.meter_provider(meters),
        None => toolkit,
    }
}

/// Its metrics are those of the meter provider, if there is one.
fn telemetry(signals: Signals, sink: &Arc<Sink>) -> Telemetry {
    let sink = Arc::clone(sink);
    Telemetry::builder()
        .environment::<&str, &str>([])
        .install(false)
        .sample_ratio(if signals.spans { 1.0 } else { 0.0 })
        .metrics_exporter(Exporter::None)
        .logs_exporter(Exporter::None)
        .span_sink(move |request, spans| sink.request(request, spans))
        .build()
        .expect("telemetry")
}

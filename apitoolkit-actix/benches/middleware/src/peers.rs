//! The peers, set up as their documentation shows it.

use std::{sync::Arc, time::Duration};

use actix_web::App;
use opentelemetry_0_32::trace::TracerProvider as _;
use opentelemetry_instrumentation_actix_web::{RequestMetrics, RequestTracing};
use sentry::{ClientOptions, Envelope, Hub, Transport};
use tracing_actix_web::TracingLogger;
use tracing_subscriber::{filter::LevelFilter, layer::SubscriberExt as _};

use crate::{
    app::routes,
    drive::{Job, drive},
    rig::Rig,
    rows::{Row, Signals},
    sink::{Kept, Sink, traces_0_32},
};

pub(crate) async fn opentelemetry(row: &'static Row, signals: Signals, job: Job) {
    let rig = Rig::new(row);
    let traced = || App::new().wrap(RequestTracing::new());
    if signals.metrics {
        let app = move || traced().wrap(RequestMetrics::default()).configure(routes(row.body));
        drive(app, rig, job).await;
    } else {
        drive(move || traced().configure(routes(row.body)), rig, job).await;
    }
}

pub(crate) async fn tracing(row: &'static Row, job: Job) {
    let rig = Rig::new(row);
    let tracers = traces_0_32::provider(&rig.sink, true);
    opentelemetry_0_32::global::set_text_map_propagator(
        opentelemetry_sdk_0_32::propagation::TraceContextPropagator::new(),
    );
    let layer = tracing_opentelemetry::layer().with_tracer(tracers.tracer("bench"));
    let subscriber = tracing_subscriber::registry().with(LevelFilter::INFO).with(layer);
    tracing::subscriber::set_global_default(subscriber).expect("the one subscriber");
    let rig = rig.flush_also(move || tracers.force_flush().expect("spans are handed over"));
    let app = || App::new().wrap(TracingLogger::default()).configure(routes(row.body));
    drive(app, rig, job).await;
}

pub(crate) async fn sentry(row: &'static Row, job: Job) {
    let rig = Rig::new(row);
    let transport = Arc::new(Envelopes(Arc::clone(&rig.sink)));
    let options = ClientOptions::new()
        .dsn("http://public@127.0.0.1:9/1")
        .traces_sample_rate(1.0)
        .transport(transport);
    let _guard = sentry::init(options);
    let rig = rig.flush_also(|| {
        let client = Hub::main().client().expect("a client");
        assert!(client.flush(Some(Duration::from_secs(10))));
    });
    let app = || {
        App::new()
            .wrap(sentry_actix::Sentry::builder().start_transaction(true).finish())
            .configure(routes(row.body))
    };
    drive(app, rig, job).await;
}

struct Envelopes(Arc<Sink>);

impl Transport for Envelopes {
    fn send_envelope(&self, envelope: Envelope) {
        self.0.arrived(&[envelope], |envelope| Kept {
            attributes: Vec::new(),
            text: format!("{envelope:?}"),
        });
        self.0.ended.add();
    }
}

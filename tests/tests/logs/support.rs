//! What the tests of the layer share.

use std::{
    collections::HashMap,
    io, mem,
    sync::{Arc, Mutex, PoisonError},
};

use actix_web::web::{ServiceConfig, get};
use apitoolkit_actix::{
    Builder, Telemetry, TracingLayer,
    testing::{Collector, LogRecord},
};
use apitoolkit_tests::{Reply, Settings, TestApp};
use serde_json::{Value, json};
use tracing::{Dispatch, Subscriber};
use tracing_subscriber::{fmt::MakeWriter, prelude::*, registry};

pub(crate) use apitoolkit_tests::telemetry as builder;

/// A subscriber with nothing but the layer.
pub(crate) fn only(layer: TracingLayer) -> impl Subscriber + Send + Sync {
    registry().with(layer)
}

/// An app whose worker has a subscriber, with routes that need nothing.
pub(crate) fn app<S>(
    subscriber: impl FnOnce(&Telemetry) -> S,
    routes: fn(&mut ServiceConfig),
) -> TestApp
where
    S: Subscriber + Send + Sync + 'static,
{
    app_with(Settings::default(), |b| b, subscriber, routes)
}

/// An app whose worker has a subscriber.
pub(crate) fn app_with<S>(
    settings: Settings,
    toolkit: impl FnOnce(Builder) -> Builder,
    subscriber: impl FnOnce(&Telemetry) -> S,
    routes: impl Fn(&mut ServiceConfig) + Clone + Send + 'static,
) -> TestApp
where
    S: Subscriber + Send + Sync + 'static,
{
    TestApp::with(settings, toolkit, |telemetry| {
        let dispatch = Dispatch::new(subscriber(telemetry));
        move |cfg: &mut ServiceConfig| {
            // Routes are made on the worker's own thread, which has no other subscriber ever.
            mem::forget(tracing::dispatcher::set_default(&dispatch));
            routes(cfg);
        }
    })
}

/// An app with one handler, at `/`, that runs `work`.
pub(crate) fn doing(work: fn()) -> TestApp {
    app_with(
        Settings::default(),
        |b| b,
        |telemetry| only(telemetry.layer()),
        move |cfg| {
            cfg.route(
                "/",
                get().to(move || async move {
                    work();
                    "done"
                }),
            );
        },
    )
}

/// Sends a GET and checks that it was answered well.
pub(crate) fn ask(app: &TestApp, path: &str) -> Reply {
    let sent = format!("GET {path} HTTP/1.1\r\nHost: api.test\r\nConnection: close\r\n\r\n");
    let reply = app.connect().send(sent).reply();
    assert_eq!(reply.status, 200, "{reply:?}");
    reply
}

/// Every log record so far, once everything was sent: severity, message, attributes, and the name of
/// the span in which it was written, in the order in which they were written. The ids of its exchange
/// are checked, and left out.
pub(crate) fn records(telemetry: &Telemetry, collector: &Collector) -> Vec<Value> {
    telemetry.flush().expect("a flush");
    let names: HashMap<_, _> = collector
        .spans()
        .into_iter()
        .map(|span| ((span.trace_id, span.span_id), span.name))
        .collect();
    let exchanges: HashMap<_, _> = collector
        .spans_named("monoscope.http")
        .into_iter()
        .map(|span| (span.trace_id.clone(), span))
        .collect();
    let place = |log: &LogRecord| match (log.trace_id.clone(), log.span_id.clone()) {
        (Some(trace), Some(span)) => {
            names.get(&(trace, span)).cloned().unwrap_or_else(|| "a span elsewhere".to_owned())
        }
        (None, None) => "nowhere".to_owned(),
        half => panic!("half an id: {half:?}"),
    };
    let mut logs = collector.logs();
    logs.sort_by_key(|log| log.time.expect("a time"));
    logs.iter()
        .map(|log| {
            assert_eq!(log.attributes.duplicates(), [""; 0]);
            let exchange = log.trace_id.as_ref().and_then(|trace| exchanges.get(trace));
            let mut attributes = log.attributes.to_json();
            for key in ["apitoolkit.msg_id", "apitoolkit.request_id"] {
                let id = exchange.and_then(|exchange| exchange.str_attr(key));
                assert_eq!(log.attributes.str(key), id, "{log:?}");
                attributes.as_object_mut().expect("an object").remove(key);
            }
            json!([log.severity, log.body.to_json(), attributes, place(log)])
        })
        .collect()
}

/// As [`records`], of an app.
pub(crate) fn records_of(app: &TestApp) -> Vec<Value> {
    records(&app.telemetry, &app.collector)
}

/// The attributes of the only record.
pub(crate) fn attributes_of(app: &TestApp) -> Value {
    let records = records_of(app);
    assert_eq!(records.len(), 1, "{records:#?}");
    records[0][2].clone()
}

/// What a `fmt` layer wrote.
#[derive(Clone, Default)]
pub(crate) struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    pub(crate) fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8(bytes.clone()).expect("text")
    }
}

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for Written {
    type Writer = Self;

    fn make_writer(&'w self) -> Self {
        self.clone()
    }
}

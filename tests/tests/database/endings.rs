//! However a call ends, its span ends once, at once.

use std::{
    future::{pending, ready},
    pin::pin,
    sync::{Arc, Mutex, mpsc},
    time::{Duration, Instant},
};

use actix_web::{HttpResponse, web};
use apitoolkit_actix::{Convention, testing::StatusCode};
use apitoolkit_tests::{SOON, Settings, TestApp};
use futures_util::{FutureExt as _, future, poll};
use opentelemetry::{Context, trace::TraceContextExt as _};
use serde_json::json;

use crate::support::{DB, get, statements, told, went_well};

const SLEEP: &str = "SELECT sleep(?)";

fn attributes() -> serde_json::Value {
    json!({
        "db.system.name": "sqlite",
        "db.namespace": "flaskr.sqlite",
        "db.operation.name": "SELECT",
        "db.query.summary": "SELECT",
        "db.query.text": SLEEP,
    })
}

fn has_span() -> bool {
    Context::current().span().span_context().is_valid()
}

#[test]
fn cancelled_is_no_error() {
    async fn handler() -> HttpResponse {
        let mut slow = Box::pin(DB.trace_any(SLEEP, pending::<()>()));
        assert!(poll!(&mut slow).is_pending());
        drop(slow);
        // The loser of a race, and one that was never polled.
        let slow = pin!(DB.trace(SLEEP, pending::<Result<(), sqlx::Error>>()));
        future::select(slow, ready(())).await;
        drop(DB.trace_any(SLEEP, ready(())));
        HttpResponse::Ok().finish()
    }
    let app = TestApp::start(
        |b| b,
        |cfg| {
            cfg.route("/", web::get().to(handler));
        },
    );
    app.same(get("/"));
    for span in statements(&app, 3) {
        assert_eq!(told(&span), went_well("SELECT", &attributes()));
    }
    app.held_one();
}

#[test]
fn a_client_that_goes_away_cancels_too() {
    let (started, has_started) = mpsc::channel();
    let settings = Settings { half_closed: false, ..Settings::default() };
    let app = TestApp::with(
        settings,
        |b| b,
        |_| {
            move |cfg: &mut web::ServiceConfig| {
                let started = started.clone();
                let handler = move || {
                    let started = started.clone();
                    DB.trace_any(SLEEP, async move {
                        started.send(()).unwrap();
                        pending::<HttpResponse>().await
                    })
                };
                cfg.route("/", web::get().to(handler));
            }
        },
    );
    let mut client = app.connect();
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    has_started.recv_timeout(SOON).unwrap();
    client.reset();
    assert_eq!(told(&statements(&app, 1)[0]), went_well("SELECT", &attributes()));
    app.held_one();
}

#[test]
fn suppressed_telemetry_has_neither_span_nor_metric() {
    async fn handler() -> HttpResponse {
        let suppressed = Context::current().with_telemetry_suppressed().attach();
        drop(DB.enter(SLEEP));
        drop(suppressed);
        HttpResponse::Ok().finish()
    }
    let app = TestApp::start(
        |b| b,
        |cfg| {
            cfg.route("/", web::get().to(handler));
        },
    );
    app.same(get("/"));
    app.held_one();
    assert_eq!(app.collector.spans().len(), 1);
    assert_eq!(app.collector.metrics_named("db.client.operation.duration").len(), 0);
}

#[test]
fn a_panic_ends_the_span_at_once_and_goes_on() {
    async fn handler() -> HttpResponse {
        let mut bursts = Box::pin(DB.trace_any(SLEEP, async { panic!("burst with CANARY") }));
        let caught = std::panic::AssertUnwindSafe(&mut bursts).catch_unwind().await;
        let caught: Result<(), _> = caught;
        let told = *caught.unwrap_err().downcast::<&str>().unwrap();
        assert_eq!(told, "burst with CANARY");
        // The span has ended, although the future is still there.
        let caught = std::panic::catch_unwind(|| {
            let _guard = DB.enter(SLEEP);
            panic!("burst");
        });
        assert!(caught.is_err());
        drop(bursts);
        HttpResponse::Ok().finish()
    }
    let app = TestApp::start(
        |b| b,
        |cfg| {
            cfg.route("/", web::get().to(handler));
        },
    );
    app.same(get("/"));
    let mut attributes = attributes();
    attributes["error.type"] = json!("panic");
    for span in statements(&app, 2) {
        let mut expected = went_well("SELECT", &attributes);
        expected["status"] = json!({ "code": "Error", "message": "panic" });
        assert_eq!(told(&span), expected);
    }
    let exchange = app.held_one();
    assert_eq!(exchange.status.code, StatusCode::Unset);
}

#[test]
fn a_hook_that_panics_hurts_nobody() {
    async fn handler() -> HttpResponse {
        let rows = DB.trace_any(SLEEP, ready(7)).returned_rows(|_| panic!("no count")).await;
        HttpResponse::Ok().body(rows.to_string())
    }
    let app = TestApp::start(
        |b| b,
        |cfg| {
            cfg.route("/", web::get().to(handler));
        },
    );
    assert!(app.same(get("/")).ends_with('7'));
    assert_eq!(told(&statements(&app, 1)[0]), went_well("SELECT", &attributes()));
    app.held_one();
}

#[test]
fn without_a_sampled_trace_there_is_the_metric_alone() {
    async fn handler(seen: web::Data<Mutex<Vec<bool>>>) -> HttpResponse {
        let outside = has_span();
        let inside = DB.trace_any(SLEEP, async { has_span() }).await;
        let result = DB.trace(SLEEP, ready(Err::<(), _>(std::fmt::Error))).await;
        assert!(result.is_err());
        let mut guard = DB.enter(SLEEP);
        guard.set_rows_returned(1);
        drop(guard);
        seen.lock().unwrap().extend([outside, inside]);
        HttpResponse::Ok().finish()
    }
    let settings = Settings { sample_ratio: 0.0, ..Settings::default() };
    let seen = Arc::new(Mutex::new(Vec::<bool>::new()));
    let shared = web::Data::from(Arc::clone(&seen));
    let app = TestApp::with(
        settings,
        |b| b.convention(Convention::OpenTelemetry),
        |_| {
            move |cfg: &mut web::ServiceConfig| {
                cfg.app_data(shared.clone()).route("/", web::get().to(handler));
            }
        },
    );
    let reply = app.connect().send(get("/")).reply();
    assert_eq!(reply.status, 200);
    assert_eq!(*seen.lock().unwrap(), [true, true]);
    app.telemetry.flush().unwrap();
    let count = |failed: bool| {
        let point = app.collector.wait_for_metric(
            "db.client.operation.duration",
            |point| point.attributes.get("error.type").is_some() == failed,
            SOON,
        );
        point.unwrap().count
    };
    assert_eq!((count(false), count(true)), (Some(2), Some(1)));
    assert_eq!(app.collector.spans().len(), 0);
    app.held(0);
}

#[test]
fn a_span_takes_as_long_as_its_call() {
    const LONG: Duration = Duration::from_millis(30);
    async fn handler() -> HttpResponse {
        DB.trace_any(SLEEP, actix_web::rt::time::sleep(LONG)).await;
        HttpResponse::Ok().finish()
    }
    let app = TestApp::start(
        |b| b,
        |cfg| {
            cfg.route("/", web::get().to(handler));
        },
    );
    let started = Instant::now();
    app.connect().send(get("/")).reply();
    let longest = started.elapsed();
    let span = statements(&app, 1).pop().unwrap();
    let point = app.collector.wait_for_metric("db.client.operation.duration", |_| true, SOON);
    let measured = Duration::from_secs_f64(point.unwrap().sum.unwrap());
    for took in [span.duration(), measured] {
        assert!(took >= LONG && took <= longest, "{LONG:?} {took:?} {longest:?}");
    }
    app.held_one();
}

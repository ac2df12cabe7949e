//! Failures that no answer tells of: each is told of where it happened, and in time.

use std::sync::{Arc, Mutex, mpsc};

use actix_web::{HttpResponse, web};
use apitoolkit_actix::{testing::StatusCode, trace_service};
use apitoolkit_tests::{SOON, Settings, TestApp};
use futures_util::stream;
use tokio::sync::Notify;

use crate::{
    requests::get,
    returned::{count, exception, failed, plain},
    support::{BROKEN, BROKEN_TYPE, errors, inner},
};

#[test]
fn what_fails_after_the_answer_is_told_of_at_once() {
    let go = Arc::new(Notify::new());
    let gate = Arc::clone(&go);
    let app = TestApp::start(
        |b| b,
        move |cfg| {
            let gate = Arc::clone(&gate);
            let handler = move || {
                let gate = Arc::clone(&gate);
                let body = stream::once(async move {
                    assert!(count().await.is_err());
                    gate.notified().await;
                    Ok::<_, actix_web::Error>(web::Bytes::from_static(b"end"))
                });
                async { HttpResponse::Ok().streaming(Box::pin(body)) }
            };
            cfg.route("/", web::get().to(handler));
        },
    );
    let mut client = app.connect();
    client.send(get("/"));
    let spans = inner(&app, 1);
    assert_eq!(app.collector.spans().len(), 1, "the exchange goes on");
    let told = exception(BROKEN_TYPE, BROKEN);
    assert_eq!(failed(&spans[0]), ("Stock.count", BROKEN, Some(BROKEN_TYPE), told));
    go.notify_one();
    assert!(client.reply().text().ends_with("end"));
    assert_eq!(errors(&app.held_one()), []);
}

#[test]
fn what_failed_before_the_client_went_away_is_told_of() {
    let (running, is_running) = mpsc::channel();
    let running = Arc::new(Mutex::new(running));
    let settings = Settings { half_closed: false, ..Settings::default() };
    let app = TestApp::with(
        settings,
        |b| b,
        |_| {
            move |cfg: &mut web::ServiceConfig| {
                let running = Arc::clone(&running);
                let handler = move || {
                    let running = Arc::clone(&running);
                    async move {
                        assert!(count().await.is_err());
                        running.lock().unwrap().send(()).unwrap();
                        std::future::pending::<&'static str>().await
                    }
                };
                cfg.route("/", web::get().to(handler));
            }
        },
    );
    let mut client = app.connect();
    client.send(get("/"));
    is_running.recv_timeout(SOON).unwrap();
    client.reset();
    let span = app.held_one();
    assert_eq!(span.str_attr("error.type"), Some("client_disconnected"));
    assert_eq!(errors(&span), []);
    let told = exception(BROKEN_TYPE, BROKEN);
    assert_eq!(failed(&inner(&app, 1)[0]), ("Stock.count", BROKEN, Some(BROKEN_TYPE), told));
}

#[test]
fn what_fails_in_a_future_of_its_own_is_told_of() {
    let app = TestApp::start(
        |b| b,
        |cfg| {
            cfg.route(
                "/",
                web::get().to(|| async {
                    let failed = trace_service("Stock", "asked", plain()).report_errors().await;
                    assert!(failed.is_err());
                    let quiet = trace_service("Stock", "quiet", plain()).await;
                    assert!(quiet.is_err());
                    "fine"
                }),
            );
        },
    );
    app.same(get("/"));
    assert_eq!(errors(&app.held_one()), []);
    let spans = inner(&app, 2);
    let told = exception(BROKEN_TYPE, BROKEN);
    assert_eq!(failed(&spans[0]), ("Stock.asked", BROKEN, Some(BROKEN_TYPE), told));
    assert_eq!((spans[1].status.code, spans[1].events.len()), (StatusCode::Unset, 0));
}

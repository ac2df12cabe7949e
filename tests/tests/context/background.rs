//! Work that leaves the handler: with its context if it is told to take that along, without any if
//! not.

use std::{
    future::{Ready, ready},
    sync::{Arc, Mutex},
    thread,
};

use actix_rt::Arbiter;
use actix_web::{
    Error, FromRequest, HttpRequest,
    dev::{Payload, Service as _},
    web,
};
use apitoolkit_actix::{
    enter_service, in_context, in_context_fn, set_attribute, spawn,
    testing::{Kind, Span},
    trace_service,
};
use apitoolkit_tests::{SOON, Settings, TestApp};
use opentelemetry::trace::{Span as _, Tracer as _, TracerProvider as _};
use opentelemetry_sdk::trace::SdkTracer;
use tokio::sync::oneshot;

use crate::{requests::get, support::inner};

/// Makes a span as any code does that knows nothing of us.
fn mark(tracer: &SdkTracer, name: &'static str) {
    tracer.start(name).end();
}

async fn work(tracer: SdkTracer, name: &'static str) {
    actix_rt::task::yield_now().await;
    mark(&tracer, name);
}

async fn everywhere(tracer: SdkTracer) -> &'static str {
    let work = |name| work(tracer.clone(), name);
    let call = |name| {
        let tracer = tracer.clone();
        move || mark(&tracer, name)
    };
    spawn(work("with: spawn")).await.unwrap();
    actix_rt::spawn(work("without: spawn")).await.unwrap();
    tokio::spawn(in_context(work("with: tokio"))).await.unwrap();
    tokio::spawn(work("without: tokio")).await.unwrap();
    web::block(in_context_fn(call("with: block"))).await.unwrap();
    web::block(call("without: block")).await.unwrap();
    thread::spawn(in_context_fn(call("with: thread"))).join().unwrap();
    thread::spawn(call("without: thread")).join().unwrap();
    let arbiter = Arbiter::new();
    for with in [true, false] {
        let (done, is_done) = oneshot::channel();
        let (name, call) = match with {
            true => ("with: arbiter", call("with: arbiter's call")),
            false => ("without: arbiter", call("without: arbiter's call")),
        };
        let work = work(name);
        if with {
            arbiter.spawn_fn(in_context_fn(call));
            arbiter.spawn(in_context(async move {
                work.await;
                done.send(()).unwrap();
            }));
        } else {
            arbiter.spawn_fn(call);
            arbiter.spawn(async move {
                work.await;
                done.send(()).unwrap();
            });
        }
        is_done.await.unwrap();
    }
    arbiter.stop();
    "fine"
}

fn app_with_tracer<F>(handler: fn(SdkTracer) -> F) -> TestApp
where
    F: Future<Output = &'static str> + 'static,
{
    TestApp::with(
        Settings::default(),
        |b| b,
        |telemetry| {
            let tracer = telemetry.tracer_provider().tracer("app");
            move |cfg| {
                let tracer = tracer.clone();
                cfg.route("/", web::get().to(move || handler(tracer.clone())));
            }
        },
    )
}

#[test]
fn what_takes_its_context_along_is_a_child_and_what_does_not_is_nobody_s() {
    let app = app_with_tracer(everywhere);
    let answer = apitoolkit_tests::Raw::connect(app.address).send(get("/")).reply();
    assert_eq!(answer.text(), "fine");
    let request = app.held_one();
    let spans = inner(&app, 12);
    let (with, without): (Vec<_>, Vec<_>) =
        spans.iter().partition(|span| span.name.starts_with("with:"));
    assert_eq!((with.len(), without.len()), (6, 6));
    for span in with {
        assert_eq!(span.trace_id, request.trace_id, "{}", span.name);
        assert_eq!(span.parent_span_id.as_deref(), Some(request.span_id.as_str()), "{}", span.name);
    }
    for span in without {
        assert_ne!(span.trace_id, request.trace_id, "{}", span.name);
        assert_eq!(span.parent_span_id, None, "{}", span.name);
    }
}

#[test]
fn work_may_outlive_its_request() {
    let (release, released) = oneshot::channel::<()>();
    let released = Arc::new(Mutex::new(Some(released)));
    let app = TestApp::start(
        |b| b,
        move |cfg| {
            let released = Arc::clone(&released);
            cfg.route(
                "/",
                web::get().to(move || {
                    // The baseline's handler finds nothing to wait for, and does no work.
                    if let Some(released) = released.lock().unwrap().take() {
                        spawn(async move {
                            released.await.unwrap();
                            set_attribute("late", true);
                            trace_service("Late", "work", async {}).await;
                        });
                    }
                    async { "fine" }
                }),
            );
        },
    );
    let answer = apitoolkit_tests::Raw::connect(app.address).send(get("/")).reply();
    assert_eq!(answer.text(), "fine");
    let request = app.held_one();
    assert_eq!(app.collector.spans().len(), 1);
    release.send(()).unwrap();
    let late = &inner(&app, 1)[0];
    assert_eq!((late.name.as_str(), late.kind), ("Late.work", Kind::Internal));
    assert_eq!(late.trace_id, request.trace_id);
    assert_eq!(late.parent_span_id.as_deref(), Some(request.span_id.as_str()));
    assert!(late.start >= request.end);
    assert_eq!((request.attr("late"), late.attr("late")), (None, None));
    assert!(app.worker.is_clean());
}

#[test]
fn the_context_is_that_of_the_call() {
    let app = TestApp::start(
        |b| b,
        |cfg| {
            cfg.route(
                "/",
                web::get().to(|| async {
                    let outside = in_context(trace_service("A", "lazy", async {
                        drop(enter_service("A", "child"));
                    }));
                    let made_inside = {
                        let _service = enter_service("B", "scope");
                        in_context(async { drop(enter_service("B", "child")) })
                    };
                    outside.await;
                    // Its scope has ended, and is its parent all the same.
                    made_inside.await;
                    "fine"
                }),
            );
        },
    );
    app.same(get("/"));
    let request = app.held_one();
    inner(&app, 4);
    assert_eq!(
        app.collector.span_tree(&request.trace_id),
        "monoscope.http [SERVER] Unset\n  A.lazy [INTERNAL] Unset\n    A.child [INTERNAL] Unset\n  \
         B.scope [INTERNAL] Unset\n    B.child [INTERNAL] Unset\n"
    );
}

#[test]
fn a_panic_in_the_background_stays_there() {
    let app = TestApp::start(
        |b| b,
        |cfg| {
            cfg.route(
                "/",
                web::get().to(|| async {
                    let failed = spawn(trace_service("Late", "burst", async { panic!("burst") }));
                    format!("{}", failed.await.is_err())
                }),
            );
        },
    );
    assert!(app.same(get("/")).ends_with("true"));
    let request = app.held_one();
    assert_eq!((request.events.len(), request.str_attr("error.type")), (0, None));
    assert_eq!(inner(&app, 1)[0].str_attr("error.type"), Some("panic"));
}

/// Makes a span before it returns a future.
struct Sync;

impl FromRequest for Sync {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(_: &HttpRequest, _: &mut Payload) -> Self::Future {
        drop(enter_service("Sync", "extractor"));
        ready(Ok(Self))
    }
}

#[test]
fn synchronous_parts_are_inside_too() {
    let app = TestApp::start(
        |b| b,
        |cfg| {
            let resource = web::resource("/").wrap_fn(|request, service| {
                drop(enter_service("Sync", "middleware"));
                service.call(request)
            });
            cfg.service(resource.route(web::get().to(|_: Sync| async { "fine" })));
        },
    );
    app.same(get("/"));
    let request = app.held_one();
    let parent = |span: &Span| span.parent_span_id.clone();
    let spans = inner(&app, 2);
    assert_eq!(
        spans.iter().map(|span| span.name.as_str()).collect::<Vec<_>>(),
        ["Sync.extractor", "Sync.middleware"]
    );
    assert!(spans.iter().all(|span| parent(span) == Some(request.span_id.clone())));
    app.collector.wait_for(|_| true, 3, SOON).unwrap();
}

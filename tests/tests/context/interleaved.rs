//! Many requests on one worker that take turns at every step: what each adds is its own.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use actix_web::{HttpRequest, web};
use apitoolkit_actix::{
    Exchange, User, enter_service, in_context, report_current_error, report_error, set_attribute,
    set_user, spawn,
    testing::{Kind, Span},
    trace_service,
};
use apitoolkit_tests::{SOON, Settings, TestApp};
use futures_util::future::{Either, join_all, select};
use opentelemetry::trace::{Span as _, Tracer as _, TracerProvider as _};
use opentelemetry_sdk::trace::SdkTracer;
use tokio::sync::Notify;

use crate::{requests::get, support::errors};

const REQUESTS: usize = 500;
const STEPS: usize = 8;

/// A moment in which others have their turn, for longer or shorter.
async fn pause(id: usize, step: usize) {
    for _ in 0..(id * 7919 + step * 104_729) % 5 + 1 {
        actix_rt::task::yield_now().await;
    }
}

fn error(id: usize, step: usize) -> std::io::Error {
    std::io::Error::other(format!("{id} failed at {step}"))
}

async fn step(request: HttpRequest, id: usize, step: usize) {
    set_attribute(format!("step {step}"), id as i64);
    pause(id, step).await;
    match step % 3 {
        0 => report_current_error(&error(id, step)),
        1 => report_error(&request, &error(id, step)),
        _ => Exchange::of(&request).report_error(&error(id, step)),
    }
    pause(id, step).await;
    set_user(User::id(id));
    // Ended in the order in which they began.
    let first = enter_service("Step", "first");
    let second = enter_service("Step", "second");
    drop(first);
    set_attribute(format!("after {step}"), id as i64);
    drop(second);
}

async fn run(request: HttpRequest, id: usize, tracer: SdkTracer) {
    // One after the other, all at once, as a task, and as one that loses.
    step(request.clone(), id, 0).await;
    join_all((1..4).map(|n| step(request.clone(), id, n))).await;
    spawn(step(request.clone(), id, 4)).await.unwrap();
    trace_service("Step", "service", step(request.clone(), id, 5)).await;
    let never = Box::pin(trace_service("Step", "lost", std::future::pending::<()>()));
    let winner = Box::pin(step(request.clone(), id, 6));
    assert!(matches!(select(never, winner).await, Either::Right(_)));
    let alone = tracer.clone();
    let alone = actix_rt::spawn(async move {
        pause(id, 0).await;
        alone.start("alone").end();
    });
    tokio::spawn(in_context(async move {
        pause(id, 1).await;
        set_attribute("step 7", id as i64);
        report_current_error(&error(id, 7));
        set_attribute("after 7", id as i64);
        tracer.start("together").end();
    }))
    .await
    .unwrap();
    alone.await.unwrap();
}

fn app() -> TestApp {
    let arrived = Arc::new(AtomicUsize::new(0));
    let all = Arc::new(Notify::new());
    // Most of the spans end at about the same time.
    let settings = Settings { queue_size: 16_384, ..Settings::default() };
    TestApp::with(
        settings,
        |b| b.attributes(path),
        |telemetry| {
            let tracer = telemetry.tracer_provider().tracer("app");
            move |cfg| {
                let (arrived, all, tracer) = (arrived.clone(), all.clone(), tracer.clone());
                let handler = move |request: HttpRequest, id: web::Path<usize>| {
                    let (arrived, all, tracer) = (arrived.clone(), all.clone(), tracer.clone());
                    async move {
                        let go = all.notified();
                        if arrived.fetch_add(1, Ordering::SeqCst) + 1 == REQUESTS {
                            all.notify_waiters();
                        } else {
                            go.await;
                        }
                        run(request, *id, tracer).await;
                        "fine"
                    }
                };
                cfg.route("/{id}", web::get().to(handler));
            }
        },
    )
}

fn path(request: &actix_web::dev::ServiceRequest) -> [(&'static str, String); 1] {
    [("path by the hook", request.path().to_owned())]
}

fn check(span: &Span, id: usize) {
    assert_eq!(span.str_attr("url.path"), Some(format!("/{id}").as_str()));
    assert_eq!(span.str_attr("path by the hook"), span.str_attr("url.path"));
    assert_eq!(span.str_attr("user.id"), Some(id.to_string().as_str()));
    let mine: Vec<_> = span
        .attributes
        .iter()
        .filter(|(key, _)| key.starts_with("step ") || key.starts_with("after "))
        .map(|(_, value)| value.as_int())
        .collect();
    assert_eq!(mine, [Some(id as i64); 2 * STEPS]);
    let mut told: Vec<_> = errors(span).into_iter().map(|told| told.message).collect();
    told.sort();
    let expected: Vec<_> = (0..STEPS).map(|step| error(id, step).to_string()).collect();
    assert_eq!(told, expected);
}

#[test]
fn five_hundred_requests_on_one_worker() {
    let app = app();
    let address = app.address;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let ask = |id: usize| async move {
            use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
            let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
            stream.write_all(get(&format!("/{id}")).as_bytes()).await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("fine"), "{answer}");
        };
        join_all((0..REQUESTS).map(ask)).await;
    });
    let servers = app.held(REQUESTS);
    for span in &servers {
        let id = span.str_attr("url.path").and_then(|path| path[1..].parse().ok()).unwrap();
        check(span, id);
    }
    // Two scopes in each of seven steps, the service, the one that lost, and two of the app's own.
    let per_request = 2 * 7 + 2 + 2;
    let inside = |span: &Span| span.kind != Kind::Server;
    let inner = app.collector.wait_for(inside, REQUESTS * per_request, SOON).unwrap();
    assert_eq!(inner.len(), REQUESTS * per_request);
    let alone = inner.iter().filter(|span| span.name == "alone");
    assert!(alone.clone().all(|span| span.parent_span_id.is_none()), "nobody else's");
    assert_eq!(alone.count(), REQUESTS);
    // In the trace of a request, below something of that trace.
    let all: HashMap<_, _> =
        servers.iter().chain(&inner).map(|span| (span.span_id.as_str(), span)).collect();
    let mut below: HashMap<&str, usize> = HashMap::new();
    for span in inner.iter().filter(|span| span.name != "alone") {
        let parent = all[span.parent_span_id.as_deref().unwrap()];
        assert_eq!(parent.trace_id, span.trace_id);
        *below.entry(&span.trace_id).or_default() += 1;
    }
    let expected = servers.iter().map(|span| (span.trace_id.as_str(), per_request - 1));
    assert_eq!(below, expected.collect());
}

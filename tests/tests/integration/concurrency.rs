//! Many requests on one worker: each keeps its own context and bodies.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use actix_web::{HttpResponse, web};
use apitoolkit_actix::testing::Kind;
use apitoolkit_tests::{SOON, Settings, TestApp, of};
use opentelemetry::{
    Context, KeyValue,
    trace::{Span as _, TraceContextExt as _, Tracer as _, TracerProvider as _},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::Notify,
};

use crate::requests::request;

/// Handlers that meet until all are there, then yield at random between the steps of their work.
fn app(in_flight: usize) -> TestApp {
    let arrived = Arc::new(AtomicUsize::new(0));
    let all = Arc::new(Notify::new());
    TestApp::with(
        Settings::default(),
        |b| b.capture_request_body(true),
        |telemetry| {
            let tracer = telemetry.tracer_provider().tracer("app");
            move |cfg| {
                let (arrived, all, tracer) = (arrived.clone(), all.clone(), tracer.clone());
                cfg.route(
                    "/{id}",
                    web::post().to(move |id: web::Path<usize>, body: web::Bytes| {
                        let (arrived, all, tracer) = (arrived.clone(), all.clone(), tracer.clone());
                        async move {
                            let go = all.notified();
                            if arrived.fetch_add(1, Ordering::SeqCst) + 1 == in_flight {
                                all.notify_waiters();
                            } else {
                                go.await;
                            }
                            let own = Context::current().span().span_context().span_id();
                            for step in 0..3_u64 {
                                // A spread of 0 to 50 ms that differs from request to request.
                                let pause = (*id as u64 * 7919 + step * 104_729) % 50;
                                actix_rt::time::sleep(Duration::from_millis(pause)).await;
                                let current = Context::current().span().span_context().span_id();
                                assert_eq!(own, current, "another request's context");
                            }
                            let mut child = tracer.start("child");
                            child.set_attribute(KeyValue::new("id", *id as i64));
                            child.end();
                            HttpResponse::Ok().body(body)
                        }
                    }),
                );
            }
        },
    )
}

async fn ask(address: std::net::SocketAddr, id: usize) {
    let body = format!(r#"{{"id":{id}}}"#);
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = [("Content-Type", "application/json")];
    stream.write_all(request("POST", &format!("/{id}"), &head, &body).as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with(&body), "{answer}");
}

fn check(in_flight: usize) {
    let app = app(in_flight);
    let address = app.address;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let clients: Vec<_> = (0..in_flight).map(|id| tokio::spawn(ask(address, id))).collect();
        for client in clients {
            client.await.unwrap();
        }
    });
    let servers = app.held(in_flight);
    let children =
        app.collector.wait_for(|span| span.kind == Kind::Internal, in_flight, SOON).unwrap();
    assert_eq!(children.len(), in_flight);
    let parents: HashMap<_, _> = servers.iter().map(|span| (span.span_id.as_str(), span)).collect();
    for child in &children {
        let parent = parents[child.parent_span_id.as_deref().unwrap()];
        let id = child.int_attr("id").unwrap();
        assert_eq!(parent.str_attr("url.path"), Some(format!("/{id}").as_str()));
        assert_eq!(parent.trace_id, child.trace_id);
        assert_eq!(parent.request_body().unwrap(), format!(r#"{{"id":{id}}}"#).as_bytes());
    }
}

#[test]
fn a_hundred_in_flight_on_one_worker() {
    check(100);
}

#[test]
fn two_thousand_in_flight_on_one_worker() {
    for _ in 0..of(3, 12) {
        check(2_000);
    }
}

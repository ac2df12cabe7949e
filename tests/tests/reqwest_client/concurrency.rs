//! Many calls at once: each under its own parent, and in its own trace.

use std::collections::HashMap;

use apitoolkit_actix::{testing::Kind, trace_service};
use apitoolkit_tests::{Answer, SOON, Upstream};
use futures_util::future::join_all;

use crate::support::{Caller, Here, app, ask, plain, run};

const CALLS: usize = 50;

fn echo() -> Upstream {
    Upstream::start(|request| Answer::ok(request.target()))
}

#[test]
fn fifty_at_once_in_one_exchange() {
    let upstream = echo();
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            let calls = (0..CALLS).map(|n| {
                let here = &here;
                trace_service("Service", format!("m{n}"), async move {
                    let request = here.client.get(here.url(&format!("/{n}")));
                    let answer = request.send().await.unwrap();
                    tokio::task::yield_now().await;
                    let text = answer.text().await.unwrap();
                    assert_eq!(text, format!("/{n}"));
                })
            });
            join_all(calls).await;
            String::new()
        },
    );
    ask(&app);
    let held = app.held_calls(1, CALLS);
    let services = app.collector.wait_for(|span| span.kind == Kind::Internal, CALLS, SOON).unwrap();
    let services: HashMap<_, _> =
        services.iter().map(|span| (span.span_id.as_str(), span.name.as_str())).collect();
    for span in &held.clients {
        let path = span.str_attr("url.path").unwrap();
        let parent = services[span.parent_span_id.as_deref().unwrap()];
        assert_eq!(parent, format!("Service.m{}", path.trim_start_matches('/')));
        assert_eq!(span.trace_id, held.servers[0].trace_id);
    }
    for received in upstream.received() {
        let span = held.clients.iter().find(|s| s.str_attr("url.path") == Some(received.target()));
        assert!(received.the("traceparent").contains(&span.unwrap().span_id));
    }
}

#[test]
fn on_many_threads() {
    let upstream = echo();
    let caller = Caller::new();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    runtime.block_on(async {
        let client = caller.client();
        let calls = (0..CALLS).map(|n| {
            let request = client.get(upstream.url(&format!("/{n}")));
            tokio::spawn(async move { request.send().await.unwrap().text().await.unwrap() })
        });
        for (n, text) in join_all(calls).await.into_iter().enumerate() {
            assert_eq!(text.unwrap(), format!("/{n}"));
        }
    });
    let spans = caller.held(CALLS);
    let mut traces: Vec<_> = spans.iter().map(|span| span.trace_id.as_str()).collect();
    traces.sort_unstable();
    traces.dedup();
    assert_eq!(traces.len(), CALLS);
    let received = upstream.received();
    for span in &spans {
        let path = span.str_attr("url.path").unwrap();
        let request = received.iter().find(|request| request.target() == path).unwrap();
        let expected = format!("00-{}-{}-01", span.trace_id, span.span_id);
        assert_eq!(request.the("traceparent"), expected);
    }
}

#[test]
fn many_exchanges_that_call() {
    let upstream = echo();
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            let answer = here.client.get(here.url("/")).send().await.unwrap();
            answer.text().await.unwrap()
        },
    );
    run(async {
        let client = plain().build().unwrap();
        let asks = (0..CALLS).map(|_| {
            let request = client.get(app.url("/"));
            async move { request.send().await.unwrap().text().await.unwrap() }
        });
        join_all(asks).await;
    });
    let held = app.held_calls(CALLS, CALLS);
    let servers: HashMap<_, _> =
        held.servers.iter().map(|span| (span.span_id.as_str(), span)).collect();
    for span in &held.clients {
        let server = servers[span.parent_span_id.as_deref().unwrap()];
        assert_eq!(span.trace_id, server.trace_id);
        assert_eq!(span.str_attr("apitoolkit.parent_id"), server.str_attr("apitoolkit.msg_id"));
    }
}

//! Many calls at once, and fewer connections than calls.

use std::{collections::HashMap, time::Duration};

use apitoolkit_actix::{observe, testing::Span};
use apitoolkit_tests::{Answer, Gate, Upstream, of};
use awc::{Client, Connector};
use futures_util::{future::join_all, poll};

use crate::support::{Caller, Here, app, run, text};

/// A thousand calls at once, in five hundred exchanges on one worker, which yield at every step.
#[test]
fn a_thousand_calls_keep_their_places() {
    for _ in 0..of(2, 10) {
        a_thousand_calls();
    }
}

fn a_thousand_calls() {
    const REQUESTS: usize = 500;
    let upstream = Upstream::start(|request| Answer::ok(&request.content));
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            let id = here.request.query_string().to_owned();
            let call = async |n: usize| {
                let observer =
                    here.observe().capture_request_body(true).capture_response_body(true);
                let call =
                    observer.url_wildcard(format!("/{id}")).post(here.url(&format!("/{id}/{n}")));
                actix_rt::task::yield_now().await;
                let call = call.content_type("text/plain").timeout(Duration::from_secs(60));
                text(call.send_body(format!("{id} {n}")).await.unwrap()).await
            };
            let late = async {
                actix_rt::time::sleep(Duration::from_millis(id.len() as u64)).await;
                call(2).await
            };
            let (first, second) = futures_util::join!(call(1), late);
            first + &second
        },
    );
    run(async {
        let connector = Connector::new().limit(REQUESTS);
        let client = Client::builder().connector(connector).timeout(Duration::from_secs(60));
        let client = client.finish();
        let requests = (0..REQUESTS).map(async |id| {
            let answer = client.get(app.url(&format!("/?{id}"))).send().await.unwrap();
            assert_eq!(text(answer).await, format!("{id} 1{id} 2"));
        });
        join_all(requests).await;
    });
    let held = app.held_calls(REQUESTS, 2 * REQUESTS);
    let servers: HashMap<_, _> = held.servers.iter().map(|span| (&span.span_id, span)).collect();
    for call in &held.clients {
        let server = servers[call.parent_span_id.as_ref().unwrap()];
        let id = server.str_attr("url.query").unwrap();
        let (of, n) = call.str_attr("url.path").unwrap()[1..].split_once('/').unwrap();
        let body = Some(format!("{id} {n}").into_bytes());
        assert_eq!((of, &call.trace_id), (id, &server.trace_id));
        assert_eq!((call.request_body(), call.response_body()), (body.clone(), body));
        assert_eq!(call.str_attr("http.route"), Some(format!("/{id}").as_str()));
        assert_eq!(call.str_attr("apitoolkit.parent_id"), server.str_attr("apitoolkit.msg_id"));
    }
}

fn by_path(calls: &[Span]) -> HashMap<&str, &Span> {
    calls.iter().map(|call| (call.str_attr("url.path").unwrap(), call)).collect()
}

/// One connection for all: the others wait for it, in time or not.
#[test]
fn an_exhausted_pool() {
    let gate = Gate::default();
    let held_back = gate.clone();
    let upstream = Upstream::start(move |request| match request.target() {
        "/first" => Answer::default().when(&held_back).then("HTTP/1.1 204 X\r\n\r\n"),
        _ => Answer::ok("hello"),
    });
    let caller = Caller::new();
    run(async {
        let connector = Connector::new().limit(1);
        let client = Client::builder().connector(connector).wrap(caller.observed()).finish();
        let observe = || observe().client(&client);
        let mut first = client.get(upstream.url("/first")).send();
        tokio::select! {
            biased;
            () = upstream.reached(1) => {}
            _ = &mut first => panic!("no answer yet"),
        }
        let mut dropped = observe().get(upstream.url("/dropped")).send();
        assert!(poll!(&mut dropped).is_pending());
        drop(dropped);
        let late = observe().get(upstream.url("/late")).timeout(Duration::from_millis(40));
        late.send().await.err().unwrap();
        let waiting = (0..20).map(async |n| {
            let call = client.get(upstream.url(&format!("/{n}"))).send();
            assert_eq!(text(call.await.unwrap()).await, "hello");
        });
        let opener = async { gate.open() };
        let (first, ..) = futures_util::join!(first, join_all(waiting), opener);
        assert_eq!(first.unwrap().status().as_u16(), 204);
    });
    let calls = caller.held(23);
    let calls = by_path(&calls);
    assert_eq!(calls["/late"].str_attr("error.type"), Some("timeout"));
    assert_eq!(calls["/dropped"].events_named("cancelled").count(), 1);
    let answered = calls
        .values()
        .filter(|call| call.attr("http.response.status_code").is_some() && call.events.is_empty());
    assert_eq!((calls.len(), answered.count(), upstream.received().len()), (23, 21, 21));
}

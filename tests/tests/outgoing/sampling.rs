//! Calls that are not recorded: as if we were not there, but for what the callee has to be told.

use apitoolkit_actix::{ObservedClient, observe, observed_client};
use apitoolkit_tests::{Answer, Gate, Received, Settings, Upstream};
use awc::Client;
use futures_util::StreamExt as _;
use opentelemetry::{Context, trace::TraceContextExt as _};

use crate::{
    support::{Caller, Here, app, app_with, ask, ask_with, run, text},
    ways::{CALLS, each, same},
};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

fn traceparents(upstream: &Upstream) -> Vec<Vec<String>> {
    let lines = |request: &Received| {
        request.header("traceparent").into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    upstream.received().iter().map(lines).collect()
}

/// By the sampler, and by the caller.
#[test]
fn what_is_not_sampled_is_told_so_and_no_more() {
    let upstream = Upstream::start(|request| Answer::ok(&request.content));
    let unsampled = Settings { sample_ratio: 0.0, ..Settings::default() };
    let told =
        [("traceparent", &*format!("00-{TRACE}-b7ad6b7169203331-00")), ("tracestate", "a=1")];
    for (settings, headers) in [(unsampled, &[][..]), (Settings::default(), &told[..])] {
        let before = upstream.received().len();
        let app = app_with(
            settings,
            &upstream,
            |b| b.capture_request_body(true).capture_response_body(true),
            async |here: Here| {
                let url = here.url("/");
                same!(here, |client| client.post(&url).send_body("body"));
                let own =
                    ("traceparent", "00-11111111111111111111111111111111-2222222222222222-01");
                let call = observed_client().get(&url).insert_header(own);
                text(call.send().await.unwrap()).await;
                let context = Context::current();
                let span = context.span().span_context().clone();
                format!("00-{}-{}-00", span.trace_id(), span.span_id())
            },
        );
        let current = ask_with(&app, headers);
        drop(app.held_calls(0, 0));
        let sent = &traceparents(&upstream)[before..];
        assert_eq!(sent[0], [""; 0]);
        assert_eq!(sent[1..], vec![vec![current.clone()]; CALLS]);
        if !headers.is_empty() {
            assert!(current.contains(TRACE));
            assert_eq!(upstream.received().last().unwrap().the("tracestate"), "a=1");
        }
    }
}

/// What is captured counts against the budget while the call runs; what is not sampled is not
/// captured.
#[test]
fn bodies_are_not_teed() {
    for (sample_ratio, captured) in [(1.0, 3 + 50), (0.0, 0)] {
        let gate = Gate::default();
        let held_back = gate.clone();
        let upstream = Upstream::start(move |_| {
            let head = Answer::head(200, &[("content-length", "6")]);
            head.then("abc").when(&held_back).then("def")
        });
        let caller = Caller::sampling(sample_ratio);
        run(async {
            let client = caller.client();
            let observer = observe().client(&client);
            let observer = observer.capture_request_body(true).capture_response_body(true);
            let call = observer.post(upstream.url("/")).send_body(vec![b'x'; 50]);
            let mut answer = call.await.unwrap();
            assert_eq!(answer.next().await.unwrap().unwrap(), "abc");
            assert_eq!(caller.telemetry.stats().buffered_bytes(), captured);
            gate.open();
            assert_eq!(answer.next().await.unwrap().unwrap(), "def");
        });
        caller.held(if captured > 0 { 1 } else { 0 });
    }
}

/// There is no telemetry in this process but that which tests inject.
#[test]
fn without_a_provider_nothing_is_written() {
    let upstream = Upstream::start(|request| Answer::ok(&request.content));
    let own = ("traceparent", "00-11111111111111111111111111111111-2222222222222222-01");
    run(async {
        let observer = || observe().capture_request_body(true).capture_response_body(true);
        let wrapped = || Client::builder().wrap(ObservedClient::new()).finish();
        let url = upstream.url("/");
        for own in [None, Some(own), Some(("tracestate", "own=1")), Some(("baggage", "own=1"))] {
            macro_rules! post {
                ($client:expr) => {{
                    let call = $client.post(&url);
                    let call = own.into_iter().fold(call, |call, own| call.insert_header(own));
                    text(call.send_body("body").await.unwrap()).await
                }};
            }
            let said = [
                post!(Client::new()),
                post!(observed_client()),
                post!(observer()),
                post!(wrapped()),
            ];
            assert_eq!(said, ["body"; 4]);
        }
        assert!(observe().get("no url").send().await.is_err());
    });
    for calls in upstream.received().chunks(4) {
        for call in calls {
            assert_eq!(call.head_without(&["date"]), calls[0].head_without(&["date"]));
            assert_eq!(call.body, calls[0].body);
        }
    }
}

/// Whoever asks for quiet gets it: an exporter that calls through the client is not recorded.
#[test]
fn suppressed_calls() {
    let upstream = Upstream::saying("hello");
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            let url = here.url("/");
            each!(here, |client| {
                // Attached only while the call is begun: nothing is held over an `.await`.
                let call = {
                    let _quiet = Context::enter_telemetry_suppressed_scope();
                    client.get(&url).send()
                };
                text(call.await.unwrap()).await
            })
        },
    );
    assert_eq!(ask(&app), "hello");
    drop(app.held_calls(1, 0));
    assert_eq!(traceparents(&upstream), vec![Vec::<String>::new(); CALLS]);
}

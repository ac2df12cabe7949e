//! The trace context that a callee is told: each header once, in place of those that are there.

use apitoolkit_tests::{Settings, Upstream};
use opentelemetry::{Context, KeyValue, baggage::BaggageExt as _, trace::FutureExt as _};
use reqwest::header::{HeaderMap, HeaderValue};

use crate::support::{Caller, Here, app, app_with, ask_with, observed, plain, run};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";

#[test]
fn each_header_is_written_once_and_replaces_what_is_there() {
    let upstream = Upstream::saying("hello");
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            let mut stale = HeaderMap::new();
            for name in ["traceparent", "tracestate", "baggage"] {
                stale.append(name, HeaderValue::from_static("stale-1"));
                stale.append(name, HeaderValue::from_static("stale-2"));
            }
            let request = here.client.get(here.url("/")).headers(stale);
            request.send().await.unwrap().text().await.unwrap()
        },
    );
    let inbound = format!("00-{TRACE}-{PARENT}-01");
    ask_with(&app, &[("traceparent", &inbound), ("tracestate", "a=1,b=2"), ("baggage", "k=v")]);
    let held = app.held_calls(1, 1);
    let span = &held.clients[0];
    assert_eq!(span.trace_id, TRACE);
    let received = upstream.the_one();
    assert_eq!(received.the("traceparent"), format!("00-{TRACE}-{}-01", span.span_id));
    assert_eq!(received.the("tracestate"), "a=1,b=2");
    assert_eq!(received.the("baggage"), "k=v");
}

#[test]
fn a_state_of_another_trace_goes_and_baggage_stays_where_there_is_none() {
    let upstream = Upstream::saying("hello");
    let caller = Caller::new();
    run(async {
        let request = caller.client().get(upstream.url("/"));
        let request = request.header("tracestate", "other=1").header("baggage", "mine=1");
        request.send().await.unwrap().text().await.unwrap();
    });
    let span = caller.held_one();
    let received = upstream.the_one();
    let expected = format!("00-{}-{}-01", span.trace_id, span.span_id);
    assert_eq!(received.the("traceparent"), expected);
    assert_eq!(received.header("tracestate"), [""; 0]);
    assert_eq!(received.the("baggage"), "mine=1");
}

#[test]
fn nothing_that_a_context_holds_breaks_a_header() {
    let upstream = Upstream::saying("hello");
    let caller = Caller::new();
    let context = Context::new().with_baggage([KeyValue::new("k", "a\r\nx-evil: 1é")]);
    run(async {
        let call = async {
            let answer = caller.client().get(upstream.url("/")).send().await.unwrap();
            answer.text().await.unwrap()
        };
        call.with_context(context).await
    });
    caller.held(1);
    let received = upstream.the_one();
    assert_eq!(received.the("baggage"), "k=a%0D%0Ax-evil:%201%C3%A9");
    assert_eq!(received.header("x-evil"), [""; 0]);
}

#[test]
fn what_the_client_sends_by_default_is_not_sent_twice() {
    let upstream = Upstream::saying("hello");
    let caller = Caller::new();
    let mut defaults = HeaderMap::new();
    defaults.insert("traceparent", HeaderValue::from_static("stale"));
    run(async {
        let client = observed(plain().default_headers(defaults), caller.middleware());
        client.get(upstream.url("/")).send().await.unwrap().text().await.unwrap();
    });
    let span = caller.held_one();
    let expected = format!("00-{}-{}-01", span.trace_id, span.span_id);
    assert_eq!(upstream.the_one().the("traceparent"), expected);
}

#[test]
fn what_is_not_sampled_is_said_so() {
    let upstream = Upstream::saying("hello");
    let settings = Settings { sample_ratio: 0.0, ..Settings::default() };
    let by = apitoolkit_actix::ObservedReqwest::new().capture_response_body(true);
    let app = app_with(
        settings,
        by,
        &upstream,
        |b| b,
        async |here: Here| {
            let answer = here.client.get(here.url("/")).send().await.unwrap();
            answer.text().await.unwrap()
        },
    );
    let inbound = format!("00-{TRACE}-{PARENT}-00");
    assert_eq!(ask_with(&app, &[("traceparent", &inbound), ("tracestate", "a=1")]), "hello");
    app.held_calls(0, 0);
    let received = upstream.the_one();
    let parent = received.the("traceparent");
    assert!(parent.starts_with(&format!("00-{TRACE}-")) && parent.ends_with("-00"), "{parent}");
    assert_eq!(received.the("tracestate"), "a=1");
}

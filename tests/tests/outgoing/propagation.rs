//! Each propagation header once, whatever the app has set.

use apitoolkit_actix::{ObservedClient, observe, testing::Span};
use apitoolkit_tests::{Received, Upstream};
use awc::{Client, http::header::HeaderMap};
use opentelemetry::{
    Context, KeyValue,
    baggage::BaggageExt as _,
    trace::{
        FutureExt as _, SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState,
    },
};

use crate::{
    support::{Caller, Here, app, ask, ask_with, run, text},
    ways::Seen,
};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const FOREIGN: &str = "00-11111111111111111111111111111111-2222222222222222-01";

fn traceparent(span: &Span) -> String {
    format!("00-{}-{}-01", span.trace_id, span.span_id)
}

/// Which call came as which request: they are told by their paths.
fn pairs<'a>(received: &'a [Received], calls: &'a [Span]) -> Vec<(&'a Received, &'a Span)> {
    received
        .iter()
        .map(|request| {
            let is_it = |span: &&Span| span.str_attr("url.path") == Some(request.target());
            (request, calls.iter().find(is_it).unwrap())
        })
        .collect()
}

/// What the app has set itself, in every way to set it.
async fn send_all(here: &Here) {
    let call = |path: &str| here.observe().post(here.url(path));
    let own = [("traceparent", FOREIGN), ("tracestate", "own=1"), ("baggage", "own=1")];
    let mut set = call("/set");
    let mut appended = call("/appended");
    for (name, value) in own {
        set = set.insert_header((name, value));
        let name = name.to_ascii_uppercase();
        appended = appended.append_header((name.clone(), value)).append_header((name, value));
    }
    let mut set_before = call("/frozen");
    for (name, value) in own {
        set_before = set_before.insert_header((name, value));
    }
    let frozen = set_before.freeze().unwrap();
    let bare = call("/extra").freeze().unwrap();
    let mut extra = HeaderMap::new();
    for (name, value) in own {
        extra.append(name.parse().unwrap(), value.parse().unwrap());
        extra.append(name.parse().unwrap(), value.parse().unwrap());
    }
    let sent = [
        set.send(),
        appended.send_body("x"),
        frozen.send(),
        frozen.send_body("x"),
        bare.send_json(&1),
        bare.extra_headers(extra.clone()).send(),
        frozen.extra_headers(extra).extra_header(("x-app", "1")).send(),
        frozen.extra_header(("x-app", "1")).send_body("x"),
    ];
    for sent in sent {
        text(sent.await.unwrap()).await;
    }
    for (name, value) in own {
        assert_eq!(frozen.headers().get(name).unwrap(), value, "frozen as it was");
        assert_eq!(bare.headers().get(name), None);
    }
    let client = Client::builder().wrap(ObservedClient::new());
    let client = own.iter().fold(client, |client, header| client.add_default_header(*header));
    text(client.finish().get(here.url("/default")).send().await.unwrap()).await;
}

const SENT: usize = 9;

#[test]
fn headers_of_the_apps_own_are_replaced() {
    let upstream = Upstream::saying("hello");
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            send_all(&here).await;
            String::new()
        },
    );
    ask(&app);
    let calls = app.held_calls(1, SENT).clients;
    let received = upstream.received();
    for (request, _) in pairs(&received, &calls) {
        let parent = request.the("traceparent");
        assert!(calls.iter().any(|call| traceparent(call) == parent), "{parent}");
        // Of another trace: ours has none.
        assert_eq!(request.header("tracestate"), [""; 0], "{}", request.head);
    }
    let mut parents: Vec<_> = received.iter().map(|request| request.the("traceparent")).collect();
    parents.sort_unstable();
    parents.dedup();
    assert_eq!(parents.len(), SENT, "each call has a span of its own");
    // Baggage belongs to the app, and ours has none to put in its place.
    let own: Vec<_> = received.iter().map(|request| request.header("baggage").len()).collect();
    assert_eq!(own, [1, 2, 1, 1, 0, 2, 2, 1, 1]);
    // What else is in a frozen request, and what is added, is still there.
    assert_eq!((received[6].the("x-app"), received[7].the("x-app")), ("1", "1"));
}

#[test]
fn state_and_baggage_of_the_callers_go_on() {
    let upstream = Upstream::saying("hello");
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            send_all(&here).await;
            String::new()
        },
    );
    let headers = [
        ("traceparent", &*format!("00-{TRACE}-b7ad6b7169203331-01")),
        ("tracestate", "a=1, b=2"),
        ("tracestate", "c=3"),
        ("baggage", "session.id=s%201;meta"),
    ];
    ask_with(&app, &headers);
    let held = app.held_calls(1, SENT);
    for request in &upstream.received() {
        let parent = request.the("traceparent");
        assert!(held.clients.iter().any(|call| traceparent(call) == parent));
        assert!(parent.contains(TRACE));
        assert_eq!(request.the("tracestate"), "a=1,b=2,c=3");
        assert_eq!(request.the("baggage"), "session.id=s%201");
    }
    for call in &held.clients {
        assert_eq!(call.trace_state, "a=1,b=2,c=3");
    }
}

/// Taking the app's `tracestate` out of a frozen request changes nothing else about it.
#[test]
fn a_frozen_request_keeps_its_flags() {
    let upstream = Upstream::saying("hello");
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            let mut seen = Vec::new();
            for client in [Client::new(), apitoolkit_actix::observed_client()] {
                let request = client.post(here.url("/")).insert_header(("tracestate", "own=1"));
                let request = request.camel_case().force_close().freeze().unwrap();
                seen.push(Seen::of(request.send_body("x").await).await);
                let request = request.extra_header(("x-later", "1"));
                seen.push(Seen::of(request.send_body("x").await).await);
            }
            assert_eq!(seen[..2], seen[2..]);
            String::new()
        },
    );
    ask(&app);
    drop(app.held_calls(1, 2));
    let received = upstream.received();
    let [bare, bare_extra, ours, ours_extra] = received.as_slice() else { panic!("four") };
    let besides = ["traceparent", "tracestate", "date"];
    assert_eq!(ours.head_without(&besides), bare.head_without(&besides));
    assert_eq!(ours_extra.head_without(&besides), bare_extra.head_without(&besides));
    assert!(ours.head.contains("Connection: close") && ours_extra.head.contains("X-Later: 1"));
}

/// What no header can hold is left out or encoded, and breaks nothing.
#[test]
fn values_that_no_header_can_hold() {
    let upstream = Upstream::saying("hello");
    let caller = Caller::new();
    let state = TraceState::from_key_value([("ok", "1\r\nx-injected: 1"), ("b", "é")]);
    let context = Context::new().with_baggage([
        KeyValue::new("plain", "a\r\nx-injected: 1"),
        KeyValue::new("accents", "é"),
        KeyValue::new("bad\r\nkey", "1"),
        KeyValue::new("ké", "1"),
    ]);
    run(async {
        let client = caller.client();
        for state in [state.unwrap_or_default(), TraceState::default()] {
            let parent = SpanContext::new(
                TraceId::from_hex(TRACE).unwrap(),
                SpanId::from(1),
                TraceFlags::SAMPLED,
                true,
                state,
            );
            let context = context.with_remote_span_context(parent);
            let call = observe().client(&client).get(upstream.url("/"));
            let call = async { text(call.send().await.unwrap()).await };
            assert_eq!(call.with_context(context).await, "hello");
        }
    });
    for (call, request) in caller.held(2).iter().zip(upstream.received()) {
        assert_eq!(call.trace_id, TRACE);
        assert_eq!(request.the("traceparent"), traceparent(call));
        assert_eq!(request.header("tracestate"), [""; 0]);
        assert_eq!(request.header("x-injected"), [""; 0]);
        let mut baggage: Vec<_> = request.the("baggage").split(',').collect();
        baggage.sort_unstable();
        assert_eq!(baggage, ["accents=%C3%A9", "plain=a%0D%0Ax-injected:%201"]);
    }
}

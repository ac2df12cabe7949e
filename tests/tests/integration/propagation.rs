//! A caller's trace context: kept, refused or linked, and never carried further than its request.

use std::{
    collections::HashSet,
    future::{Ready, ready},
};

use actix_web::{
    App, Error, FromRequest, HttpRequest, HttpResponse,
    dev::{Payload, Service as _},
    web::{self, ServiceConfig},
};
use apitoolkit_actix::{
    Builder, TrustInbound,
    testing::{Kind, Span},
};
use apitoolkit_tests::{Settings, TestApp, of};
use opentelemetry::{
    Context,
    baggage::BaggageExt as _,
    global::BoxedTracer,
    trace::{TraceContextExt as _, Tracer as _, TracerProvider as _},
};

use crate::requests::{keep_alive, request};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";

fn traceparent(flags: &str) -> String {
    format!("00-{TRACE}-{PARENT}-{flags}")
}

/// Answers with the context that the handler runs in.
fn routes(cfg: &mut ServiceConfig) {
    cfg.route(
        "/",
        web::to(|_: web::Bytes| async {
            let context = Context::current();
            let span = context.span();
            let span = span.span_context();
            let mut baggage: Vec<_> = context
                .baggage()
                .iter()
                .map(|(key, (value, _))| format!("{key}={value}"))
                .collect();
            baggage.sort();
            HttpResponse::Ok().body(format!(
                "{} {} {} {} {}",
                span.trace_id(),
                span.span_id(),
                span.is_sampled(),
                span.trace_state().header(),
                baggage.join(",")
            ))
        }),
    );
}

fn app(toolkit: impl FnOnce(Builder) -> Builder) -> TestApp {
    TestApp::start(toolkit, routes)
}

/// What the handler saw: trace, span, sampled, state, baggage.
fn ask(app: &TestApp, headers: &[(&str, &str)]) -> [String; 5] {
    let reply = app.connect().send(request("GET", "/", headers, "")).reply();
    assert_eq!(reply.status, 200, "whatever a caller sends is no error");
    let text = reply.text();
    let mut parts = text.splitn(5, ' ').map(str::to_owned);
    std::array::from_fn(|_| parts.next().unwrap())
}

fn assert_root(span: &Span) {
    assert_eq!(span.parent_span_id, None);
    assert_ne!(span.trace_id, TRACE);
    assert_eq!((span.trace_state.as_str(), span.links.len()), ("", 0));
}

#[test]
fn a_valid_parent_is_kept() {
    let app = app(|b| b);
    for (n, name) in ["traceparent", "Traceparent", "TRACEPARENT"].into_iter().enumerate() {
        let [trace, own, sampled, ..] = ask(&app, &[(name, &traceparent("01"))]);
        assert_eq!((trace.as_str(), sampled.as_str()), (TRACE, "true"));
        let span = &app.held(n + 1)[n];
        assert_eq!(span.trace_id, TRACE);
        assert_eq!(span.parent_span_id.as_deref(), Some(PARENT));
        assert_eq!(span.span_id, own);
    }
}

#[test]
fn what_is_not_valid_begins_a_new_trace() {
    let app = app(|b| b);
    let zero = "0".repeat(32);
    let cases = [
        format!("ff-{TRACE}-{PARENT}-01"),
        format!("00-{TRACE}-{PARENT}-01-more"),
        format!("00-{}-{PARENT}-01", TRACE.to_uppercase()),
        format!("00-{zero}-{PARENT}-01"),
        format!("00-{TRACE}-{}-01", &zero[..16]),
        format!("00-{TRACE}-{PARENT}"),
        format!("00-{TRACE}-{PARENT}-1"),
        "x".repeat(4_000),
        String::new(),
    ];
    for (n, value) in cases.iter().enumerate() {
        ask(&app, &[("traceparent", value), ("tracestate", "a=1")]);
        assert_root(&app.held(n + 1)[n]);
    }
    let two = traceparent("01");
    ask(&app, &[("traceparent", &two), ("traceparent", &two)]);
    assert_root(&app.held(cases.len() + 1)[cases.len()]);
}

#[test]
fn tracestates_are_joined_in_order_or_dropped() {
    let app = app(|b| b);
    let parent = traceparent("01");
    let members = |n: usize| (0..n).map(|i| format!("k{i}=1")).collect::<Vec<_>>().join(",");
    let long_key = format!("{}=1", "k".repeat(257));
    let cases: Vec<(Vec<String>, String)> = vec![
        (vec!["a=1".into(), " b=2 ,\tc=3 ".into(), "d=4".into()], "a=1,b=2,c=3,d=4".into()),
        (vec![members(32)], members(32)),
        (vec![members(33)], String::new()),
        (vec![long_key], String::new()),
        (vec!["a=1".into(), "a=2".into()], "a=1".into()),
    ];
    for (n, (lines, expected)) in cases.iter().enumerate() {
        let mut headers = vec![("traceparent", parent.as_str())];
        headers.extend(lines.iter().map(|line| ("tracestate", line.as_str())));
        let [.., state, _] = ask(&app, &headers);
        assert_eq!(&state, expected);
        let span = &app.held(n + 1)[n];
        assert_eq!((&span.trace_state, span.trace_id.as_str()), (expected, TRACE));
    }
}

#[test]
fn baggage_is_carried_bounded_and_not_copied_to_attributes() {
    let app = app(|b| b);
    let [.., baggage] = ask(&app, &[("baggage", "a=1, b=x%20y;meta"), ("baggage", "c=3")]);
    assert_eq!(baggage, "a=1,b=x y,c=3");
    let many = (0..65).map(|i| format!("k{i}=1")).collect::<Vec<_>>().join(",");
    let long = "a".repeat(8_193);
    let commas = ",".repeat(8_192);
    for value in [&many, &long, &commas] {
        let [.., baggage] = ask(&app, &[("baggage", value)]);
        assert_eq!(baggage, "");
    }
    let lines = vec![("baggage", "k=v"); 90];
    ask(&app, &lines);
    // Over all headers, not in each.
    let half = format!("k={}", "v".repeat(4_095));
    let [.., baggage] = ask(&app, &[("baggage", &half), ("baggage", "a=1")]);
    assert!(baggage.contains("a=1") && baggage.contains(&half));
    let [.., baggage] = ask(&app, &[("baggage", &half), ("baggage", &half.replace('k', "l"))]);
    assert_eq!(baggage, "");
    for span in app.held(7) {
        for (key, _) in span.attributes.iter() {
            assert!(!["a", "b", "c", "k", "k0"].contains(&key), "{key}");
        }
    }
}

#[test]
fn a_caller_that_does_not_sample_is_obeyed() {
    let app = app(|b| b.capture_request_body(true).capture_response_body(true));
    let parent = traceparent("00");
    let [trace, own, sampled, state, _] =
        ask(&app, &[("traceparent", &parent), ("tracestate", "a=1")]);
    assert_eq!((trace.as_str(), sampled.as_str(), state.as_str()), (TRACE, "false", "a=1"));
    // A span of its own that is not recorded, not the caller's.
    assert_ne!((own.as_str(), own.as_str()), (PARENT, "0000000000000000"));
    app.held(0);
}

#[test]
fn an_edge_that_ignores_callers() {
    let app = app(|b| b.trust_inbound(TrustInbound::Ignore));
    for (n, flags) in ["01", "00"].into_iter().enumerate() {
        let headers = [
            ("traceparent", traceparent(flags)),
            ("baggage", "a=1".into()),
            ("tracestate", "a=1".into()),
        ];
        let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        let [trace, _, sampled, state, baggage] = ask(&app, &headers);
        assert_ne!(trace, TRACE);
        assert_eq!((sampled.as_str(), state.as_str(), baggage.as_str()), ("true", "", ""));
        assert_root(&app.held(n + 1)[n]);
    }
}

#[test]
fn an_edge_that_links_to_callers() {
    let app = app(|b| b.trust_inbound(TrustInbound::Link));
    for (n, flags) in ["01", "00"].into_iter().enumerate() {
        let [trace, ..] = ask(&app, &[("traceparent", &traceparent(flags))]);
        assert_ne!(trace, TRACE);
        let span = &app.held(n + 1)[n];
        assert_eq!(
            (span.parent_span_id.as_deref(), span.trace_id.as_str()),
            (None, trace.as_str())
        );
        let links: Vec<_> =
            span.links.iter().map(|l| (l.trace_id.as_str(), l.span_id.as_str())).collect();
        assert_eq!(links, [(TRACE, PARENT)]);
    }
    // No caller, no link.
    ask(&app, &[]);
    assert_root(&app.held(3)[2]);
}

/// A trace that somebody names again and again, or made up: each request has its own span in it, or
/// its own trace where callers are not trusted.
#[test]
fn one_trace_id_again_and_again() {
    let requests = of(1_000, 100_000);
    for (trust, traces) in [
        (TrustInbound::Parent, 1),
        (TrustInbound::Link, requests),
        (TrustInbound::Ignore, requests),
    ] {
        let app = app(|b| b.trust_inbound(trust));
        let mut client = app.connect();
        for _ in 0..requests / 50 {
            let parent = traceparent("01");
            client.send(keep_alive("GET", "/", &[("traceparent", &parent)], "").repeat(50));
            for _ in 0..50 {
                assert_eq!(client.reply().status, 200);
            }
            // No faster than they leave.
            app.telemetry.flush().unwrap();
        }
        let spans = app.held(requests);
        let ids: HashSet<_> = spans.iter().map(|span| span.span_id.as_str()).collect();
        let seen: HashSet<_> = spans.iter().map(|span| span.trace_id.as_str()).collect();
        assert_eq!((ids.len(), seen.len()), (requests, traces), "{trust:?}");
        assert_eq!(seen.contains(TRACE), trust == TrustInbound::Parent);
        let linked = spans.iter().filter(|span| span.links.len() == 1).count();
        assert_eq!(linked, if trust == TrustInbound::Link { requests } else { 0 });
    }
}

/// Makes a span in the synchronous part of an extraction.
struct Extracted;

impl FromRequest for Extracted {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        drop(request.app_data::<web::Data<BoxedTracer>>().unwrap().start("extractor"));
        ready(Ok(Self))
    }
}

#[test]
fn spans_of_synchronous_parts_are_children() {
    let app = TestApp::wrapped(
        Settings::default(),
        |b| b,
        |telemetry, toolkit| {
            let provider = telemetry.tracer_provider();
            let tracer = move || web::Data::new(BoxedTracer::new(Box::new(provider.tracer("app"))));
            let plain = tracer.clone();
            (
                move || {
                    App::new()
                        .app_data(tracer())
                        .wrap_fn(|request, service| {
                            let tracer =
                                request.app_data::<web::Data<BoxedTracer>>().unwrap().clone();
                            drop(tracer.start("middleware"));
                            service.call(request)
                        })
                        .wrap(toolkit.clone())
                        .route("/", web::get().to(|_: Extracted| async { "ok" }))
                },
                move || {
                    App::new()
                        .app_data(plain())
                        .route("/", web::get().to(|_: Extracted| async { "ok" }))
                },
            )
        },
    );
    app.connect().send(request("GET", "/", &[], "")).reply();
    let server = app.held_one();
    let children =
        app.collector.wait_for(|s| s.kind == Kind::Internal, 2, apitoolkit_tests::SOON).unwrap();
    assert_eq!(
        app.collector.span_tree(&server.trace_id),
        "monoscope.http [SERVER] Unset\n  middleware [INTERNAL] Unset\n  extractor [INTERNAL] Unset\n"
    );
    assert_eq!(children.len(), 2);
}

//! With a ratio set, exchanges that failed or were slow are kept all the same.

use std::time::Duration;

use actix_web::{
    HttpResponse,
    error::ErrorInternalServerError,
    web::{self, ServiceConfig},
};
use apitoolkit_actix::{
    Builder, report_current_error, set_attribute, testing::Span, trace_service,
};
use apitoolkit_tests::{Raw, SOON, Settings, TestApp};
use opentelemetry::{Context, trace::TraceContextExt as _};

use crate::requests::{get, post_json, request};

fn routes(cfg: &mut ServiceConfig) {
    cfg.route(
        "/well",
        web::to(|| async {
            trace_service("Inside", "work", async {}).await;
            HttpResponse::Ok().body("well")
        }),
    )
    .route(
        "/broken",
        web::to(|body: web::Bytes| async {
            set_attribute("user role", "author");
            trace_service("Inside", "work", async {}).await;
            HttpResponse::InternalServerError().body(body)
        }),
    )
    .route(
        "/reported",
        web::to(|| async {
            report_current_error(&std::io::Error::other("password=CANARY"));
            HttpResponse::Ok().finish()
        }),
    )
    .route(
        "/err",
        web::to(|| async { Err::<HttpResponse, _>(ErrorInternalServerError("password=CANARY")) }),
    )
    .route(
        "/panic",
        web::to(|| async {
            if Context::current().has_active_span() {
                panic!("password=CANARY");
            }
            HttpResponse::Ok().finish()
        }),
    )
    .route(
        "/ids",
        web::to(|| async {
            let context = Context::current();
            let span = context.span();
            let span = span.span_context();
            HttpResponse::BadGateway().body(format!("{} {}", span.trace_id(), span.span_id()))
        }),
    );
}

fn app(toolkit: impl FnOnce(Builder) -> Builder) -> TestApp {
    let settings = Settings { sample_ratio: 0.0, ..Settings::default() };
    TestApp::with(settings, toolkit, |_| routes)
}

fn paths(spans: &[Span]) -> Vec<&str> {
    spans.iter().filter_map(|span| span.str_attr("url.path")).collect()
}

#[test]
fn exchanges_that_failed() {
    let app = app(|b| b.always_keep(true, None).capture_response_body(true));
    for target in ["/well", "/reported", "/err", "/well"] {
        app.same(get(target));
    }
    app.same(post_json("/broken", r#"{"a":1,"password":"CANARY"}"#));
    Raw::connect(app.address).send(get("/panic")).rest();
    let spans = app.held(4);
    assert_eq!(paths(&spans), ["/reported", "/err", "/broken", "/panic"]);
    let broken = &spans[2];
    assert_eq!(broken.str_attr("user role"), Some("author"));
    assert_eq!(
        broken.response_body().unwrap(),
        br#"{"a":1,"password":"[CLIENT_REDACTED]"}"#,
        "all of it is there, redacted"
    );
    assert_eq!(broken.parent_span_id, None, "it is the root of its trace");
    // What happened inside was left out before anyone could know.
    assert_eq!(app.collector.spans().len(), 4);
}

#[test]
fn exchanges_that_were_slow() {
    let app = app(|b| b.always_keep(false, Duration::ZERO));
    app.same(get("/well"));
    assert_eq!(paths(&app.held(1)), ["/well"]);
    let app = self::app(|b| b.always_keep(false, Duration::from_secs(60)));
    app.same(get("/well"));
    app.same(get("/broken"));
    app.held(0);
}

#[test]
fn under_the_ids_that_callees_were_told() {
    let app = app(|b| b.always_keep(true, None));
    let answer = app.connect().send(get("/ids")).reply();
    let ids = String::from_utf8(answer.body).unwrap();
    let span = app.held_one();
    assert_eq!(ids, format!("{} {}", span.trace_id, span.span_id));
    assert_eq!(span.int_attr("http.response.status_code"), Some(502));
}

#[test]
fn what_a_caller_left_out_is_left_out() {
    const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
    let app = app(|b| b.always_keep(true, None));
    app.same(request("GET", "/broken", &[("traceparent", PARENT)], ""));
    app.same(get("/broken"));
    let spans = app.held(1);
    assert_ne!(spans[0].trace_id, "0af7651916cd43dd8448eb211c80319c");
}

#[test]
fn not_unless_asked_for() {
    let app = app(|b| b);
    app.same(get("/broken"));
    app.held(0);
    assert_eq!(app.telemetry.stats().exchanges_created(), 0);
}

#[test]
fn what_is_sampled_anyway_is_exported_once() {
    let app = TestApp::start(|b| b.always_keep(true, Duration::ZERO), routes);
    app.same(get("/broken"));
    let span = app.held_one();
    let inside = app.collector.wait_for(|span| span.name == "Inside.work", 1, SOON).unwrap();
    assert_eq!(inside[0].parent_span_id, Some(span.span_id));
}

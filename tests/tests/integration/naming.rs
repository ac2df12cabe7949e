//! How exchanges group: by route, below a context root, and by rule where no route matches.

use std::{panic::panic_any, time::Duration};

use actix_web::{
    HttpResponse,
    web::{self, ServiceConfig},
};
use apitoolkit_actix::{Builder, Convention, testing::Span};
use apitoolkit_tests::{SOON, Settings, TestApp};

use crate::requests::get;

fn routes(cfg: &mut ServiceConfig) {
    cfg.service(
        web::scope("/shop")
            .route("", web::get().to(HttpResponse::Ok))
            .route("/users/{id}", web::get().to(HttpResponse::Ok)),
    )
    .route("/shopping", web::get().to(HttpResponse::Ok));
}

fn app(toolkit: impl FnOnce(Builder) -> Builder) -> TestApp {
    TestApp::start(|b| toolkit(b.convention(Convention::OpenTelemetry)), routes)
}

fn names(spans: &[Span]) -> Vec<(&str, Option<&str>)> {
    spans.iter().map(|span| (span.name.as_str(), span.str_attr("http.route"))).collect()
}

#[test]
fn the_context_root_is_taken_off_routes_and_nothing_else() {
    let app = app(|b| b.context_root("/shop/"));
    for target in ["/shop", "/shop/users/7", "/shopping", "/shop/nowhere"] {
        app.same(get(target));
    }
    let spans = app.held(4);
    assert_eq!(
        names(&spans),
        [
            ("GET /", Some("/")),
            ("GET /users/{id}", Some("/users/{id}")),
            ("GET /shopping", Some("/shopping")),
            ("GET", None),
        ]
    );
    assert_eq!(spans[1].str_attr("url.path"), Some("/shop/users/7"));
}

#[test]
fn what_no_route_matches_has_no_name_unless_asked_for() {
    let app = app(|b| b);
    app.same(get("/132/update"));
    assert_eq!(names(&app.held(1)), [("GET", None)]);
}

#[test]
fn ids_make_no_names() {
    let app = app(|b| b.clean_urls(true));
    for target in ["/132/update", "/7/update?x=1", "/users/7b1e0c6e-3b0f-4c58-9e0e-0d8c8c1f9a11"] {
        app.same(get(target));
    }
    app.same(get("/shop/users/7"));
    assert_eq!(
        names(&app.held(4)),
        [
            ("GET /{id}/update", Some("/{id}/update")),
            ("GET /{id}/update", Some("/{id}/update")),
            ("GET /users/{uuid}", Some("/users/{uuid}")),
            ("GET /shop/users/{id}", Some("/shop/users/{id}")),
        ]
    );
}

#[test]
fn a_rule_of_the_app() {
    let rule = |path: &str| match path {
        "/panic" => panic!("a bug of the app"),
        path => path.starts_with("/legacy/").then(|| "/legacy/*".to_owned()),
    };
    let app = app(|b| b.clean_url_rule(rule));
    for target in ["/legacy/a", "/other", "/panic"] {
        app.same(get(target));
    }
    let expected = [("GET /legacy/*", Some("/legacy/*")), ("GET", None), ("GET", None)];
    assert_eq!(names(&app.held(3)), expected);
}

/// What panics again when it is dropped by whoever has caught it.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("another bug of the app");
    }
}

fn explosive(path: &str) -> Option<String> {
    match path {
        "/bomb" => panic_any(Bomb),
        path => Some(path.to_owned()),
    }
}

#[test]
fn a_rule_that_cannot_even_panic_costs_its_exchange_and_no_more() {
    for sample_ratio in [0.0, 1.0] {
        let settings = Settings { sample_ratio, ..Settings::default() };
        let toolkit =
            |b: Builder| b.clean_url_rule(explosive).always_keep(true, Some(Duration::ZERO));
        let app = TestApp::with(settings, toolkit, |_| routes);
        for target in ["/bomb", "/fine", "/bomb"] {
            app.same(get(target));
        }
        let spans = app.collector.wait_for(|_| true, 1, SOON).unwrap();
        assert_eq!(spans[0].str_attr("http.route"), Some("/fine"));
        app.telemetry.flush().unwrap();
        let stats = app.telemetry.stats();
        assert_eq!((stats.exchanges_created(), stats.exchanges_exported()), (3, 1));
        assert_eq!(stats.dropped_by_reason().collect::<Vec<_>>(), [("internal", 2)]);
        assert_eq!((stats.exchanges_pending(), stats.buffered_bytes()), (0, 0));
        assert_eq!(app.collector.spans().len(), 1);
    }
}

/// The same where nothing but metrics is recorded.
#[test]
fn a_rule_that_cannot_even_panic_costs_a_measurement_and_no_more() {
    let settings = Settings { sample_ratio: 0.0, ..Settings::default() };
    let app = TestApp::with(settings, |b| b.clean_url_rule(explosive), |_| routes);
    for target in ["/bomb", "/fine"] {
        app.same(get(target));
    }
    app.telemetry.flush().unwrap();
    let points = app.collector.metrics_named("http.server.request.duration");
    let mut routes: Vec<_> =
        points.iter().map(|point| point.attributes.str("http.route")).collect();
    routes.dedup();
    assert_eq!(routes, [Some("/fine")]);
}

#[test]
fn strangers_cannot_make_names_without_end() {
    let app = app(|b| b.clean_urls(true));
    let mut connection = app.connect();
    for n in 0..1_100 {
        let word: String = format!("{n}").bytes().map(|b| char::from(b'a' + b - b'0')).collect();
        let reply = connection.send(format!("GET /x{word} HTTP/1.1\r\nHost: a\r\n\r\n")).reply();
        assert!(reply.head.starts_with("HTTP/1.1 404"));
    }
    drop(connection);
    let spans = app.held(1_100);
    assert_eq!(spans.iter().filter(|span| span.str_attr("http.route").is_some()).count(), 1_000);
}

#[test]
fn metrics_have_the_same_names() {
    for sample_ratio in [0.0, 1.0] {
        let settings = Settings { sample_ratio, ..Settings::default() };
        let app = TestApp::with(settings, |b| b.clean_urls(true).context_root("/shop"), |_| routes);
        app.same(get("/shop/users/7"));
        app.same(get("/132/update"));
        app.telemetry.flush().unwrap();
        let points = app.collector.metrics_named("http.server.request.duration");
        let mut routes: Vec<_> =
            points.iter().filter_map(|point| point.attributes.str("http.route")).collect();
        routes.sort_unstable();
        routes.dedup();
        assert_eq!(routes, ["/users/{id}", "/{id}/update"], "sampled: {sample_ratio}");
    }
}

#[test]
fn what_the_app_is_part_of() {
    let app = TestApp::start(|b| b.virtual_host("blog.example").application_id("flaskr"), routes);
    app.same(get("/shop"));
    let span = app.held_one();
    assert_eq!(span.str_attr("apitoolkit.virtual_host"), Some("blog.example"));
    assert_eq!(span.str_attr("apitoolkit.application_id"), Some("flaskr"));
}

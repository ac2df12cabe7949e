//! Several toolkits, and telemetry that ends before its app does.

use actix_web::{App, HttpResponse, web};
use apitoolkit_actix::{ApiToolkit, Convention};
use apitoolkit_tests::{SOON, Settings, TestApp};

use crate::requests::{get, post_json};

#[test]
fn two_apps_have_rules_of_their_own() {
    let routes = |cfg: &mut web::ServiceConfig| {
        cfg.route("/", web::post().to(|body: web::Bytes| async { body }));
    };
    let one = TestApp::start(
        |b| b.capture_request_body(true).redact_request_body(["$.one"]).tags(["one"]),
        routes,
    );
    let two = TestApp::start(
        |b| {
            b.capture_request_body(true)
                .redact_request_body(["$.two"])
                .convention(Convention::OpenTelemetry)
        },
        routes,
    );
    let sent = r#"{"one":1,"two":2}"#;
    one.same(post_json("/", sent));
    two.same(post_json("/", sent));
    let body = |app: &TestApp| String::from_utf8(app.held_one().request_body().unwrap()).unwrap();
    assert_eq!(body(&one), r#"{"one":"[CLIENT_REDACTED]","two":2}"#);
    assert_eq!(body(&two), r#"{"one":1,"two":"[CLIENT_REDACTED]"}"#);
}

#[test]
fn two_scopes_of_one_app_have_rules_of_their_own() {
    let app = TestApp::wrapped(
        Settings::default(),
        |b| b,
        |telemetry, one| {
            let two = ApiToolkit::builder()
                .telemetry(telemetry)
                .capture_request_body(true)
                .span_name("apitoolkit-http-span")
                .build()
                .unwrap();
            let scope = |name| {
                web::scope(name).route("/", web::post().to(|body: web::Bytes| async { body }))
            };
            (
                move || {
                    App::new()
                        .service(scope("/one").wrap(one.clone()))
                        .service(scope("/two").wrap(two.clone()))
                },
                move || App::new().service(scope("/one")).service(scope("/two")),
            )
        },
    );
    app.same(post_json("/one/", "[1]"));
    app.same(post_json("/two/", "[2]"));
    let seen: Vec<_> =
        app.held(2).into_iter().map(|span| (span.name.clone(), span.request_body())).collect();
    let expected = [
        ("monoscope.http".to_owned(), None),
        ("apitoolkit-http-span".to_owned(), Some(b"[2]".to_vec())),
    ];
    assert_eq!(seen, expected);
}

#[test]
fn an_app_outlives_its_telemetry() {
    let app = TestApp::start(
        |b| b.capture_response_body(true),
        |cfg| {
            cfg.route("/", web::get().to(|| async { HttpResponse::Ok().json([1]) }));
        },
    );
    app.same(get("/"));
    app.held_one();
    app.telemetry.shutdown().unwrap();
    for _ in 0..3 {
        app.same(get("/"));
    }
    let stats = app.telemetry.stats();
    let accounted = stats.exchanges_exported() + stats.exchanges_dropped();
    assert_eq!(stats.exchanges_created(), accounted, "{stats:?}");
    assert_eq!((stats.exchanges_exported(), stats.buffered_bytes()), (1, 0));
    assert_eq!(app.collector.spans().len(), 1);
    assert!(app.worker.is_clean());
}

#[test]
fn a_tracer_provider_of_the_apps_own_exports_the_spans() {
    let theirs = TestApp::start(|b| b, |_| {});
    let provider = theirs.telemetry.tracer_provider();
    let app = TestApp::start(
        |_| ApiToolkit::builder().tracer_provider(&provider).tags(["theirs"]),
        |cfg| {
            cfg.route("/", web::get().to(|| async { "ok" }));
        },
    );
    app.same(get("/"));
    let spans = theirs.collector.wait_for_spans(1, SOON).unwrap();
    assert_eq!(spans[0].strings_attr("apitoolkit.tags").unwrap(), ["theirs"]);
    assert_eq!(spans[0].str_attr("http.route"), Some("/"));
    app.held(0);
}

#[test]
fn a_meter_provider_of_the_apps_own_has_the_metrics() {
    let theirs = TestApp::start(|b| b, |_| {});
    let tracers = theirs.telemetry.tracer_provider();
    let meters = theirs.telemetry.meter_provider();
    let app = TestApp::start(
        |_| ApiToolkit::builder().tracer_provider(&tracers).meter_provider(&meters),
        |cfg| {
            cfg.route("/", web::get().to(|| async { "ok" }));
        },
    );
    app.same(get("/"));
    app.same(get("/"));
    theirs.collector.wait_for_spans(2, SOON).unwrap();
    theirs.telemetry.flush().unwrap();
    let points = theirs.collector.metrics_named("http.server.request.duration");
    assert_eq!(points.last().unwrap().count, Some(2));
    app.telemetry.flush().unwrap();
    assert_eq!(app.collector.metrics_named("http.server.request.duration").len(), 0);
}

#[test]
fn without_any_provider_nothing_is_recorded_and_nothing_breaks() {
    let app = TestApp::start(
        |_| ApiToolkit::builder().capture_request_body(true).capture_response_body(true),
        |cfg| {
            cfg.route("/", web::post().to(|body: web::Bytes| async { body }));
        },
    );
    app.same(post_json("/", "[1]"));
    app.held(0);
}

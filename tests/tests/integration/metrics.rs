//! HTTP metrics, as the receiver gets them.

use actix_web::{
    HttpResponse,
    web::{self, ServiceConfig},
};
use apitoolkit_actix::testing::{self, Metric, MetricKind};
use apitoolkit_tests::{End, Raw, SOON, Settings, TestApp};
use serde_json::{Map, Value, json};

use crate::requests::{get, keep_alive, post_json, request};

fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/users/{id}", web::to(|body: web::Bytes| async { HttpResponse::Ok().body(body) }))
        .route("/broken", web::to(|| async { HttpResponse::InternalServerError().body("no") }))
        .route("/panic", web::to(panics))
        .route("/pending", web::to(std::future::pending::<HttpResponse>));
}

async fn panics() -> HttpResponse {
    panic!("a bug of the app")
}

fn app(sample_ratio: f64) -> TestApp {
    TestApp::with(Settings { sample_ratio, ..Settings::default() }, |b| b, |_| routes)
}

/// The newest point of each series of a metric, by its attributes.
fn series(app: &TestApp, name: &str) -> Map<String, Value> {
    app.telemetry.flush().unwrap();
    let mut series = Map::new();
    for point in app.collector.metrics_named(name) {
        let mut attributes: Vec<_> =
            point.attributes.iter().map(|(key, value)| format!("{key}={}", text(value))).collect();
        attributes.sort();
        series.insert(attributes.join(" "), summary(&point));
    }
    series
}

fn text(value: &testing::Value) -> String {
    value.as_str().map_or_else(|| value.as_int().unwrap().to_string(), str::to_owned)
}

fn summary(point: &Metric) -> Value {
    match point.kind {
        MetricKind::Histogram if point.unit == "s" => json!(point.count),
        MetricKind::Histogram => json!([point.count, point.sum]),
        _ => json!(point.sum),
    }
}

const HTTP: &str = "http.request.method=GET";

#[test]
fn durations_and_sizes_whether_sampled_or_not() {
    for sample_ratio in [0.0, 1.0] {
        let app = app(sample_ratio);
        app.same(get("/users/1"));
        app.same(get("/users/2"));
        app.same(post_json("/users/3", "123456789"));
        app.same(get("/nowhere"));
        app.same(get("/broken"));
        app.same(request("BREW", "/users/1", &[], ""));
        Raw::connect(app.address).send(get("/panic")).rest();
        let version = "network.protocol.version=1.1";
        let ok = |method: &str| {
            format!(
                "http.request.method={method} http.response.status_code=200 \
                 http.route=/users/{{id}} {version} url.scheme=http"
            )
        };
        let expected = json!({
            ok("GET"): 2,
            ok("POST"): 1,
            ok("_OTHER"): 1,
            format!("{HTTP} http.response.status_code=404 {version} url.scheme=http"): 1,
            format!("error.type=500 {HTTP} http.response.status_code=500 http.route=/broken {version} url.scheme=http"): 1,
            format!("error.type=panic {HTTP} {} {version} url.scheme=http",
                if sample_ratio == 0.0 { "" } else { "http.route=/panic" }).replace("  ", " "): 1,
        });
        let durations = series(&app, "http.server.request.duration");
        assert_eq!(Value::Object(durations), expected, "sampled: {sample_ratio}");
        let sent = series(&app, "http.server.response.body.size");
        assert_eq!(sent[&ok("POST")], json!([1, 9.0]));
        let received = series(&app, "http.server.request.body.size");
        assert_eq!(received[&ok("POST")], json!([1, 9.0]));
        let point = &app.collector.metrics_named("http.server.request.duration")[0];
        assert_eq!((point.kind, point.unit.as_str()), (MetricKind::Histogram, "s"));
        assert_eq!(point.bounds.first().zip(point.bounds.last()), Some((&0.005, &10.0)));
    }
}

#[test]
fn active_requests_come_and_go() {
    for sample_ratio in [0.0, 1.0] {
        let app = app(sample_ratio);
        let active = || {
            let series = series(&app, "http.server.active_requests");
            series.get("http.request.method=GET url.scheme=http").cloned()
        };
        let waiting: Vec<_> = (0..3)
            .map(|_| {
                let mut connection = app.connect();
                connection.send(keep_alive("GET", "/pending", &[], ""));
                connection
            })
            .collect();
        let until = |count: f64| {
            let since = std::time::Instant::now();
            while active() != Some(json!(count)) {
                assert!(since.elapsed() < SOON, "{:?} instead of {count}", active());
            }
        };
        until(3.0);
        waiting.into_iter().for_each(Raw::reset);
        until(0.0);
        // Whatever way an exchange ends, it is not active any more.
        app.same(get("/users/1"));
        app.same(get("/broken"));
        let (_, end) = Raw::connect(app.address).send(get("/panic")).rest();
        assert_ne!(end, End::Open);
        until(0.0);
    }
}

#[test]
fn without_an_exporter_for_metrics_there_are_none() {
    let collector = testing::Collector::start().unwrap();
    let telemetry = apitoolkit_tests::telemetry(&collector)
        .metrics_exporter(apitoolkit_actix::Exporter::None)
        .build()
        .unwrap();
    telemetry.flush().unwrap();
    assert_eq!(collector.metrics(), []);
}

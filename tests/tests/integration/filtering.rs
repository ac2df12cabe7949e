//! Exchanges that the app leaves out: no span of theirs or inside them, and metrics all the same.

use actix_web::{
    HttpResponse,
    web::{self, ServiceConfig},
};
use apitoolkit_actix::{observe, testing::Metric, trace_service};
use apitoolkit_tests::{SOON, TestApp};

use crate::requests::{get, request};

fn routes(cfg: &mut ServiceConfig) {
    let work = |status: u16| {
        move || async move {
            trace_service("Inside", "work", async {}).await;
            HttpResponse::build(status.try_into().unwrap()).finish()
        }
    };
    cfg.route("/health", web::get().to(work(204)))
        .route("/assets/{file}", web::get().to(work(200)))
        .route("/missing", web::get().to(work(404)))
        .route("/seen", web::get().to(work(200)));
}

/// How many requests the metrics know of.
fn counted(app: &TestApp) -> u64 {
    app.telemetry.flush().unwrap();
    let points = app.collector.metrics_named("http.server.request.duration");
    // Cumulative: of each series the newest counts.
    let mut newest: Vec<Metric> = Vec::new();
    for point in points {
        newest.retain(|other| other.attributes != point.attributes);
        newest.push(point);
    }
    newest.iter().filter_map(|point| point.count).sum()
}

#[test]
fn by_path_and_by_the_app_s_word() {
    let app = TestApp::start(
        |b| {
            b.ignore_paths(["/health", "/assets/*"])
                .ignore(|request| request.headers().contains_key("x-load-test"))
        },
        routes,
    );
    for target in ["/health", "/health?x=1", "/assets/a.css", "/assets/b"] {
        app.same(get(target));
    }
    app.same(request("GET", "/seen", &[("x-load-test", "1")], ""));
    app.same(get("/seen"));
    let span = app.held_one();
    assert_eq!(span.str_attr("url.path"), Some("/seen"));
    // The one recorded request's service, and nobody else's.
    assert_eq!(app.collector.spans_named("Inside.work").len(), 1);
    assert_eq!(counted(&app), 6);
}

#[test]
fn by_status_when_the_answer_is_known() {
    let app = TestApp::start(|b| b.ignore_status([404, 405]), routes);
    app.same(get("/missing"));
    app.same(get("/nowhere"));
    app.same(request("PUT", "/seen", &[], ""));
    app.same(get("/seen"));
    let span = app.collector.wait_for(|span| span.str_attr("url.path") == Some("/seen"), 1, SOON);
    assert_eq!(span.unwrap().len(), 1);
    app.telemetry.flush().unwrap();
    let stats = app.telemetry.stats();
    assert_eq!(stats.exchanges_created(), stats.exchanges_exported() + stats.exchanges_ignored());
    // A PUT to the resource, for which it has no route, is what actix answers 404.
    assert_eq!((stats.exchanges_ignored(), stats.exchanges_dropped()), (3, 0));
    assert_eq!(stats.exchanges_pending(), 0);
    assert_eq!(counted(&app), 4);
}

#[test]
fn a_hook_that_panics_does_not_hurt_the_request() {
    let app = TestApp::start(|b| b.ignore(|_| panic!("a bug of the app")), routes);
    app.same(get("/seen"));
    assert_eq!(app.held_one().int_attr("http.response.status_code"), Some(200));
}

/// A callee is told that the trace is not sampled, and so leaves it out too.
#[test]
fn what_is_left_out_is_left_out_whole() {
    let callee = TestApp::start(
        |b| b,
        |cfg| {
            cfg.default_service(web::to(|request: actix_web::HttpRequest| async move {
                let parent = request.headers().get("traceparent");
                HttpResponse::Ok().body(parent.map_or_else(Vec::new, |p| p.as_bytes().to_vec()))
            }));
        },
    );
    let url = callee.url("/");
    let app = TestApp::start(
        |b| b.ignore_paths(["/"]),
        move |cfg| {
            let url = url.clone();
            cfg.route(
                "/",
                web::get().to(move || {
                    let url = url.clone();
                    async move {
                        let mut answer = observe().get(&url).send().await.unwrap();
                        HttpResponse::Ok().body(answer.body().await.unwrap())
                    }
                }),
            );
        },
    );
    const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    for headers in [&[][..], &[("traceparent", PARENT)]] {
        let answer = app.connect().send(request("GET", "/", headers, "")).reply();
        let sent = String::from_utf8(answer.body).unwrap();
        assert!(sent.ends_with("-00"), "{sent}");
        assert_eq!(sent.contains("0af7651916cd43dd8448eb211c80319c"), !headers.is_empty());
    }
    app.held(0);
    callee.held(0);
}

//! Routes, statuses and methods.

use actix_web::{
    HttpResponse, guard,
    http::header,
    web::{self, ServiceConfig},
};
use apitoolkit_actix::{
    Convention,
    testing::{Span, StatusCode},
};
use apitoolkit_tests::TestApp;

use crate::requests::{get, request};

fn app(routes: impl Fn(&mut ServiceConfig) + Clone + Send + 'static) -> TestApp {
    TestApp::start(|b| b.convention(Convention::OpenTelemetry), routes)
}

/// Name, route, path, query, status code, error type, status.
type Brief<'s> =
    (&'s str, Option<&'s str>, &'s str, Option<&'s str>, i64, Option<&'s str>, StatusCode);

fn brief(span: &Span) -> Brief<'_> {
    (
        &span.name,
        span.str_attr("http.route"),
        span.str_attr("url.path").unwrap(),
        span.str_attr("url.query"),
        span.int_attr("http.response.status_code").unwrap(),
        span.str_attr("error.type"),
        span.status.code,
    )
}

async fn ok() -> &'static str {
    "ok"
}

const UNSET: StatusCode = StatusCode::Unset;

#[test]
fn a_route_names_its_span() {
    for times in [1, 4, 50] {
        let app = app(|cfg| {
            cfg.route("/users/{id}", web::get().to(ok));
        });
        for _ in 0..times {
            app.same(get("/users/42?x=1"));
        }
        for span in app.held(times) {
            let expected = (
                "GET /users/{id}",
                Some("/users/{id}"),
                "/users/42",
                Some("x=1"),
                200,
                None,
                UNSET,
            );
            assert_eq!(brief(&span), expected);
            assert_eq!(span.str_attr("server.address"), Some("api.test"));
            assert_eq!(span.int_attr("server.port"), Some(80));
            assert_eq!(span.str_attr("url.scheme"), Some("http"));
        }
    }
}

#[test]
fn what_no_route_matched_has_no_route() {
    let app = app(|cfg| {
        cfg.service(web::resource("/only-get").route(web::get().to(ok)))
            .service(web::scope("/scope").route("/in", web::get().to(ok)))
            .route("/guarded", web::get().to(ok))
            .default_service(web::to(|| async { HttpResponse::NotFound().body("ours") }));
    });
    let cases = [
        (get("/nowhere?q"), "GET", "/nowhere", Some("q"), 404),
        (get("/"), "GET", "/", None, 404),
        (get("/scope"), "GET", "/scope", None, 404),
        (get("/scope/out"), "GET", "/scope/out", None, 404),
        (get("/scope/in/more"), "GET", "/scope/in/more", None, 404),
        (request("POST", "/only-get", &[], "x"), "POST", "/only-get", None, 405),
        (request("DELETE", "/guarded", &[], ""), "DELETE", "/guarded", None, 404),
    ];
    for (n, (sent, name, path, query, status)) in cases.iter().enumerate() {
        let answer = app.same(sent);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
        let spans = app.held(n + 1);
        assert_eq!(brief(&spans[n]), (*name, None, *path, *query, *status, None, UNSET));
    }
}

#[test]
fn nested_scopes_give_the_full_pattern() {
    let app = app(|cfg| {
        let items = web::scope(r"/items/{id:\d+}").route("/{tail:.*}", web::get().to(ok));
        let items = items.route("", web::get().to(|| async { HttpResponse::NotFound().finish() }));
        cfg.service(web::scope("/api/{v}").service(items));
    });
    app.same(get("/api/v1/items/7/a/b%20c"));
    app.same(get("/api/v1/items/7"));
    let spans = app.held(2);
    let routes: Vec<_> = spans.iter().map(|span| span.str_attr("http.route").unwrap()).collect();
    assert_eq!(routes, [r"/api/{v}/items/{id:\d+}/{tail:.*}", r"/api/{v}/items/{id:\d+}"]);
    // The handler's own 404 keeps its route.
    assert_eq!(spans[1].int_attr("http.response.status_code"), Some(404));
    assert_eq!(spans[0].str_attr("url.path"), Some("/api/v1/items/7/a/b%20c"));
}

#[test]
fn of_routes_with_the_same_path_the_one_that_ran_is_named() {
    let app = app(|cfg| {
        let by = |value| guard::Header("x-kind", value);
        cfg.service(web::resource("/x/{a}").guard(by("a")).to(|| async { "a" }))
            .service(web::resource("/x/{b}").guard(by("b")).to(|| async { "b" }))
            .service(web::resource("/{c}/y").to(|| async { "c" }));
    });
    for (kind, path) in [("b", "/x/y"), ("a", "/x/y"), ("c", "/x/y")] {
        let answer = app.same(request("GET", path, &[("x-kind", kind)], ""));
        assert!(answer.ends_with(kind));
    }
    let routes: Vec<_> =
        app.held(3).iter().map(|span| span.str_attr("http.route").map(str::to_owned)).collect();
    let expected = ["/x/{b}", "/x/{a}", "/{c}/y"].map(|route| Some(route.to_owned()));
    assert_eq!(routes, expected);
}

/// What is remembered of one route is never told of another, in whatever order they run.
#[test]
fn routes_that_look_alike_are_told_apart_again_and_again() {
    let routes = |cfg: &mut ServiceConfig| {
        cfg.service(web::resource(["/one/two/three/{n}", "/1/2/3/{n}"]).route(web::get().to(ok)))
            .service(web::scope("/a").route("/{id}", web::get().to(ok)))
            .service(web::scope("/b").route("/{id}", web::get().to(ok)))
            .service(
                web::scope("/{v}")
                    .route("/x", web::get().to(ok))
                    .route("/y", web::get().to(ok))
                    .route(r"/{id:\d+}", web::get().to(ok))
                    .route("/{name}", web::get().to(ok))
                    .route("/{a}/{b}.{c}", web::get().to(ok))
                    .route("/{a}/-/{tail:.*}", web::get().to(ok)),
            );
    };
    let app = TestApp::start(|b| b, routes);
    let cases = [
        ("/a/1", "/a/{id}", r#"{"id":"1"}"#),
        ("/b/1", "/b/{id}", r#"{"id":"1"}"#),
        ("/v1/x", "/{v}/x", r#"{"v":"v1"}"#),
        ("/v1/y", "/{v}/y", r#"{"v":"v1"}"#),
        ("/v/22", r"/{v}/{id:\d+}", r#"{"v":"v","id":"22"}"#),
        ("/v/two", "/{v}/{name}", r#"{"v":"v","name":"two"}"#),
        ("/v/a/b.c", "/{v}/{a}/{b}.{c}", r#"{"v":"v","a":"a","b":"b","c":"c"}"#),
        ("/v/a/-/d/e", "/{v}/{a}/-/{tail:.*}", r#"{"v":"v","a":"a","tail":"d/e"}"#),
        ("/v/a/-/", "/{v}/{a}/-/{tail:.*}", r#"{"v":"v","a":"a","tail":""}"#),
        ("/one/two/three/9", "/one/two/three/{n}", r#"{"n":"9"}"#),
        ("/1/2/3/9", "/one/two/three/{n}", r#"{"n":"9"}"#),
    ];
    let there_and_back = || cases.iter().chain(cases.iter().rev());
    let all: Vec<_> = there_and_back().chain(there_and_back()).collect();
    for (path, ..) in &all {
        app.same(get(path));
    }
    let spans = app.held(all.len());
    for (span, (path, route, params)) in spans.iter().zip(all) {
        assert_eq!(span.str_attr("http.route"), Some(*route), "{path}");
        assert_eq!(span.str_attr("http.request.path_params"), Some(*params), "{path}");
    }
}

#[test]
fn redirects_are_not_followed_and_not_errors() {
    let app = app(|cfg| {
        for (path, status) in [("/302", 302), ("/307", 307)] {
            cfg.route(
                path,
                web::get().to(move || async move {
                    let mut response = HttpResponse::Found();
                    response.status(status.try_into().unwrap());
                    response.insert_header((header::LOCATION, "/to?token=CANARY-1&page=2")).finish()
                }),
            );
        }
    });
    for (n, status) in [302, 307].into_iter().enumerate() {
        app.same(get(&format!("/{status}")));
        let span = &app.held(n + 1)[n];
        assert_eq!(brief(span).4, status);
        assert_eq!((span.status.code, span.str_attr("error.type")), (UNSET, None));
        assert_eq!(
            span.strings_attr("http.response.header.location").unwrap(),
            ["/to?token=REDACTED&page=2"]
        );
    }
}

#[test]
fn methods_without_a_body_in_their_answer() {
    let app = TestApp::start(
        |b| b.convention(Convention::OpenTelemetry).capture_response_body(true),
        |cfg| {
            cfg.service(
                web::resource("/r")
                    .route(web::get().to(ok))
                    .route(web::head().to(|| async { HttpResponse::Ok().body("eleven byte") }))
                    .route(web::method(actix_web::http::Method::OPTIONS).to(|| async {
                        HttpResponse::NoContent()
                            .insert_header(("access-control-allow-origin", "*"))
                            .insert_header(("vary", "Origin"))
                            .finish()
                    })),
            )
            .route("/204", web::get().to(|| async { HttpResponse::NoContent().finish() }))
            .route("/204-body", web::get().to(|| async { HttpResponse::NoContent().body("no") }))
            .route("/empty", web::get().to(|| async { HttpResponse::Ok().body("") }))
            .route(
                "/304",
                web::get().to(|| async {
                    HttpResponse::NotModified().insert_header(("etag", "\"1\"")).finish()
                }),
            );
        },
    );
    let cases = [
        ("HEAD", "/r", 200, "HEAD /r"),
        ("OPTIONS", "/r", 204, "OPTIONS /r"),
        ("GET", "/204", 204, "GET /204"),
        ("GET", "/304", 304, "GET /304"),
        ("GET", "/empty", 200, "GET /empty"),
    ];
    for (n, (method, path, status, name)) in cases.into_iter().enumerate() {
        app.same(request(method, path, &[("Origin", "http://x.test")], ""));
        let span = &app.held(n + 1)[n];
        let (seen, _, _, _, code, error, _) = brief(span);
        assert_eq!((seen, code, error), (name, status, None));
        assert_eq!(span.attr("http.response.body.content"), None, "{name}");
        // Nothing of a body was on the wire.
        assert_eq!(span.int_attr("http.response.body.size"), Some(0), "{name}");
    }
    app.same(get("/204-body"));
    app.held(cases.len() + 1);
}

#[test]
fn unknown_methods_are_other() {
    let app = app(|cfg| {
        cfg.service(web::resource("/any/{x}").to(ok));
    });
    let long = "X".repeat(500);
    let cases = [
        ("TEST", "/any/1", "HTTP /any/{x}", "TEST"),
        ("get", "/any/1", "HTTP /any/{x}", "get"),
        ("TEST", "/none", "HTTP", "TEST"),
        (long.as_str(), "/any/1", "HTTP /any/{x}", &long[..32]),
    ];
    for (n, (method, path, name, original)) in cases.into_iter().enumerate() {
        app.same(request(method, path, &[], ""));
        let span = &app.held(n + 1)[n];
        assert_eq!(span.name, name);
        assert_eq!(span.str_attr("http.request.method"), Some("_OTHER"));
        assert_eq!(span.str_attr("http.request.method_original"), Some(original));
    }
}

#[test]
fn what_strangers_send_makes_no_new_span_names() {
    let app = app(|cfg| {
        cfg.service(web::resource("/any/{x}").to(ok));
    });
    let mut client = app.connect();
    for n in 0..2_000 {
        let agent = format!("agent-{n}");
        let path = if n % 2 == 0 { format!("/any/{n}") } else { format!("/none/{n}") };
        let method = format!("M{n}");
        client.send(crate::requests::keep_alive(&method, &path, &[("User-Agent", &agent)], ""));
        client.reply_to(&method);
    }
    let mut names: Vec<_> = app.held(2_000).into_iter().map(|span| span.name).collect();
    names.sort();
    names.dedup();
    assert_eq!(names, ["HTTP", "HTTP /any/{x}"]);
}

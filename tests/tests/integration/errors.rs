//! Errors of the app: what is answered is unchanged, what is recorded is scrubbed and said once.

use std::fmt;

use actix_web::{
    App, HttpResponse, ResponseError,
    error::{
        ErrorBadRequest, ErrorForbidden, ErrorInternalServerError, ErrorServiceUnavailable,
        ErrorUnauthorized,
    },
    http::StatusCode as HttpStatus,
    middleware::from_fn,
    web,
};
use apitoolkit_actix::testing::{Span, StatusCode};
use apitoolkit_tests::{Settings, TestApp};

use crate::requests::{get, post_json};

/// An error of an app's own, whose texts hold secrets.
#[derive(Debug)]
struct Broken {
    #[expect(dead_code, reason = "only its Debug text matters")]
    secret: &'static str,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no database at postgres://app:CANARY-pass@db/x")
    }
}

impl std::error::Error for Broken {}

impl ResponseError for Broken {
    fn status_code(&self) -> HttpStatus {
        HttpStatus::BAD_GATEWAY
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::BadGateway().insert_header(("x-broken", "yes")).body("broken")
    }
}

fn app() -> TestApp {
    TestApp::start(
        |b| b.capture_response_body(true),
        |cfg| {
            cfg.route(
                "/plain",
                web::get().to(|| async { HttpResponse::InternalServerError().body("oops") }),
            )
            .route(
                "/err",
                web::get().to(|| async {
                    Err::<HttpResponse, _>(ErrorInternalServerError(
                        "failed: password=CANARY-1, sorry",
                    ))
                }),
            )
            .route(
                "/own",
                web::get()
                    .to(|| async { Err::<HttpResponse, _>(Broken { secret: "CANARY-debug" }) }),
            );
        },
    )
}

fn messages(span: &Span) -> Vec<(Option<&str>, Option<&str>)> {
    span.events
        .iter()
        .map(|event| {
            assert_eq!(event.name, "exception");
            assert_eq!(event.attributes.len(), 2, "{event:?}");
            (event.attributes.str("exception.type"), event.attributes.str("exception.message"))
        })
        .collect()
}

#[test]
fn a_5xx_is_an_error_named_by_its_status() {
    let app = app();
    app.same(get("/plain"));
    let span = app.held_one();
    assert_eq!(span.int_attr("http.response.status_code"), Some(500));
    assert_eq!(span.str_attr("error.type"), Some("500"));
    assert_eq!(span.status.code, StatusCode::Error);
    assert_eq!(span.status.message, "");
    assert_eq!(messages(&span), []);
    assert_eq!(span.attr("apitoolkit.errors"), None);
}

#[test]
fn an_error_of_a_handler_is_recorded_once_and_scrubbed() {
    let app = app();
    app.same(get("/own"));
    let span = app.held_one();
    let message = "no database at postgres://REDACTED:REDACTED@db/x";
    assert_eq!(span.str_attr("error.type"), Some("502"));
    assert_eq!((span.status.code, span.status.message.as_str()), (StatusCode::Error, message));
    assert_eq!(messages(&span), [(Some("actix_web::Error"), Some(message))]);
    assert_eq!(span.str_attr("http.route"), Some("/own"));
    assert_eq!(span.strings_attr("http.response.header.x-broken").unwrap(), ["yes"]);
    let errors: serde_json::Value =
        serde_json::from_str(span.str_attr("apitoolkit.errors").unwrap()).unwrap();
    assert_eq!(errors.as_array().unwrap().len(), 1);
    assert_eq!(errors[0]["message"], message);
    assert_eq!(errors[0]["root_error_message"], message);
}

#[test]
fn the_texts_of_errors_hold_no_secret() {
    let app = app();
    // The app itself answers with the error's text; it is the client's business, not ours.
    assert!(app.same(get("/err")).contains("CANARY-1"));
    let span = app.held_one();
    assert_eq!(span.events.len(), 1);
    assert!(messages(&span)[0].1.unwrap().starts_with("failed: password="));
    assert!(span.status.message.ends_with("sorry"), "{}", span.status.message);
}

#[test]
fn what_clients_do_wrong_is_no_error_of_ours() {
    let app = TestApp::start(
        |b| b,
        |cfg| {
            cfg.route("/json", web::post().to(|_: web::Json<Vec<u8>>| async { "ok" }))
                .app_data(web::JsonConfig::default().limit(64))
                .route(
                    "/401",
                    web::get().to(|| async {
                        Err::<HttpResponse, _>(ErrorUnauthorized("Bearer CANARY-token is stale"))
                    }),
                )
                .route(
                    "/403",
                    web::get().to(|| async { Err::<HttpResponse, _>(ErrorForbidden("no")) }),
                )
                .route(
                    "/{status}",
                    web::get().to(|status: web::Path<u16>| async move {
                        HttpResponse::build(HttpStatus::from_u16(*status).unwrap()).body("x")
                    }),
                );
        },
    );
    let large = format!("[{}]", "1,".repeat(100));
    let cases = [
        (get("/400"), 400),
        (get("/401"), 401),
        (get("/403"), 403),
        (get("/404"), 404),
        (get("/413"), 413),
        (get("/422"), 422),
        (get("/429"), 429),
        (get("/no-number"), 404),
        (post_json("/json", "[1, CANARY]"), 400),
        (post_json("/json", &large), 413),
    ];
    for (n, (sent, status)) in cases.iter().enumerate() {
        app.same(sent);
        let span = &app.held(n + 1)[n];
        assert_eq!(span.int_attr("http.response.status_code"), Some(*status), "{sent}");
        assert_eq!((span.status.code, span.str_attr("error.type")), (StatusCode::Unset, None));
        assert!(span.attr("http.route").is_some(), "{sent}");
    }
}

#[test]
fn an_error_of_middleware_inside_is_answered_as_ever() {
    let app = TestApp::wrapped(
        Settings::default(),
        |b| b,
        |_, toolkit| {
            let fails = || {
                from_fn(
                    |request: actix_web::dev::ServiceRequest, _: actix_web::middleware::Next<_>| {
                        let status: u16 = request.query_string().parse().unwrap();
                        let error = match status {
                            503 => ErrorServiceUnavailable("token=CANARY-1"),
                            _ => ErrorBadRequest("token=CANARY-1"),
                        };
                        async { Err::<actix_web::dev::ServiceResponse, _>(error) }
                    },
                )
            };
            let route = || web::resource("/x/{id}").to(|| async { "never" });
            (
                move || App::new().wrap(fails()).wrap(toolkit.clone()).service(route()),
                move || App::new().wrap(fails()).service(route()),
            )
        },
    );
    app.same(get("/x/1?503"));
    app.same(get("/x/1?400"));
    let spans = app.held(2);
    let seen = |span: &Span| {
        (
            span.int_attr("http.response.status_code"),
            span.str_attr("error.type").map(str::to_owned),
            span.status.code,
            span.events.len(),
            span.str_attr("http.route").map(str::to_owned),
        )
    };
    let route = Some("/x/{id}".to_owned());
    assert_eq!(
        seen(&spans[0]),
        (Some(503), Some("503".into()), StatusCode::Error, 1, route.clone())
    );
    assert_eq!(seen(&spans[1]), (Some(400), None, StatusCode::Unset, 1, route));
}

//! Panics: the connection ends as it would without us, and the worker serves on.

use std::{
    future::{Ready, ready},
    panic::{AssertUnwindSafe, panic_any, set_hook, take_hook},
    pin::Pin,
    sync::Once,
    task::{Context, Poll},
    thread,
};

use actix_web::{
    App, Error, FromRequest, HttpRequest, HttpResponse,
    body::{BodySize, MessageBody},
    dev::{Payload, Service as _, ServiceRequest, ServiceResponse},
    error::ErrorInternalServerError,
    middleware::{Next, from_fn},
    web::{self, Bytes, ServiceConfig},
};
use apitoolkit_actix::testing::{Span, StatusCode};
use apitoolkit_tests::{Settings, TestApp, of};
use futures_util::FutureExt as _;

use crate::requests::get;

struct Extractor;

impl FromRequest for Extractor {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(_: &HttpRequest, _: &mut Payload) -> Self::Future {
        assert!(thread::panicking(), "extractor, password=CANARY-1");
        ready(Ok(Self))
    }
}

/// Two chunks, then a panic.
struct Body(u8);

impl MessageBody for Body {
    type Error = Error;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Error>>> {
        self.0 += 1;
        match self.0 {
            1 | 3 => Poll::Ready(Some(Ok(Bytes::from_static(b"chunk")))),
            2 => {
                // Flushes what was written so far.
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            _ => panic!("in the body"),
        }
    }
}

struct PanicsOnDrop;

impl Drop for PanicsOnDrop {
    fn drop(&mut self) {
        if !thread::panicking() {
            panic!("in a drop");
        }
    }
}

/// Keeps the panics that are wanted here out of the test's output.
fn quiet() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let loud = take_hook();
        set_hook(Box::new(move |info| {
            if !thread::current().name().is_some_and(|name| name.starts_with("actix-rt|")) {
                loud(info);
            }
        }));
    });
}

fn routes(cfg: &mut ServiceConfig) {
    quiet();
    async fn before() -> HttpResponse {
        panic!("before the first await")
    }
    async fn after(_: Bytes) -> HttpResponse {
        actix_rt::task::yield_now().await;
        panic!("after an await: {}", 1 + 1)
    }
    async fn any() -> HttpResponse {
        panic_any(7_u8)
    }
    cfg.route("/before", web::get().to(before))
        .route("/after", web::get().to(after))
        .route("/any", web::get().to(any))
        .route("/extractor", web::get().to(|_: Extractor| async { "never" }))
        .route("/body", web::get().to(|| async { HttpResponse::Ok().body(Body(0)) }))
        .route(
            "/drop",
            web::get().to(|| async {
                let _guard = PanicsOnDrop;
                actix_rt::task::yield_now().await;
                "never"
            }),
        )
        .route("/reset/{token}", web::get().to(before))
        .route("/ok", web::get().to(|| async { "ok" }));
}

fn assert_panicked(span: &Span, message: &str) {
    assert_eq!(span.str_attr("error.type"), Some("panic"));
    assert_eq!((span.status.code, span.status.message.as_str()), (StatusCode::Error, message));
    let events: Vec<_> = span
        .events
        .iter()
        .map(|e| (e.attributes.str("exception.type"), e.attributes.str("exception.message")))
        .collect();
    assert_eq!(events, [(Some("panic"), Some(message))]);
}

#[test]
fn each_kind_of_panic() {
    let app = TestApp::start(|b| b, routes);
    let cases = [
        ("/before", "before the first await", None),
        ("/after", "after an await: 2", None),
        ("/any", "", None),
        ("/extractor", "extractor, password=[CLIENT_REDACTED]", None),
        ("/drop", "in a drop", None),
        ("/body", "in the body", Some(200)),
    ];
    for (n, (path, message, status)) in cases.into_iter().enumerate() {
        let answer = app.same(get(path));
        assert_eq!(answer.is_empty(), status.is_none(), "{path}: {answer}");
        let span = &app.held(n + 1)[n];
        assert_panicked(span, message);
        assert_eq!(span.int_attr("http.response.status_code"), status, "{path}");
        assert_eq!(span.str_attr("http.route"), Some(path));
    }
}

#[test]
fn the_worker_serves_on_after_many_panics() {
    let app = TestApp::start(|b| b, routes);
    let panics = of(200, 1_000);
    for n in 0..panics {
        app.same(get(if n % 2 == 0 { "/before" } else { "/body" }));
        assert!(app.same(get("/ok")).ends_with("ok"));
    }
    let spans = app.held(2 * panics);
    let panicked = spans.iter().filter(|s| s.str_attr("error.type") == Some("panic")).count();
    assert_eq!(panicked, panics);
    let mut client = app.connect();
    for _ in 0..1_000 {
        client.send(crate::requests::keep_alive("GET", "/ok", &[], ""));
        assert_eq!(client.reply().text(), "ok");
    }
    app.held(2 * panics + 1_000);
}

#[test]
fn pipelined_requests_behind_a_panic_are_lost_as_ever() {
    let app = TestApp::start(|b| b, routes);
    let keep = |path| crate::requests::keep_alive("GET", path, &[], "");
    // Even the first answer may not have been written yet when the second request panics.
    app.same(keep("/ok") + &keep("/before") + &keep("/ok"));
    let spans = app.held(2);
    assert_panicked(&spans[1], "before the first await");
}

#[test]
fn a_panic_hides_what_the_route_says_is_secret() {
    let app = TestApp::start(|b| b, routes);
    app.same(get("/reset/CANARY-token"));
    let span = app.held_one();
    assert_eq!(span.str_attr("http.route"), Some("/reset/{token}"));
    assert_eq!(span.str_attr("url.path"), Some("/reset/REDACTED"));
    assert_eq!(span.str_attr("http.target"), Some("/reset/REDACTED"));
    assert_eq!(span.str_attr("http.request.path_params"), Some(r#"{"token":"REDACTED"}"#));
}

/// Middleware that answers a panic with a 500, as apps do.
async fn catch(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    match AssertUnwindSafe(next.call(request)).catch_unwind().await {
        Ok(response) => response.map(ServiceResponse::map_into_boxed_body),
        Err(_) => Err(ErrorInternalServerError("caught")),
    }
}

#[test]
fn a_panic_that_is_caught_outside_is_recorded_and_passed_on() {
    let app = TestApp::wrapped(
        Settings::default(),
        |b| b,
        |_, toolkit| {
            (
                move || App::new().wrap(toolkit.clone()).wrap(from_fn(catch)).configure(routes),
                move || App::new().wrap(from_fn(catch)).configure(routes),
            )
        },
    );
    assert!(app.same(get("/after")).ends_with("caught"));
    assert_panicked(&app.held_one(), "after an await: 2");
}

#[test]
fn a_panic_that_is_caught_inside_is_an_answer() {
    let app = TestApp::wrapped(
        Settings::default(),
        |b| b,
        |_, toolkit| {
            (
                move || App::new().wrap(from_fn(catch)).wrap(toolkit.clone()).configure(routes),
                move || App::new().wrap(from_fn(catch)).configure(routes),
            )
        },
    );
    assert!(app.same(get("/after")).ends_with("caught"));
    let span = app.held_one();
    assert_eq!(span.str_attr("error.type"), Some("500"));
    let events: Vec<_> =
        span.events.iter().map(|e| e.attributes.str("exception.message")).collect();
    assert_eq!(events, [Some("caught")]);
}

#[test]
fn a_panic_in_the_synchronous_part_of_a_service() {
    let app = TestApp::wrapped(
        Settings::default(),
        |b| b,
        |_, toolkit| {
            (
                move || {
                    App::new()
                        .wrap_fn(|request, service| {
                            assert!(request.path() != "/ok", "in the call");
                            service.call(request)
                        })
                        .wrap(toolkit.clone())
                        .configure(routes)
                },
                move || {
                    App::new()
                        .wrap_fn(|request, service| {
                            assert!(request.path() != "/ok", "in the call");
                            service.call(request)
                        })
                        .configure(routes)
                },
            )
        },
    );
    assert_eq!(app.same(get("/ok")), "");
    assert_panicked(&app.held_one(), "in the call");
}

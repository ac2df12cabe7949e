//! Errors that nobody handled: each is told of once.

use std::{
    error::Error,
    fmt,
    sync::{Arc, Mutex, mpsc},
};

use actix_web::{HttpRequest, HttpResponse, ResponseError, get, post, web};
use apitoolkit_actix::{
    Builder, enter_service, report_error,
    testing::{Span, StatusCode},
    trace_service, traced_service,
};
use apitoolkit_tests::{SOON, Settings, TestApp};
use futures_util::stream;
use tokio::sync::Notify;

use crate::{
    requests::{get, post_json},
    support::{BROKEN, BROKEN_TYPE, Broken, Told, errors, exceptions, exchange, inner},
};

/// Another error, with the text of the first inside of its own.
#[derive(Debug)]
struct Wrapped(Broken);

impl fmt::Display for Wrapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the order failed: {}", self.0)
    }
}

impl Error for Wrapped {}
impl ResponseError for Wrapped {}

#[traced_service(service = "Stock")]
async fn count() -> Result<u32, Broken> {
    Err(Broken::new())
}

#[get("/annotated")]
#[traced_service(service = "Orders")]
async fn annotated() -> Result<HttpResponse, Broken> {
    let count = count().await?;
    Ok(HttpResponse::Ok().body(count.to_string()))
}

#[get("/wrapped")]
#[traced_service(service = "Orders")]
async fn wrapped() -> Result<HttpResponse, Wrapped> {
    let count = count().await.map_err(Wrapped)?;
    Ok(HttpResponse::Ok().body(count.to_string()))
}

#[get("/handled")]
#[traced_service(service = "Orders")]
async fn handled() -> &'static str {
    assert!(count().await.is_err());
    let guard = enter_service("Stock", "guarded");
    guard.report_error(&"token=CANARY-3");
    guard.report_error(&"a second one");
    "fine"
}

#[get("/reported")]
async fn reported(request: HttpRequest) -> &'static str {
    if let Err(error) = count().await {
        report_error(&request, &error);
    }
    "fine"
}

/// Actix does not say what type it is.
async fn plain() -> Result<HttpResponse, Broken> {
    Err(Broken::new())
}

async fn reported_and_returned(request: HttpRequest) -> Result<HttpResponse, Broken> {
    Err(Broken::new()).inspect_err(|error| report_error(&request, error))
}

async fn boxed() -> Result<HttpResponse, Box<dyn Error>> {
    Err(std::io::Error::other("token=CANARY-4").into())
}

#[post("/json")]
async fn json(_: web::Json<Vec<u8>>) -> &'static str {
    "fine"
}

fn app(toolkit: impl FnOnce(Builder) -> Builder) -> TestApp {
    TestApp::start(toolkit, |cfg| {
        cfg.service(annotated)
            .service(wrapped)
            .service(handled)
            .service(reported)
            .service(json)
            .route("/plain", web::get().to(plain))
            .route("/reported-and-returned", web::get().to(reported_and_returned))
            .route("/boxed", web::get().to(boxed));
    })
}

fn asked(path: &str) -> (TestApp, Span) {
    let app = app(|b| b);
    app.same(get(path));
    let span = exchange(&app);
    (app, span)
}

/// Name, status, `error.type` and exceptions of a service's span.
fn failed(span: &Span) -> (&str, &str, Option<&str>, Vec<[String; 2]>) {
    assert_eq!(span.status.code, StatusCode::Error);
    (&span.name, &span.status.message, span.str_attr("error.type"), exceptions(span))
}

fn exception(error_type: &str, message: &str) -> Vec<[String; 2]> {
    vec![[error_type.to_owned(), message.to_owned()]]
}

#[test]
fn an_error_that_goes_up_through_services_is_told_of_by_the_exchange() {
    let (app, span) = asked("/annotated");
    assert_eq!((span.status.code, span.status.message.as_str()), (StatusCode::Error, BROKEN));
    assert_eq!(span.str_attr("error.type"), Some("500"));
    // The service knew the type, though not the causes.
    assert_eq!(errors(&span), [Told::new(BROKEN_TYPE, BROKEN)]);
    let spans = inner(&app, 2);
    assert_eq!(failed(&spans[0]), ("Orders.annotated", BROKEN, Some(BROKEN_TYPE), vec![]));
    assert_eq!(failed(&spans[1]), ("Stock.count", BROKEN, Some(BROKEN_TYPE), vec![]));
    assert_eq!(
        app.collector.span_tree(&span.trace_id),
        "monoscope.http [SERVER] Error\n  Orders.annotated [INTERNAL] Error\n    \
         Stock.count [INTERNAL] Error\n"
    );
    for span in &spans {
        assert_eq!(span.attributes.duplicates(), [""; 0]);
        assert!(span.start <= span.end);
    }
}

#[test]
fn another_error_is_told_of_where_it_happened() {
    let (app, span) = asked("/wrapped");
    let outer = format!("the order failed: {BROKEN}");
    let outer_type = "context::returned::Wrapped";
    assert_eq!(errors(&span), [Told::new(outer_type, &outer)]);
    let spans = inner(&app, 2);
    assert_eq!(failed(&spans[0]), ("Orders.wrapped", outer.as_str(), Some(outer_type), vec![]));
    let told = exception(BROKEN_TYPE, BROKEN);
    assert_eq!(failed(&spans[1]), ("Stock.count", BROKEN, Some(BROKEN_TYPE), told));
}

#[test]
fn so_is_one_that_was_handled() {
    let (app, span) = asked("/handled");
    assert_eq!((span.status.code, span.str_attr("error.type")), (StatusCode::Unset, None));
    assert_eq!(errors(&span), []);
    let spans = inner(&app, 3);
    assert_eq!(
        (spans[0].name.as_str(), spans[0].status.code),
        ("Orders.handled", StatusCode::Unset)
    );
    let told = exception(BROKEN_TYPE, BROKEN);
    assert_eq!(failed(&spans[1]), ("Stock.count", BROKEN, Some(BROKEN_TYPE), told));
    let scrubbed = "token=[CLIENT_REDACTED]";
    let both = [exception("&str", scrubbed), exception("&str", "a second one")].concat();
    assert_eq!(failed(&spans[2]), ("Stock.guarded", scrubbed, Some("&str"), both));
    let error = &spans[2].events;
    assert!(spans[2].start <= error[0].time && error[1].time <= spans[2].end);
}

#[test]
fn an_error_that_is_reported_is_told_of_by_the_exchange_alone() {
    let (app, span) = asked("/reported");
    assert_eq!(span.status.code, StatusCode::Unset);
    assert_eq!(errors(&span), [Told::broken()]);
    let spans = inner(&app, 1);
    assert_eq!(failed(&spans[0]), ("Stock.count", BROKEN, Some(BROKEN_TYPE), vec![]));
}

#[test]
fn an_error_that_is_reported_and_returned_is_told_of_once() {
    let (_, span) = asked("/reported-and-returned");
    assert_eq!((span.status.code, span.status.message.as_str()), (StatusCode::Error, BROKEN));
    assert_eq!(errors(&span), [Told::broken()]);
}

#[test]
fn the_type_of_an_error_is_known_where_it_can_be() {
    let (_, span) = asked("/plain");
    assert_eq!(errors(&span), [Told::new("actix_web::Error", BROKEN)]);

    let known = app(|b| b.error_type::<Wrapped>().error_type::<Broken>());
    known.same(get("/plain"));
    assert_eq!(errors(&exchange(&known)), [Told::broken()]);

    let (_, span) = asked("/boxed");
    let scrubbed = "token=[CLIENT_REDACTED]";
    assert_eq!(errors(&span), [Told::new("std::io::error::Error", scrubbed)]);
}

#[test]
fn an_extractor_s_error_has_its_type_and_cause() {
    let app = app(|b| b);
    app.same(post_json("/json", "[1, \"token=CANARY-5\"]"));
    let span = exchange(&app);
    assert_eq!((span.status.code, span.str_attr("error.type")), (StatusCode::Unset, None));
    let [told] = &errors(&span)[..] else { panic!() };
    assert_eq!(told.error_type, "actix_web::error::JsonPayloadError");
    assert!(told.message.starts_with("Json deserialize error: "), "{told:?}");
    assert_eq!(told.root[0], "serde_json::error::Error");
    assert!(told.trace.starts_with("Caused by: invalid type: string"), "{told:?}");
}

#[test]
fn what_fails_after_the_answer_is_told_of_at_once() {
    let go = Arc::new(Notify::new());
    let gate = Arc::clone(&go);
    let app = TestApp::start(
        |b| b,
        move |cfg| {
            let gate = Arc::clone(&gate);
            let handler = move || {
                let gate = Arc::clone(&gate);
                let body = stream::once(async move {
                    assert!(count().await.is_err());
                    gate.notified().await;
                    Ok::<_, actix_web::Error>(web::Bytes::from_static(b"end"))
                });
                async { HttpResponse::Ok().streaming(Box::pin(body)) }
            };
            cfg.route("/", web::get().to(handler));
        },
    );
    let mut client = app.connect();
    client.send(get("/"));
    let spans = inner(&app, 1);
    assert_eq!(app.collector.spans().len(), 1, "the exchange goes on");
    let told = exception(BROKEN_TYPE, BROKEN);
    assert_eq!(failed(&spans[0]), ("Stock.count", BROKEN, Some(BROKEN_TYPE), told));
    go.notify_one();
    assert!(client.reply().text().ends_with("end"));
    assert_eq!(errors(&exchange(&app)), []);
}

#[test]
fn what_failed_before_the_client_went_away_is_told_of() {
    let (running, is_running) = mpsc::channel();
    let running = Arc::new(Mutex::new(running));
    let settings = Settings { half_closed: false, ..Settings::default() };
    let app = TestApp::with(
        settings,
        |b| b,
        |_| {
            move |cfg: &mut web::ServiceConfig| {
                let running = Arc::clone(&running);
                let handler = move || {
                    let running = Arc::clone(&running);
                    async move {
                        assert!(count().await.is_err());
                        running.lock().unwrap().send(()).unwrap();
                        std::future::pending::<&'static str>().await
                    }
                };
                cfg.route("/", web::get().to(handler));
            }
        },
    );
    let mut client = app.connect();
    client.send(get("/"));
    is_running.recv_timeout(SOON).unwrap();
    client.reset();
    let span = exchange(&app);
    assert_eq!(span.str_attr("error.type"), Some("client_disconnected"));
    assert_eq!(errors(&span), []);
    let told = exception(BROKEN_TYPE, BROKEN);
    assert_eq!(failed(&inner(&app, 1)[0]), ("Stock.count", BROKEN, Some(BROKEN_TYPE), told));
}

#[test]
fn what_fails_in_a_future_of_its_own_is_told_of() {
    let app = TestApp::start(
        |b| b,
        |cfg| {
            cfg.route(
                "/",
                web::get().to(|| async {
                    let failed = trace_service("Stock", "asked", plain()).report_errors().await;
                    assert!(failed.is_err());
                    let quiet = trace_service("Stock", "quiet", plain()).await;
                    assert!(quiet.is_err());
                    "fine"
                }),
            );
        },
    );
    app.same(get("/"));
    assert_eq!(errors(&exchange(&app)), []);
    let spans = inner(&app, 2);
    let told = exception(BROKEN_TYPE, BROKEN);
    assert_eq!(failed(&spans[0]), ("Stock.asked", BROKEN, Some(BROKEN_TYPE), told));
    assert_eq!((spans[1].status.code, spans[1].events.len()), (StatusCode::Unset, 0));
}

//! Errors that nobody handled: each is told of once.

use std::{error::Error, fmt};

use actix_web::{HttpRequest, HttpResponse, ResponseError, get, post, web};
use apitoolkit_actix::{
    Builder, enter_service, report_error,
    testing::{Span, StatusCode},
    traced_service,
};
use apitoolkit_tests::TestApp;

use crate::{
    requests::{get, post_json},
    support::{BROKEN, BROKEN_TYPE, Broken, Told, errors, exceptions, inner},
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
pub(crate) async fn count() -> Result<u32, Broken> {
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
pub(crate) async fn plain() -> Result<HttpResponse, Broken> {
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
    let span = app.held_one();
    (app, span)
}

/// Name, status, `error.type` and exceptions of a service's span.
pub(crate) fn failed(span: &Span) -> (&str, &str, Option<&str>, Vec<[String; 2]>) {
    assert_eq!(span.status.code, StatusCode::Error);
    (&span.name, &span.status.message, span.str_attr("error.type"), exceptions(span))
}

pub(crate) fn exception(error_type: &str, message: &str) -> Vec<[String; 2]> {
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
    assert_eq!(errors(&known.held_one()), [Told::broken()]);

    let (_, span) = asked("/boxed");
    let scrubbed = "token=[CLIENT_REDACTED]";
    assert_eq!(errors(&span), [Told::new("std::io::error::Error", scrubbed)]);
}

#[test]
fn an_extractor_s_error_has_its_type_and_cause() {
    let app = app(|b| b);
    app.same(post_json("/json", "[1, \"token=CANARY-5\"]"));
    let span = app.held_one();
    assert_eq!((span.status.code, span.str_attr("error.type")), (StatusCode::Unset, None));
    let [told] = &errors(&span)[..] else { panic!() };
    assert_eq!(told.error_type, "actix_web::error::JsonPayloadError");
    assert!(told.message.starts_with("Json deserialize error: "), "{told:?}");
    assert_eq!(told.root[0], "serde_json::error::Error");
    assert!(told.trace.starts_with("Caused by: invalid type: string"), "{told:?}");
}

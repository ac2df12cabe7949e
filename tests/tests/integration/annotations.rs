//! `#[derive(Redact)]` and `#[traced_service]` in an app: what is marked beside a field never
//! leaves, whether the request gets to its handler or not.

use actix_web::{
    Error, FromRequest, HttpRequest, HttpResponse, Responder,
    body::MessageBody,
    dev::{Payload, ServiceRequest, ServiceResponse},
    error::ErrorBadRequest,
    guard,
    middleware::{Next, from_fn},
    post,
    web::{self, ServiceConfig},
};
use apitoolkit_actix::{Builder, Redact, testing::Span, traced_service};
use apitoolkit_tests::TestApp;
use futures_util::future::LocalBoxFuture;
use serde::{Deserialize, Serialize};

use crate::requests::{get, post_json, request};

/// No field has a name of the default lists.
#[derive(Deserialize, Serialize, Redact)]
struct Treasure {
    label: String,
    #[redact]
    hideout: String,
    #[redact(nested)]
    map: Option<Map>,
}

#[derive(Deserialize, Serialize, Redact)]
#[serde(rename_all = "camelCase")]
struct Map {
    sheet: u32,
    #[redact]
    digging_place: String,
}

#[derive(Deserialize, Redact)]
struct Search {
    #[redact]
    hideout: String,
}

#[post("/treasures")]
#[traced_service(service = "Treasures", response = Treasure)]
async fn bury(treasure: web::Json<Treasure>) -> impl Responder {
    treasure
}

#[post("/fails-first")]
#[traced_service]
async fn fails_first(
    _first: ReadsAndFails,
    _treasure: Option<web::Json<Treasure>>,
) -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[post("/panics")]
#[traced_service]
async fn panics(treasure: web::Json<Treasure>) -> HttpResponse {
    panic!("with {}", treasure.label)
}

#[post("/search/{hideout}")]
#[traced_service]
async fn search(path: web::Path<Search>, query: web::Query<Search>) -> String {
    format!("{} {}", path.hideout.len(), query.hideout.len())
}

#[post("/quiet")]
#[traced_service(capture_request_body = false, capture_response_body = false)]
async fn quiet(body: web::Bytes) -> web::Bytes {
    body
}

#[post("/loud")]
#[traced_service(capture_request_body = true, capture_response_body = true)]
async fn loud(body: web::Bytes) -> web::Bytes {
    body
}

#[traced_service(handler)]
async fn bury_unseen(treasure: web::Json<Treasure>) -> impl Responder {
    treasure
}

/// An extractor that takes the body and then refuses.
struct ReadsAndFails;

impl FromRequest for ReadsAndFails {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = web::Bytes::from_request(request, payload);
        Box::pin(async {
            body.await?;
            Err(ErrorBadRequest("no"))
        })
    }
}

/// Middleware that reads the body and answers by itself.
async fn refuse(
    mut request: ServiceRequest,
    _next: Next<impl MessageBody>,
) -> Result<ServiceResponse, Error> {
    request.extract::<web::Bytes>().await?;
    Ok(request.into_response(HttpResponse::Unauthorized().finish()))
}

fn routes(app: &mut ServiceConfig) {
    app.service(bury)
        .service(fails_first)
        .service(panics)
        .service(search)
        .service(quiet)
        .service(loud)
        .service(web::resource("/refused").wrap(from_fn(refuse)).route(web::post().to(bury_unseen)))
        .service(
            web::resource("/guarded")
                .route(web::post().guard(guard::Header("x-key", "yes")).to(bury_unseen))
                .default_service(web::to(|_body: web::Bytes| async {
                    HttpResponse::NotFound().finish()
                })),
        )
        .route("/plain", web::post().to(|body: web::Bytes| async { body }));
}

fn app(toolkit: impl FnOnce(Builder) -> Builder) -> TestApp {
    TestApp::start(|b| toolkit(b.capture_request_body(true).capture_response_body(true)), routes)
}

const TREASURE: &str =
    r#"{"label":"gold", "hideout":"CANARY-1","map":{"sheet":7,"diggingPlace":"CANARY-2"}}"#;
const REDACTED: &str = r#"{"label":"gold", "hideout":"[CLIENT_REDACTED]","map":{"sheet":7,"diggingPlace":"[CLIENT_REDACTED]"}}"#;

fn request_body(span: &Span) -> String {
    String::from_utf8(span.request_body().unwrap_or_default()).unwrap()
}

fn exchange(spans: Vec<Span>) -> Span {
    spans.into_iter().find(|span| span.name == "monoscope.http").unwrap()
}

#[test]
fn the_handlers_types_say_what_is_redacted_in_both_directions() {
    let app = app(|b| b);
    app.same(post_json("/treasures", TREASURE));
    let span = exchange(app.held(1));
    assert_eq!(request_body(&span), REDACTED);
    let response = String::from_utf8(span.response_body().unwrap()).unwrap();
    assert_eq!(response, REDACTED.replace(", ", ","));
    assert_eq!(
        app.collector.span_tree(&span.trace_id),
        "monoscope.http [SERVER] Unset\n  Treasures.bury [INTERNAL] Unset\n"
    );
}

#[test]
fn query_and_path_too() {
    let app = app(|b| b);
    app.same(request("POST", "/search/CANARY-3?hideout=CANARY-4&page=2", &[], ""));
    let span = exchange(app.held(1));
    assert_eq!(span.str_attr("url.path"), Some("/search/REDACTED"));
    assert_eq!(span.str_attr("url.query"), Some("hideout=REDACTED&page=2"));
    assert_eq!(span.str_attr("http.request.path_params"), Some(r#"{"hideout":"REDACTED"}"#));
}

/// Nothing announces here but what the program knows of its handlers: these are the first requests
/// of the app.
#[test]
fn a_request_that_never_reaches_its_handler_leaks_nothing() {
    for (path, status) in [("/fails-first", 400), ("/refused", 401), ("/guarded", 404)] {
        let app = app(|b| b);
        app.same(post_json(path, TREASURE));
        let span = exchange(app.held(1));
        assert_eq!(span.int_attr("http.response.status_code"), Some(status), "{path}");
        assert_eq!(request_body(&span), REDACTED, "{path}");
    }
}

#[test]
fn nor_does_one_that_panics_or_does_not_parse() {
    let app = app(|b| b);
    app.same(post_json("/panics", TREASURE));
    let span = exchange(app.held(1));
    assert_eq!(span.str_attr("error.type"), Some("panic"));
    assert_eq!(request_body(&span), REDACTED);

    app.same(post_json("/treasures", &TREASURE[..TREASURE.len() - 1]));
    let spans = app.held(2);
    let span = spans.iter().find(|s| s.int_attr("http.response.status_code") == Some(400)).unwrap();
    assert!(request_body(span).contains("unparseable application/json"));
}

#[test]
fn nor_does_a_path_or_query_of_a_request_that_is_refused() {
    let app = app(|b| b);
    app.same(get("/search/CANARY-5?hideout=CANARY-6&page=2"));
    let span = exchange(app.held(1));
    assert_eq!(span.str_attr("url.path"), Some("/search/REDACTED"));
    assert_eq!(span.str_attr("url.query"), Some("hideout=REDACTED&page=2"));
}

#[test]
fn one_route_captures_or_not_whatever_the_rest_does() {
    let app = app(|b| b);
    app.same(post_json("/quiet", r#"{"a":1}"#));
    let span = exchange(app.held(1));
    assert_eq!((span.request_body(), span.response_body()), (None, None));
    assert_eq!(span.int_attr("http.request.body.size"), Some(7));

    let app = TestApp::start(|b| b, routes);
    app.same(post_json("/loud", r#"{"a":1}"#));
    let span = exchange(app.held(1));
    assert_eq!(request_body(&span), r#"{"a":1}"#);
    app.same(post_json("/plain", r#"{"b":1}"#));
    let spans = app.held(2);
    let plain = spans.iter().find(|s| s.str_attr("http.route") == Some("/plain")).unwrap();
    assert_eq!((plain.request_body(), plain.response_body()), (None, None));
}

#[test]
fn a_type_given_to_the_builder_holds_for_every_body() {
    #[derive(Redact)]
    #[expect(dead_code, reason = "its fields are only named")]
    struct Note {
        #[redact]
        whisper: String,
    }
    let app = app(|b| b.redact::<Note>());
    app.same(post_json("/plain", r#"{"whisper":"CANARY-7","b":1}"#));
    let span = exchange(app.held(1));
    assert_eq!(request_body(&span), r#"{"whisper":"[CLIENT_REDACTED]","b":1}"#);
}

//! Annotated handlers: what the middleware gets to know of them, however the request ends.

use actix_web::{
    App, Either, FromRequest, HttpMessage as _, HttpRequest, HttpResponse, Responder,
    dev::{Payload, Service as _},
    get, post, routes, test, web,
};
use serde::Deserialize;

use super::{HandlerRules, announced, context, top};
use crate::{ExtractorRules, Redact, RedactExtractor, redact::types::TopLevel, traced_service};

#[derive(Deserialize, Redact)]
#[redact(crate = crate)]
#[expect(dead_code, reason = "only read")]
struct User {
    #[redact]
    email: String,
    name: String,
}

#[derive(Deserialize, Redact)]
#[redact(crate = crate)]
#[expect(dead_code, reason = "only read")]
struct Secret {
    #[redact]
    secret: String,
}

/// A type without rules.
#[derive(Deserialize)]
struct Unknown {}

/// A user's own extractor.
struct Valid(User);

impl RedactExtractor for Valid {
    fn redact(rules: &mut ExtractorRules) {
        rules.extractor::<web::Json<User>>();
    }
}

impl FromRequest for Valid {
    type Error = actix_web::Error;
    type Future = std::future::Ready<Result<Self, actix_web::Error>>;
    fn from_request(_: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(Err(actix_web::error::ErrorForbidden("never")))
    }
}

#[post("/above/{secret}")]
#[traced_service(crate = crate)]
async fn above(
    path: web::Path<Secret>,
    query: web::Query<Secret>,
    user: web::Json<User>,
) -> impl Responder {
    drop((path, query, helper(user).await));
    HttpResponse::Ok()
}

#[traced_service(crate = crate)]
#[post("/below")]
async fn below(body: Either<web::Json<User>, web::Form<Secret>>, _: HttpRequest) -> HttpResponse {
    drop(body);
    HttpResponse::Ok().finish()
}

#[routes]
#[get("/many/{id}/{secret}")]
#[post("/many/{id}/{secret}")]
#[traced_service(crate = crate)]
async fn many(path: web::Path<(u32, Token)>, unknown: web::Query<Unknown>) -> HttpResponse {
    drop((path, unknown));
    HttpResponse::Ok().finish()
}

#[derive(Deserialize, Redact)]
#[redact(crate = crate)]
struct Token(
    #[expect(dead_code, reason = "only read")]
    #[redact]
    String,
);

#[post("/own")]
#[traced_service(crate = crate)]
async fn own(valid: Valid) -> HttpResponse {
    drop(valid.0);
    HttpResponse::Ok().finish()
}

#[get("/explicit")]
#[traced_service(crate = crate, response = Vec<User>, capture_response_body = true, capture_request_body = false)]
async fn explicit() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[traced_service(crate = crate, handler)]
async fn registered(user: web::Json<User>) -> HttpResponse {
    drop(user);
    panic!("never handled");
}

/// No handler: it is called with what it takes.
#[traced_service(crate = crate)]
async fn helper(user: web::Json<User>) -> web::Json<User> {
    user
}

/// The status of the answer, if there is one, and what was announced.
async fn ask(request: test::TestRequest) -> (Option<u16>, Option<HandlerRules>) {
    let app = App::new()
        .service(above)
        .service(below)
        .service(many)
        .service(own)
        .service(explicit)
        .route("/registered", web::post().to(registered))
        .route("/helper", web::post().to(helper_route));
    let app = test::init_service(app).await;
    let exchange = super::exchange();
    let request = request.to_request();
    request.extensions_mut().insert(context(&exchange));
    let answer = std::panic::AssertUnwindSafe(app.call(request));
    let status = match futures_catch(answer).await {
        Some(Ok(response)) => Some(response.status().as_u16()),
        Some(Err(error)) => Some(error.as_response_error().status_code().as_u16()),
        None => None,
    };
    (status, announced(&exchange).map(|rules| (**rules).clone()))
}

async fn helper_route(user: web::Json<User>) -> impl Responder {
    helper(user).await.into_inner().name
}

/// The output of a future, unless it panics.
async fn futures_catch<F: Future>(future: std::panic::AssertUnwindSafe<F>) -> Option<F::Output> {
    let mut future = std::pin::pin!(future.0);
    std::future::poll_fn(move |cx| {
        let polled =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| future.as_mut().poll(cx)));
        match polled {
            Ok(std::task::Poll::Pending) => std::task::Poll::Pending,
            Ok(std::task::Poll::Ready(output)) => std::task::Poll::Ready(Some(output)),
            Err(_) => std::task::Poll::Ready(None),
        }
    })
    .await
}

fn post(uri: &str, body: &'static str) -> test::TestRequest {
    test::TestRequest::post()
        .uri(uri)
        .insert_header(("content-type", "application/json"))
        .set_payload(body)
}

const USER: &str = r#"{"email":"a","name":"b"}"#;

fn body(names: &[&str]) -> Vec<String> {
    let mut paths = vec!["$[:]".to_owned()];
    paths.extend(names.iter().map(|name| format!("$['{name}']")));
    paths
}

#[actix_web::test]
async fn a_route_macro_above_is_seen() {
    let expected = HandlerRules {
        request_body: body(&["email"]),
        query: top(&["secret"], &[], false),
        path: top(&["secret"], &[], false),
        ..HandlerRules::default()
    };
    // Handled; the last argument fails; one before it fails.
    for (uri, text, status) in [
        ("/above/s?secret=t", USER, 200),
        ("/above/s?secret=t", "no json", 400),
        ("/above/s", USER, 400),
    ] {
        assert_eq!(
            ask(post(uri, text)).await,
            (Some(status), Some(expected.clone())),
            "{uri} {text}"
        );
    }
    assert_eq!(ask(post("/elsewhere", USER)).await, (Some(404), None));
}

#[actix_web::test]
async fn a_route_macro_below_is_seen() {
    let rules =
        HandlerRules { request_body: body(&["email", "secret"]), ..HandlerRules::default() };
    assert_eq!(ask(post("/below", USER)).await, (Some(200), Some(rules.clone())));
    assert_eq!(ask(post("/below", "no json")).await, (Some(400), Some(rules)));
}

#[actix_web::test]
async fn several_routes_share_a_handler() {
    let rules = HandlerRules { path: top(&[], &[1], false), ..HandlerRules::default() };
    assert_eq!(ask(post("/many/1/s", "")).await, (Some(200), Some(rules.clone())));
    let get = test::TestRequest::get().uri("/many/no-number/s");
    assert_eq!(ask(get).await, (Some(404), Some(rules)));
}

#[actix_web::test]
async fn extractors_of_one_s_own_announce_too() {
    let rules = HandlerRules { request_body: body(&["email"]), ..HandlerRules::default() };
    assert_eq!(ask(post("/own", USER)).await, (Some(403), Some(rules)));
}

#[actix_web::test]
async fn what_is_said_explicitly_is_announced() {
    let rules = HandlerRules {
        response_body: vec!["$[*]['email']".to_owned()],
        capture_request_body: Some(false),
        capture_response_body: Some(true),
        query: TopLevel::default(),
        ..HandlerRules::default()
    };
    assert_eq!(ask(test::TestRequest::get().uri("/explicit")).await, (Some(200), Some(rules)));
}

#[actix_web::test]
async fn a_panic_leaves_what_was_announced() {
    let rules = HandlerRules { request_body: body(&["email"]), ..HandlerRules::default() };
    assert_eq!(ask(post("/registered", USER)).await, (None, Some(rules)));
}

#[actix_web::test]
async fn handlers_are_known_before_they_run() {
    macro_rules! secrets {
        ($($name:ident $field:ident),*) => {
            $(#[derive(Deserialize, Redact)]
            #[redact(crate = crate)]
            #[expect(dead_code, reason = "only read")]
            pub(super) struct $name {
                #[redact]
                $field: String,
            })*
        };
    }
    mod never {
        use super::*;
        secrets!(Declared declared, Routed routed, Below below, Helped helped);

        #[traced_service(crate = crate, handler)]
        pub(super) async fn declared(_: web::Json<Declared>) {}

        #[get("/")]
        #[traced_service(crate = crate)]
        pub(super) async fn routed(_: web::Json<Routed>) -> &'static str {
            ""
        }

        #[traced_service(crate = crate)]
        #[get("/")]
        pub(super) async fn below(_: Option<web::Json<Below>>) -> &'static str {
            ""
        }

        #[traced_service(crate = crate)]
        pub(super) async fn helped(_: web::Json<Helped>) {}
    }
    let (_, _) = (never::routed, never::below);
    let known = super::super::all_handlers().request_body;
    let has = |name: &str| known.contains(&format!("$['{name}']"));
    assert_eq!(["declared", "routed", "below", "helped"].map(has), [true, true, true, false]);
}

#[actix_web::test]
async fn a_function_that_is_no_handler_announces_nothing() {
    assert_eq!(ask(post("/helper", USER)).await, (Some(200), None));
}

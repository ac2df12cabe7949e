//! Handlers under route macros in either order, and functions that only look like them.
#![deny(warnings)]
#![forbid(unsafe_code)]

use actix_web::{
    App, Either, HttpRequest, HttpResponse, Responder, get, http::StatusCode, post, routes, test,
    web,
};
use apitoolkit_actix::{Redact, traced_service};
use serde::Deserialize;

#[derive(Deserialize, Redact)]
struct User {
    #[redact]
    email: String,
}

#[post("/above")]
#[traced_service]
async fn above(user: web::Json<User>) -> Result<impl Responder, actix_web::Error> {
    Ok(helper(user).await)
}

#[traced_service(service = "Users")]
#[post("/below/{id}")]
async fn below(id: web::Path<u32>, user: Either<web::Json<User>, web::Form<User>>) -> HttpResponse {
    let (_, _) = (id, user);
    HttpResponse::Ok().finish()
}

#[get("/none")]
#[traced_service(response = User, capture_response_body = true)]
async fn no_arguments() -> &'static str {
    "none"
}

#[routes]
#[get("/many")]
#[post("/many")]
#[traced_service]
async fn many(_request: HttpRequest, user: Option<web::Query<User>>) -> String {
    user.map(|user| user.into_inner().email).unwrap_or_default()
}

#[traced_service(handler, request = User, capture_request_body = false)]
async fn registered(body: web::Bytes) -> String {
    body.len().to_string()
}

/// No handler: called with what it says.
#[traced_service]
async fn helper(user: web::Json<User>) -> String {
    user.into_inner().email
}

#[actix_web::main]
async fn main() {
    let app = App::new()
        .service(above)
        .service(below)
        .service(no_arguments)
        .service(many)
        .route("/registered", web::put().to(registered));
    let app = test::init_service(app).await;
    let json = ("content-type", "application/json");
    let user = r#"{"email":"a"}"#;
    for (request, expected) in [
        (test::TestRequest::post().uri("/above").insert_header(json).set_payload(user), "a"),
        (test::TestRequest::post().uri("/below/7").insert_header(json).set_payload(user), ""),
        (test::TestRequest::get().uri("/none"), "none"),
        (test::TestRequest::post().uri("/many?email=b"), "b"),
        (test::TestRequest::put().uri("/registered").set_payload("four"), "4"),
    ] {
        let response = test::call_service(&app, request.to_request()).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(test::read_body(response).await, expected);
    }
}

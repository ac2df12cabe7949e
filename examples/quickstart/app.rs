//! The app: Actix Web, with two annotations. `#[redact]` says beside a field that it is secret,
//! `#[traced_service]` gives a function a span of its own, and brings the rules of its arguments.

use std::{convert::Infallible, fmt, time::Duration};

use actix_web::{
    HttpResponse, Responder, ResponseError,
    cookie::Cookie,
    get, post, rt,
    web::{Bytes, Form, Json, Path, ServiceConfig},
};
use apitoolkit_actix::{Redact, traced_service};
use futures_util::stream;
use serde::{Deserialize, Serialize};
use serde_json::json;

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .service(get_user)
        .service(create_user)
        .service(login)
        .service(report)
        .service(events)
        .service(crash);
}

#[derive(Serialize, Deserialize, Redact)]
struct User {
    name: String,
    #[redact]
    email: String,
    addresses: Vec<Address>,
    #[redact]
    credit_card: CreditCard,
}

#[derive(Serialize, Deserialize)]
struct Address {
    street: String,
    city: String,
    state: String,
    zip: String,
}

#[derive(Serialize, Deserialize)]
struct CreditCard {
    number: String,
    expiration: String,
    cvv: String,
}

#[derive(Deserialize, Redact)]
struct NewUser {
    #[redact(nested)]
    user: User,
}

#[derive(Serialize, Redact)]
struct Created {
    id: u32,
    #[redact(nested)]
    user: User,
    refresh_token: &'static str,
}

/// A path parameter, and a token in the query that no handler ever looks at.
#[get("/users/{id}")]
async fn get_user(id: Path<u32>) -> impl Responder {
    HttpResponse::Ok().json(json!({ "id": *id, "name": "John Martha", "api_key": "live-key-8c1f" }))
}

/// JSON in and JSON out, with what nobody else should read on both ways.
#[post("/users")]
#[traced_service(service = "Users", response = Created)]
async fn create_user(new: Json<NewUser>) -> impl Responder {
    let NewUser { user } = new.into_inner();
    HttpResponse::Created()
        .insert_header(("location", "/users/43?invite=invite-77aa"))
        .json(Created { id: 43, user, refresh_token: "refresh-51d2" })
}

#[derive(Deserialize)]
struct Credentials {
    username: String,
    password: String,
}

/// A form in, a cookie out.
#[post("/login")]
async fn login(form: Form<Credentials>) -> impl Responder {
    if form.password.is_empty() {
        return HttpResponse::Unauthorized().finish();
    }
    let session = Cookie::build("session", "session-9e4b").http_only(true).finish();
    HttpResponse::Ok().cookie(session).json(json!({ "welcome": form.username }))
}

/// Fails, and its error holds a credential, as those of database drivers like to.
#[get("/report")]
async fn report() -> Result<&'static str, DatabaseDown> {
    Err(DatabaseDown { url: "postgres://app:pg-pass-3d0e@db.internal/sales" })
}

#[derive(Debug)]
struct DatabaseDown {
    url: &'static str,
}

impl fmt::Display for DatabaseDown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot connect to {}", self.url)
    }
}

impl ResponseError for DatabaseDown {
    /// The error's text is for us, not for the caller.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::InternalServerError()
            .json(json!({ "error": "something went wrong on our side" }))
    }
}

/// A streamed response: the exchange ends when the last event has been sent.
#[get("/events")]
async fn events() -> impl Responder {
    let events = stream::unfold(1, |step| async move {
        if step > 3 {
            return None;
        }
        rt::time::sleep(Duration::from_millis(200)).await;
        let data = json!({ "step": step, "access_token": format!("event-token-{step}") });
        Some((Ok::<_, Infallible>(Bytes::from(format!("data: {data}\n\n"))), step + 1))
    });
    HttpResponse::Ok().content_type("text/event-stream").streaming(events)
}

/// Panics: Actix Web closes the connection without an answer, and the exchange is recorded.
#[get("/crash")]
#[expect(clippy::panic, reason = "the panic is what is shown")]
async fn crash() -> &'static str {
    panic!("a panic on purpose, to see it recorded")
}

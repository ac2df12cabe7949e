//! Who somebody is: registering, logging in and out, and what the other pages ask before they answer.

use std::future::{Ready, ready};

use actix_session::Session;
use actix_web::{
    Error, FromRequest, HttpMessage as _, HttpRequest, HttpResponse,
    body::MessageBody,
    dev::{Payload, ServiceRequest, ServiceResponse},
    http::StatusCode,
    middleware::Next,
    web::{self, Data, Form, ServiceConfig},
};
use apitoolkit_actix::Redact;
use serde::Deserialize;
use sqlx::SqlitePool;

use crate::{
    monitoring::describe,
    page::{Page, redirect},
    pages, passwords,
    problem::Problem,
    users::{self, Login, Member},
};

/// What the session holds of whoever has logged in.
const MEMBER_ID: &str = "member_id";

/// Bounds for what is typed into the forms, in characters. A longer password would cost too much to
/// hash.
const MAX_USERNAME: usize = 40;
const PASSWORD: std::ops::RangeInclusive<usize> = 8..=128;

pub(crate) fn routes(config: &mut ServiceConfig) {
    let register = web::resource("/auth/register");
    let login = web::resource("/auth/login");
    config
        .service(register.get(register_page).post(register_member))
        .service(login.get(login_page).post(log_in))
        .route("/auth/logout", web::post().to(log_out));
}

/// The form for logging in. What is marked never leaves the process.
#[derive(Deserialize, Redact)]
pub(crate) struct Credentials {
    username: String,
    #[redact]
    password: String,
}

/// The form for registering. `password` would be redacted by its name alone; no list of names knows
/// that `repeat` is the same again.
#[derive(Deserialize, Redact)]
pub(crate) struct Registration {
    username: String,
    #[redact]
    password: String,
    #[redact]
    repeat: String,
}

impl Registration {
    /// What has to be mended before it can be accepted.
    fn faults(&self) -> Vec<&'static str> {
        let name = self.username.as_str();
        let is_word = |c: char| c.is_alphanumeric() || "-_".contains(c);
        let checks = [
            (name.is_empty(), "A username is required."),
            (name.chars().count() > MAX_USERNAME, "This username is too long."),
            (!name.chars().all(is_word), "A username consists of letters, digits, - and _."),
            (
                !PASSWORD.contains(&self.password.chars().count()),
                "The password has to have 8 to 128 characters.",
            ),
            (self.password != self.repeat, "The passwords differ."),
        ];
        checks.into_iter().filter_map(|(is_wrong, fault)| is_wrong.then_some(fault)).collect()
    }
}

async fn register_page(page: Page) -> HttpResponse {
    page.show(StatusCode::OK, "Register", &pages::auth::register("", &[]))
}

async fn register_member(
    page: Page,
    pool: Data<SqlitePool>,
    Form(form): Form<Registration>,
) -> Result<HttpResponse, Problem> {
    let refuse = |username: &str, faults: &[&str]| {
        let form = pages::auth::register(username, faults);
        Ok(page.show(StatusCode::UNPROCESSABLE_ENTITY, "Register", &form))
    };
    let faults = form.faults();
    if !faults.is_empty() {
        return refuse(&form.username, &faults);
    }
    let hash = passwords::hash(form.password).await?;
    if !users::add(&pool, &form.username, &hash).await? {
        return refuse(&form.username, &["Somebody else has this username."]);
    }
    page.flash("You are registered. Log in to write your first post.")?;
    Ok(redirect("/auth/login"))
}

async fn login_page(page: Page) -> HttpResponse {
    page.show(StatusCode::OK, "Log in", &pages::auth::login("", &[]))
}

async fn log_in(
    page: Page,
    session: Session,
    pool: Data<SqlitePool>,
    Form(form): Form<Credentials>,
) -> Result<HttpResponse, Problem> {
    let (member, hash) = match users::by_name(&pool, &form.username).await? {
        Some(Login { member, password }) => (Some(member), Some(password)),
        None => (None, None),
    };
    let is_right = passwords::verify(form.password, hash).await?;
    let Some(member) = member.filter(|_| is_right) else {
        let form = pages::auth::login(&form.username, &["Username or password are wrong."]);
        return Ok(page.show(StatusCode::UNPROCESSABLE_ENTITY, "Log in", &form));
    };
    // Whoever knew the cookie from before shall not be logged in by it.
    session.renew();
    session.insert(MEMBER_ID, member.id)?;
    Ok(redirect("/"))
}

async fn log_out(session: Session) -> HttpResponse {
    session.purge();
    redirect("/")
}

/// Who sent the request, once [`recognise`] knows.
struct Recognised(Option<Member>);

/// Runs before each request: finds out who sent it, and describes it by that.
pub(crate) async fn recognise(
    pool: Data<SqlitePool>,
    session: Session,
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let member = match session.get(MEMBER_ID) {
        Ok(Some(id)) => users::by_id(&pool, id).await.map_err(Problem::from)?,
        // A session from before it held what it holds now is none.
        Ok(None) | Err(_) => None,
    };
    describe(member.as_ref());
    request.extensions_mut().insert(Recognised(member));
    next.call(request).await
}

/// Sends whoever has not logged in to where they can.
pub(crate) async fn login_required(
    page: Page,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    if page.member().is_some() {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    page.flash("Log in first.")?;
    Ok(request.into_response(redirect("/auth/login")))
}

/// Who sent the request, if they have logged in.
pub(crate) fn member_of(request: &HttpRequest) -> Option<Member> {
    request.extensions().get::<Recognised>().and_then(|Recognised(member)| member.clone())
}

/// For handlers behind [`login_required`].
impl FromRequest for Member {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(member_of(request).ok_or(Problem::NotLoggedIn))
    }
}

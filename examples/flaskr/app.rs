//! The blog, put together.

use std::{io, net::TcpListener};

use actix_session::{SessionMiddleware, storage::CookieSessionStore};
use actix_web::{
    App, HttpResponse, HttpServer,
    cookie::Key,
    dev::Server,
    http::StatusCode,
    middleware::from_fn,
    web::{self, Data, FormConfig, PathConfig},
};
use apitoolkit_actix::ApiToolkit;
use sqlx::SqlitePool;

use crate::{auth, blog, page::Page, pages, problem::Problem, review::Editors};

/// Where the explorer is.
pub(crate) const EXPLORER: &str = "/_apitoolkit";

/// The blog's server. Ctrl-C ends it.
pub(crate) fn server(
    listener: TcpListener,
    toolkit: ApiToolkit,
    pool: SqlitePool,
    editors: Editors,
) -> io::Result<Server> {
    // Whoever was logged in before a restart has to log in again.
    let key = Key::generate();
    let server = HttpServer::new(move || {
        // The last `wrap` is the outermost: the session is read before anybody is recognised by it.
        let pages = web::scope("")
            .wrap(from_fn(auth::recognise))
            .wrap(session(key.clone()))
            .configure(auth::routes)
            .configure(blog::routes)
            .default_service(web::to(nothing));
        App::new()
            .app_data(Data::new(pool.clone()))
            .app_data(Data::new(editors.clone()))
            .app_data(PathConfig::default().error_handler(|_, _| Problem::NotFound.into()))
            .app_data(FormConfig::default().error_handler(|_, _| Problem::Malformed.into()))
            .wrap(toolkit.clone())
            .service(toolkit.explorer(EXPLORER))
            .route(pages::STYLE, web::get().to(style))
            .service(pages)
    });
    Ok(server.listen(listener)?.run())
}

/// What a session holds is in its cookie, encrypted. Other sites' forms are sent without it
/// (`SameSite=Lax`, by default). Behind TLS, leave `cookie_secure` as it is by default.
fn session(key: Key) -> SessionMiddleware<CookieSessionStore> {
    SessionMiddleware::builder(CookieSessionStore::default(), key)
        .cookie_name("session".to_owned())
        .cookie_secure(false)
        .build()
}

async fn style() -> HttpResponse {
    HttpResponse::Ok().content_type("text/css; charset=utf-8").body(include_str!("style.css"))
}

async fn nothing(page: Page) -> HttpResponse {
    let status = StatusCode::NOT_FOUND;
    page.show(status, "Not found", &pages::nothing(status, "there is no such page"))
}

//! What answers: a handler for each page, and what they answer with.

mod actions;
mod api;
mod asked;
mod assets;
mod desk;
mod marks;
mod pages;
mod sheets;

pub(super) use desk::Desk;

use actix_web::web::{self, ServiceConfig};

/// Everything beneath the mount.
pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .route("", web::get().to(pages::exchanges))
        .route("/", web::get().to(pages::exchanges))
        .route("/live", web::get().to(pages::live))
        .route("/exchange/{id}", web::get().to(pages::exchange))
        .route("/exchange/{id}/pin", web::post().to(actions::pin))
        .route("/exchange/{id}/replay", web::post().to(actions::replay))
        .route("/exchange/{id}/{format}", web::get().to(api::export_one))
        .route("/compare", web::get().to(pages::compare))
        .route("/routes", web::get().to(pages::routes))
        .route("/outgoing", web::get().to(pages::outgoing))
        .route("/statements", web::get().to(pages::statements))
        .route("/services", web::get().to(pages::services))
        .route("/flow", web::get().to(pages::flow))
        .route("/errors", web::get().to(pages::errors))
        .route("/breakdown", web::get().to(pages::breakdown))
        .route("/redaction", web::get().to(pages::redaction))
        .route("/redaction", web::post().to(actions::preview))
        .route("/health", web::get().to(pages::health))
        .route("/clear", web::post().to(actions::clear))
        .route("/import", web::post().to(actions::import))
        .route("/export", web::get().to(api::export))
        .route("/api/exchanges", web::get().to(api::exchanges))
        .route("/api/exchanges/{id}", web::get().to(api::exchange))
        .route("/api/stats", web::get().to(api::stats))
        .route("/assets/{name}", web::get().to(assets::asset));
}

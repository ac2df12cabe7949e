use actix_web::{HttpResponse, http::header, web};

const STYLE: &str = include_str!("../assets/style.css");
const ICON: &str = include_str!("../assets/icon.svg");
const SCRIPT: &str = include_str!("../assets/app.js");

/// What pages are made of besides HTML. It is read anew after each start of the app, which may be of
/// another version; meanwhile the browser keeps it for some minutes.
pub(super) async fn asset(name: web::Path<String>) -> HttpResponse {
    let (kind, text) = match name.as_str() {
        "style.css" => ("text/css; charset=utf-8", STYLE),
        "icon.svg" => ("image/svg+xml", ICON),
        "app.js" => ("text/javascript; charset=utf-8", SCRIPT),
        _ => return HttpResponse::NotFound().body("no such file\n"),
    };
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "private, max-age=300"))
        .content_type(kind)
        .body(text)
}

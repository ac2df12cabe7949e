//! Handlers of what changes something: `POST` alone, and from these pages alone.

use actix_web::{Error, HttpRequest, HttpResponse, http::header, web};

use super::Desk;
use crate::explorer::{
    export::{self, MAX_IMPORT},
    replay::{Replay, ReplayError},
};

/// The largest form: a document to be redacted on trial.
const MAX_FORM: usize = 2 << 20;

type Form = Vec<(String, String)>;

fn field<'f>(form: &'f Form, name: &str) -> &'f str {
    form.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
}

pub(super) async fn pin(
    desk: web::Data<Desk>,
    id: web::Path<u64>,
    body: web::Payload,
) -> HttpResponse {
    let form = match read_form(body).await {
        Ok(form) => form,
        Err(refused) => return refused,
    };
    let pinned = field(&form, "pinned") == "1";
    if desk.store.get(*id).is_none() {
        return HttpResponse::NotFound().body("this exchange is not kept any more\n");
    }
    if !desk.store.pin(*id, pinned) && pinned {
        return HttpResponse::Conflict()
            .body("pinned exchanges take half of the memory already: unpin some\n");
    }
    see(&format!("{}/exchange/{id}", desk.base()))
}

pub(super) async fn clear(desk: web::Data<Desk>, body: web::Payload) -> HttpResponse {
    let form = match read_form(body).await {
        Ok(form) => form,
        Err(refused) => return refused,
    };
    desk.store.clear();
    // The query of the list that it was asked for on, and nothing that leads elsewhere.
    let back = field(&form, "back");
    let is_query = back.starts_with('?') && !back.contains(char::is_control);
    see(&format!("{}/{}", desk.base(), if is_query { back } else { "" }))
}

pub(super) async fn replay(
    desk: web::Data<Desk>,
    id: web::Path<u64>,
    body: web::Payload,
) -> HttpResponse {
    let given = match read_form(body).await {
        Ok(form) => form,
        Err(refused) => return refused,
    };
    let Some(record) = desk.store.get(*id) else {
        return HttpResponse::NotFound().body("this exchange is not kept any more\n");
    };
    let replay = desk.can_replay().and_then(|()| Replay::of(&record, &given));
    let answered = match replay {
        Ok(replay) => replay.send(&desk.store, desk.address, record.id).await,
        Err(error) => Err(error),
    };
    match answered {
        Ok(answer) => see(&format!("{}/compare?a={}&b={}", desk.base(), record.id, answer.id)),
        Err(error) => HttpResponse::Conflict().body(format!("not sent again: {error}\n")),
    }
}

pub(super) async fn preview(
    desk: web::Data<Desk>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, Error> {
    let form = match read_form(body).await {
        Ok(form) => form,
        Err(refused) => return Ok(refused),
    };
    let (json, paths) = (field(&form, "json"), field(&form, "paths"));
    let outcome = super::marks::preview(&desk, json, paths);
    desk.redaction(&request, json, paths, Some(outcome)).await
}

pub(super) async fn import(
    desk: web::Data<Desk>,
    body: web::Payload,
) -> Result<HttpResponse, Error> {
    let bytes = match body.to_bytes_limited(MAX_IMPORT).await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(_)) => {
            return Ok(HttpResponse::BadRequest().body("the file did not arrive whole\n"));
        }
        Err(_) => return Ok(too_large(MAX_IMPORT)),
    };
    let spans = match web::block(move || export::import(&bytes)).await? {
        Ok(spans) => spans,
        Err(error) => {
            let why = format!("not a file of OTLP traces in JSON: {error}\n");
            return Ok(HttpResponse::UnprocessableEntity().body(why));
        }
    };
    let count = spans.len();
    let taken = desk.feed.as_ref().is_some_and(|feed| feed.import(spans));
    Ok(match taken {
        true => HttpResponse::Ok().body(format!("{count} spans\n")),
        false => HttpResponse::ServiceUnavailable().body("there is no room just now\n"),
    })
}

async fn read_form(body: web::Payload) -> Result<Form, HttpResponse> {
    match body.to_bytes_limited(MAX_FORM).await {
        Ok(Ok(bytes)) => serde_urlencoded::from_bytes(&bytes)
            .map_err(|_| HttpResponse::BadRequest().body("this is no form\n")),
        Ok(Err(_)) => Err(HttpResponse::BadRequest().body("the form did not arrive whole\n")),
        Err(_) => Err(too_large(MAX_FORM)),
    }
}

fn too_large(limit: usize) -> HttpResponse {
    HttpResponse::PayloadTooLarge().body(format!("over {} MiB\n", limit >> 20))
}

fn see(location: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, location)).finish()
}

impl Desk {
    /// Whether this app can be asked from here.
    pub(super) fn can_replay(&self) -> Result<(), ReplayError> {
        if self.tls { Err(ReplayError::Tls) } else { Ok(()) }
    }
}

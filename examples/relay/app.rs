//! The app.

use actix_web::{HttpRequest, HttpResponse, Responder, post, web};
use apitoolkit_actix::observe_request;
use serde::{Deserialize, Serialize};

/// One call to make.
#[derive(Deserialize)]
struct Call {
    url: String,
    #[serde(default)]
    arguments: serde_json::Value,
}

/// What became of it.
#[derive(Serialize)]
struct Outcome {
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

pub(crate) fn routes(app: &mut web::ServiceConfig) {
    app.service(relay);
}

#[post("/test")]
async fn relay(request: HttpRequest, calls: web::Json<Vec<Call>>) -> impl Responder {
    let mut outcomes = Vec::new();
    for Call { url, arguments } in calls.into_inner() {
        let answer = observe_request(&request).post(&url).send_json(&arguments).await;
        let (status, error) = match answer {
            Ok(answer) => (Some(answer.status().as_u16()), None),
            Err(error) => (None, Some(error.to_string())),
        };
        outcomes.push(Outcome { url, status, error });
    }
    HttpResponse::Ok().json(outcomes)
}

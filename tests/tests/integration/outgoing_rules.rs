//! What `#[derive(Redact)]` marks in the bodies of an app's handlers is as secret in the bodies of
//! its calls.

use actix_web::{HttpRequest, Responder, post, web};
use apitoolkit_actix::{Redact, observe_request, traced_service};
use apitoolkit_tests::{Answer, TestApp, Upstream};
use serde::{Deserialize, Serialize};

use crate::requests::post_json;

/// No field has a name of the default lists.
#[derive(Deserialize, Serialize, Redact)]
struct Parcel {
    label: String,
    #[redact]
    hiding_place: String,
}

#[post("/parcels")]
#[traced_service(response = Parcel)]
async fn pass_on(
    request: HttpRequest,
    parcel: web::Json<Parcel>,
    upstream: web::Data<String>,
) -> impl Responder {
    let observer = observe_request(&request).capture_request_body(true).capture_response_body(true);
    let call = observer.redact_request_body(["$.label"]).put(upstream.as_str());
    web::Json(call.send_json(&parcel).await.unwrap().json::<Parcel>().await.unwrap())
}

#[test]
fn marked_fields_are_redacted_in_calls_by_name() {
    let upstream =
        Upstream::start(|request| Answer::json(&String::from_utf8_lossy(&request.content)));
    let url = upstream.url("/");
    let app = TestApp::start(
        |b| b.capture_request_body(true).capture_response_body(true),
        move |cfg| {
            cfg.app_data(web::Data::new(url.clone())).service(pass_on);
        },
    );
    let parcel = r#"{"label":"to the north","hiding_place":"CANARY-1"}"#;
    assert_eq!(app.connect().send(post_json("/parcels", parcel)).reply().text(), parcel);
    let held = app.held_calls(1, 1);
    let call = &held.clients[0];
    let text = |body: Option<Vec<u8>>| String::from_utf8(body.unwrap()).unwrap();
    let mark = "[CLIENT_REDACTED]";
    let whole = format!(r#"{{"label":"to the north","hiding_place":"{mark}"}}"#);
    assert_eq!(text(call.response_body()), whole);
    // And the call's own rule besides.
    let both = format!(r#"{{"label":"{mark}","hiding_place":"{mark}"}}"#);
    assert_eq!(text(call.request_body()), both);
    assert_eq!(text(held.servers[0].request_body()), whole);
    assert_eq!(text(held.servers[0].response_body()), whole);
    assert_eq!(upstream.the_one().content, parcel.as_bytes());
}

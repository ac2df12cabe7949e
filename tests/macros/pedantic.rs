//! Under the strictest lints: clippy looks at this module with all tests, and what the macros write
//! must give it nothing to say.
#![deny(warnings, clippy::pedantic)]

use actix_web::{App, Error, HttpResponse, error::ErrorBadRequest, post, test, web};
use apitoolkit_actix::{Redact, enter_service, trace_service, traced_service};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize, Redact)]
#[serde(rename_all = "camelCase")]
struct Person {
    name: String,
    #[redact]
    phone_number: Option<String>,
    #[redact(nested)]
    friends: Vec<Self>,
}

#[derive(Serialize, Deserialize, Redact)]
#[serde(tag = "kind")]
#[redact(debug)]
enum Event {
    Call {
        #[redact]
        number: String,
    },
    Quiet,
}

#[post("/people/{id}")]
#[traced_service(service = "People", response = Person, attributes(id = i64::from(*id)))]
async fn create(id: web::Path<u32>, person: web::Json<Person>) -> Result<HttpResponse, Error> {
    if *id == 0 {
        return Err(ErrorBadRequest("nobody"));
    }
    let friends = trace_service("People", "friends", count(&person)).await?;
    Ok(HttpResponse::Ok().body(friends.to_string()))
}

#[traced_service]
async fn count(person: &Person) -> Result<usize, Error> {
    let known = std::future::ready(person.friends.len()).await;
    Ok(known + usize::from(named(person)))
}

#[traced_service(service = "Names")]
fn named(person: &Person) -> bool {
    let _inner = enter_service("Names", "look");
    !person.name.is_empty()
}

#[actix_web::test]
async fn the_annotated_code_runs() {
    let app = test::init_service(App::new().service(create)).await;
    let someone = Person { name: "Jo".to_owned(), phone_number: None, friends: Vec::new() };
    let post = |uri: &str| test::TestRequest::post().uri(uri).set_json(&someone).to_request();
    assert_eq!(test::call_and_read_body(&app, post("/people/7")).await, "1");
    assert_eq!(test::call_service(&app, post("/people/0")).await.status(), 400);
    let event = Event::Call { number: "CANARY".to_owned() };
    assert_eq!(format!("{event:?}"), "Call { number: [CLIENT_REDACTED] }");
    assert_eq!(format!("{:?}", Event::Quiet), "Quiet");
}

//! An app with the explorer mounted, and a client that may look at it.

use std::time::Instant;

use actix_web::{
    App, HttpResponse,
    web::{self, Json, Path, ServiceConfig},
};
use apitoolkit_actix::{Builder, set_attribute, trace_service};
use apitoolkit_tests::{Raw, Reply, SOON, Settings, TestApp};
use serde_json::{Value, json};

pub(crate) const BASE: &str = "/_apitoolkit";
pub(crate) const TOKEN: &str = "token-of-the-tests-0123456789";

/// An app that captures bodies, with the explorer.
pub(crate) fn start(toolkit: impl FnOnce(Builder) -> Builder) -> TestApp {
    let toolkit = |builder: Builder| {
        let builder = builder.capture_request_body(true).capture_response_body(true);
        toolkit(builder.explorer_token(TOKEN))
    };
    TestApp::wrapped(Settings::default(), toolkit, |_, toolkit| {
        let ours = move || {
            let explorer = toolkit.explorer(BASE);
            App::new().wrap(toolkit.clone()).service(explorer).configure(routes)
        };
        (ours, || App::new().configure(routes))
    })
}

fn routes(config: &mut ServiceConfig) {
    config
        .route("/users/{id}", web::get().to(user))
        .route("/users", web::post().to(create))
        .route("/fails", web::get().to(fails))
        .route("/html", web::get().to(html));
}

async fn user(id: Path<u32>) -> HttpResponse {
    set_attribute("user role", if *id == 1 { "admin" } else { "guest" });
    trace_service("Users", "load", async {}).await;
    HttpResponse::Ok().json(json!({ "id": *id, "name": "Ann", "token": "CANARY" }))
}

async fn create(user: Json<Value>) -> HttpResponse {
    HttpResponse::Created().json(user.into_inner())
}

async fn fails() -> Result<HttpResponse, actix_web::Error> {
    Err(actix_web::error::ErrorInternalServerError("out of order"))
}

/// What a page that believed it would run.
async fn html() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain")
        .body("<script>document.title='hacked'</script><img src=x onerror=alert(1)>")
}

/// A request to the explorer as it is, with these headers and no others.
pub(crate) fn send(
    app: &TestApp,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Reply {
    let mut request = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n");
    for (name, value) in headers {
        request += &format!("{name}: {value}\r\n");
    }
    if !body.is_empty() {
        request += &format!("content-length: {}\r\n", body.len());
    }
    Raw::connect(app.address).send(request + "\r\n" + body).reply()
}

/// A request by somebody who has the token.
pub(crate) fn get(app: &TestApp, path: &str) -> Reply {
    send(app, "GET", &format!("{BASE}{path}"), &own(app).headers(), "")
}

/// A form sent by a page of the explorer.
pub(crate) fn post(app: &TestApp, path: &str, form: &str) -> Reply {
    let own = own(app);
    let origin = format!("http://{}", own.host);
    let mut headers = own.headers().to_vec();
    headers.push(("origin", &origin));
    headers.push(("content-type", "application/x-www-form-urlencoded"));
    send(app, "POST", &format!("{BASE}{path}"), &headers, form)
}

/// The headers of somebody who may look.
pub(crate) struct Own {
    pub(crate) host: String,
    bearer: String,
}

impl Own {
    pub(crate) fn headers(&self) -> [(&str, &str); 2] {
        [("host", &self.host), ("authorization", &self.bearer)]
    }
}

pub(crate) fn own(app: &TestApp) -> Own {
    Own { host: app.address.to_string(), bearer: format!("Bearer {TOKEN}") }
}

/// Asks the app itself, and returns the answer's status.
pub(crate) fn ask(app: &TestApp, request: &str, body: &str) -> u16 {
    let (method, path) = request.split_once(' ').expect("a method and a path");
    let headers = [
        ("host", "app.test"),
        ("authorization", "Bearer CANARY"),
        ("content-type", "application/json"),
    ];
    send(app, method, path, &headers, body).status
}

/// The list, as the API has it, once there are so many exchanges in it.
pub(crate) fn listed(app: &TestApp, query: &str, count: usize) -> Vec<Value> {
    let until = Instant::now() + SOON;
    loop {
        let reply = get(app, &format!("/api/exchanges?{query}"));
        assert_eq!(reply.status, 200, "{}", reply.text());
        let list: Value = serde_json::from_slice(&reply.body).expect("JSON");
        let list = list["exchanges"].as_array().expect("a list").clone();
        if list.len() >= count {
            assert_eq!(list.len(), count, "{list:#?}");
            return list;
        }
        assert!(Instant::now() < until, "only {} of {count}: {list:#?}", list.len());
        std::thread::yield_now();
    }
}

//! A blog as a whole: a post is written to the database, reviewed by a service, and the editors are
//! told of it by another app.

use actix_web::{HttpRequest, HttpResponse, web};
use apitoolkit_actix::{
    Convention, User, observe_request, set_attribute, set_user, testing::Kind, traced_service,
};
use apitoolkit_tests::{SOON, TestApp};

use crate::support::{DB, pool};

const INSERT: &str = "INSERT INTO post (title, body, author_id) VALUES (?, ?, ?)";
const AUTHOR: &str = "SELECT username FROM user WHERE id = ?";

#[traced_service(service = "BlogReview")]
async fn review(request: &HttpRequest, editors: &str) -> Result<u16, String> {
    let pool = pool().await;
    let author = sqlx::query_scalar::<_, String>(AUTHOR).bind(1).fetch_optional(&pool);
    DB.trace(AUTHOR, author).await.map_err(|error| error.to_string())?;
    let answer = observe_request(request)
        .url_wildcard("/send")
        .capture_request_body(true)
        .post(format!("{editors}/send"))
        .bearer_auth("CANARY")
        .send_json(&serde_json::json!({ "author": "sonja", "token": "CANARY" }))
        .await
        .map_err(|error| error.to_string())?;
    Ok(answer.status().as_u16())
}

async fn create(request: HttpRequest, editors: web::Data<String>) -> HttpResponse {
    set_attribute("user role", "author");
    set_user(User::id(1).full_name("Sonja"));
    let pool = pool().await;
    let insert = sqlx::query(INSERT).bind("a title").bind("CANARY").bind(1).execute(&pool);
    let created = DB.trace(INSERT, insert).await;
    match (created, review(&request, &editors).await) {
        (Ok(_), Ok(status)) => HttpResponse::Created().body(status.to_string()),
        _ => HttpResponse::InternalServerError().finish(),
    }
}

#[traced_service(service = "Notification")]
async fn send(message: web::Json<serde_json::Value>) -> HttpResponse {
    drop(message);
    HttpResponse::Accepted().finish()
}

#[test]
fn one_trace_through_two_apps() {
    let otel = |b: apitoolkit_actix::Builder| b.convention(Convention::OpenTelemetry);
    let editors = TestApp::start(otel, |cfg| {
        cfg.route("/send", web::post().to(send));
    });
    let url = editors.url("");
    let blog = TestApp::start(otel, move |cfg| {
        cfg.app_data(web::Data::new(url.clone())).route("/create", web::post().to(create));
    });
    let answer = blog.same("POST /create HTTP/1.1\r\nHost: blog.test\r\nConnection: close\r\n\r\n");
    assert!(answer.ends_with("202"), "{answer}");

    let exchange = blog.collector.wait_for(|span| span.kind == Kind::Server, 1, SOON).unwrap();
    blog.telemetry.flush().unwrap();
    let trace = &exchange[0].trace_id;
    assert_eq!(
        blog.collector.span_tree(trace),
        "POST /create [SERVER] Unset\n  \
           INSERT post [CLIENT] Unset\n  \
           BlogReview.review [INTERNAL] Unset\n    \
             SELECT user [CLIENT] Unset\n    \
             POST /send [CLIENT] Unset\n"
    );
    assert_eq!(blog.collector.spans().len(), 5, "and nothing else");
    assert_eq!(exchange[0].str_attr("user role"), Some("author"));
    assert_eq!(exchange[0].str_attr("user.id"), Some("1"));

    // The same app without us calls the editors too, in no trace.
    let told = editors.held(2);
    let told = told.iter().find(|span| span.trace_id == *trace).expect("it went on");
    let call = &blog.collector.spans_named("POST /send")[0];
    assert_eq!(told.parent_span_id.as_deref(), Some(call.span_id.as_str()));
    assert_eq!(call.body("request").unwrap(), br#"{"author":"sonja","token":"[CLIENT_REDACTED]"}"#);
    assert_eq!(
        editors.collector.span_tree(trace),
        "POST /send [SERVER] Unset (parent elsewhere)\n  Notification.send [INTERNAL] Unset\n"
    );
    blog.collector.assert_absent("CANARY");
}

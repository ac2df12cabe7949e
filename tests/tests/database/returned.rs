//! Errors of databases that others tell too: the exchange, a service, a line of a log's. What the
//! statement does not tell of them, nobody tells.

use std::fmt;

use actix_web::{
    HttpRequest, HttpResponse, ResponseError,
    rt::task::JoinHandle,
    web::{self, ServiceConfig},
};
use apitoolkit_actix::{
    mark_failed, report_error, spawn,
    testing::{Kind, Span},
    trace_job, trace_service,
};
use apitoolkit_tests::{SOON, Settings, TestApp};
use serde_json::{Value, json};

use crate::support::{DB, connection, get, pool};

/// SQLite quotes the path, a value that was bound.
const PATH: &str = "SELECT json_extract('{}', ?)";
const SECRET: &str = "CANARY of 7000042";
const TOLD: &str = "error returned from database: (code: 1) bad JSON path: ?";

async fn failing() -> sqlx::Error {
    let query = sqlx::query_scalar::<_, Option<String>>(PATH).bind(SECRET);
    let error = DB.trace(PATH, query.fetch_one(&pool().await)).await.unwrap_err();
    assert!(error.to_string().contains(SECRET), "{error}");
    error
}

/// What an app makes of an error: the same text, another around it, or a part of it.
#[derive(Debug)]
enum Failed {
    Same(sqlx::Error),
    Around(sqlx::Error),
    Part(String),
    Blocking(rusqlite::Error),
    AroundBlocking(rusqlite::Error),
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Same(error) => error.fmt(f),
            Self::Around(_) | Self::AroundBlocking(_) => f.write_str("no profile"),
            Self::Part(message) => write!(f, "no profile: {message}"),
            Self::Blocking(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Failed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Around(error) => Some(error),
            Self::AroundBlocking(error) => Some(error),
            _ => None,
        }
    }
}

impl ResponseError for Failed {}

type Answer = Result<HttpResponse, Failed>;

async fn same() -> Answer {
    Err(Failed::Same(failing().await))
}

async fn around() -> Answer {
    Err(Failed::Around(failing().await))
}

async fn part() -> Answer {
    let error = failing().await.into_database_error().unwrap();
    Err(Failed::Part(error.message().to_owned()))
}

async fn fails() -> Result<(), sqlx::Error> {
    Err(failing().await)
}

async fn unwrapped() -> Answer {
    fails().await.unwrap();
    Ok(HttpResponse::Ok().finish())
}

async fn reported(request: HttpRequest) -> Answer {
    let error = failing().await;
    report_error(&request, &Failed::Around(error));
    Ok(HttpResponse::Ok().finish())
}

async fn marked() -> Answer {
    mark_failed(format!("no profile: {}", failing().await));
    Ok(HttpResponse::Ok().finish())
}

async fn in_service() -> Answer {
    drop(trace_service("Profiles", "load", fails()).report_errors().await);
    Ok(HttpResponse::Ok().finish())
}

async fn in_job() -> Answer {
    let job: JoinHandle<_> = spawn(
        trace_job("Profiles", "refresh", async {
            trace_service("Profiles", "load", fails()).report_errors().await
        })
        .report_errors(),
    );
    drop(job.await.unwrap());
    Ok(HttpResponse::Ok().finish())
}

/// rusqlite tells the whole statement.
fn wrong() -> rusqlite::Error {
    let wrong = "SELECT * FORM user WHERE username = 'CANARY of' OR id = 7000042";
    let connection = connection();
    let error = DB.trace_sync(wrong, || connection.prepare(wrong).map(drop)).unwrap_err();
    assert!(error.to_string().contains(wrong), "{error}");
    error
}

async fn blocking() -> Answer {
    Err(Failed::Blocking(wrong()))
}

async fn around_blocking() -> Answer {
    Err(Failed::AroundBlocking(wrong()))
}

async fn guarded() -> Answer {
    let connection = connection();
    let mut statement = DB.enter(PATH);
    let found = connection.query_row(PATH, [SECRET], |row| row.get::<_, Option<String>>(0));
    let error = found.unwrap_err();
    statement.report_error(&error);
    assert!(error.to_string().contains(SECRET), "{error}");
    Err(Failed::Blocking(error))
}

/// A statement of which so much is a value that it is not kept.
async fn long() -> Answer {
    let wrong = format!("SELECT * FORM user WHERE username = '{}'", "CANARY ".repeat(1_000));
    let connection = connection();
    let error = DB.trace_sync(&wrong, || connection.prepare(&wrong).map(drop)).unwrap_err();
    Err(Failed::Blocking(error))
}

/// Nothing fails in a database.
async fn other() -> Answer {
    Err(Failed::Part("bad JSON path: 'a'".to_owned()))
}

fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/same", web::get().to(same))
        .route("/around", web::get().to(around))
        .route("/part", web::get().to(part))
        .route("/unwrapped", web::get().to(unwrapped))
        .route("/reported", web::get().to(reported))
        .route("/marked", web::get().to(marked))
        .route("/service", web::get().to(in_service))
        .route("/job", web::get().to(in_job))
        .route("/blocking", web::get().to(blocking))
        .route("/blocking/around", web::get().to(around_blocking))
        .route("/guarded", web::get().to(guarded))
        .route("/long", web::get().to(long))
        .route("/other", web::get().to(other));
}

/// The app, after one request, and the span of that. No value is in anything that was exported.
fn after(settings: Settings, target: &str) -> (TestApp, Span) {
    let app =
        TestApp::with(settings, |b| b.always_keep(true, None).error_type::<Failed>(), |_| routes);
    drop(app.connect().send(get(target)).rest());
    let exchange = app.held_one();
    app.collector.assert_absent("7000042");
    (app, exchange)
}

/// Every text that a span tells of its errors: the status, the events without their backtraces, and
/// what the exchange says besides.
fn texts(span: &Span) -> Value {
    let events: Vec<_> = span
        .events_named("exception")
        .map(|event| {
            let trace = event.attributes.str("exception.stacktrace").unwrap_or_default();
            let causes = trace.split("Stack backtrace:").next().unwrap_or_default().trim_end();
            json!([event.attributes.str("exception.message"), causes])
        })
        .collect();
    let errors: Value =
        span.str_attr("apitoolkit.errors").map_or(json!([]), |e| serde_json::from_str(e).unwrap());
    let errors = errors.as_array().unwrap().iter();
    let errors: Vec<_> = errors.map(|e| json!([e["message"], e["root_error_message"]])).collect();
    json!({ "status": span.status.message, "events": events, "errors": errors })
}

#[track_caller]
fn check(target: &str, status: &str, message: &str, root: &str, causes: &str) {
    let (_app, exchange) = after(Settings::default(), target);
    assert_eq!(
        texts(&exchange),
        json!({
            "status": status,
            "events": [[message, causes]],
            "errors": [[message, root]],
        })
    );
}

#[test]
fn the_error_itself_when_the_handler_returns_it() {
    check("/same", TOLD, TOLD, TOLD, "");
}

#[test]
fn an_error_with_another_around_it() {
    let root = "(code: 1) bad JSON path: ?";
    let causes = format!("Caused by: {TOLD}\nCaused by: {root}");
    check("/around", "no profile", "no profile", root, &causes);
    check("/reported", "", "no profile", root, &causes);
}

#[test]
fn a_part_of_its_text_in_another() {
    let told = "no profile: bad JSON path: ?";
    check("/part", told, told, told, "");
}

#[test]
fn a_reason_of_the_app_s() {
    let told = format!("no profile: {TOLD}");
    check("/marked", &told, &told, &told, "");
}

#[test]
fn a_panic_with_it() {
    let (_app, exchange) = after(Settings::default(), "/unwrapped");
    let told = texts(&exchange)["status"].as_str().unwrap().to_owned();
    assert!(told.contains("Err` value: Database(SqliteError {"), "{told}");
    assert!(told.contains("bad JSON path: ?"), "{told}");
}

#[test]
fn what_a_driver_that_blocks_tells_of_the_statement() {
    let told = "near \"FORM\": syntax error in SELECT * FORM user WHERE username = ? OR id = ? \
                at offset 9";
    check("/blocking", told, told, told, "");
    let code = "Error code 1: SQL logic error";
    let causes = format!("Caused by: {told}\nCaused by: {code}");
    check("/blocking/around", "no profile", "no profile", code, &causes);
    check("/guarded", "bad JSON path: ?", "bad JSON path: ?", "bad JSON path: ?", "");
}

#[test]
fn a_statement_that_is_too_long_to_be_found_has_every_text_withheld() {
    let withheld = "[CLIENT_REDACTED]";
    check("/long", withheld, withheld, withheld, "");
}

#[test]
fn a_service_around_the_statement() {
    let (app, exchange) = after(Settings::default(), "/service");
    assert_eq!(texts(&exchange), json!({ "status": "", "events": [], "errors": [] }));
    let service = app.collector.spans_named("Profiles.load").pop().unwrap();
    let id = service.events[0].attributes.str("apitoolkit.msg_id");
    assert_eq!(id, exchange.str_attr("apitoolkit.msg_id"));
    assert_eq!(texts(&service), json!({ "status": TOLD, "events": [[TOLD, ""]], "errors": [] }));
}

#[test]
fn a_job_around_it_which_is_no_part_of_an_exchange() {
    let (app, _) = after(Settings::default(), "/job");
    let is_job = |span: &Span| span.kind == Kind::Internal;
    for span in app.collector.wait_for(is_job, 2, SOON).unwrap() {
        let told = texts(&span);
        assert_eq!((&told["status"], &told["events"]), (&json!(TOLD), &json!([[TOLD, ""]])));
    }
}

#[test]
fn an_exchange_that_is_kept_although_it_was_not_sampled() {
    let (app, exchange) = after(Settings { sample_ratio: 0.0, ..Settings::default() }, "/same");
    assert_eq!(app.collector.spans().len(), 1, "the statement is not kept");
    assert_eq!(
        texts(&exchange),
        json!({ "status": TOLD, "events": [[TOLD, ""]], "errors": [[TOLD, TOLD]] })
    );
}

#[test]
fn nothing_is_taken_out_where_no_statement_failed() {
    let told = "no profile: bad JSON path: 'a'";
    check("/other", told, told, told, "");
}

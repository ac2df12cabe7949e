//! Calls that fail: the error is told, once, without the values in it.

use std::fmt;

use actix_web::{HttpResponse, ResponseError, web};
use apitoolkit_actix::{
    DatabaseInfo, DatabaseVendor,
    testing::{Span, StatusCode},
};
use apitoolkit_tests::TestApp;
use serde_json::json;

use crate::support::{DB, connection, get, pool, statements, told};

const REGISTER: &str = "INSERT INTO user (username) VALUES (?)";
const UNIQUE: &str =
    "error returned from database: (code: 2067) UNIQUE constraint failed: user.username";

/// Registers somebody whose name is taken.
async fn register() -> Result<(), sqlx::Error> {
    let pool = pool().await;
    let twice = ["CANARY name", "CANARY name"].map(|name| sqlx::query(REGISTER).bind(name));
    for insert in twice {
        DB.trace(REGISTER, insert.execute(&pool)).await?;
    }
    Ok(())
}

/// An app's error, with the text of the database's.
#[derive(Debug)]
struct Failed(sqlx::Error);

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl ResponseError for Failed {}

async fn handled() -> HttpResponse {
    HttpResponse::Conflict().body(register().await.unwrap_err().to_string())
}

async fn returned() -> Result<HttpResponse, Failed> {
    register().await.map_err(Failed)?;
    Ok(HttpResponse::Ok().finish())
}

fn app() -> TestApp {
    TestApp::start(
        |b| b,
        |cfg| {
            cfg.route("/handled", web::get().to(handled))
                .route("/returned", web::get().to(returned))
                .route("/quoted", web::get().to(quoted))
                .route("/mysql", web::get().to(mysql))
                .route("/missing", web::get().to(missing));
        },
    )
}

/// What a failed statement says, but for its attributes: status, events and `error.type`.
fn failure(span: &Span) -> serde_json::Value {
    let told = told(span);
    json!({
        "status": told["status"],
        "events": told["events"],
        "error.type": told["attributes"]["error.type"],
    })
}

fn error(error_type: &str, message: &str) -> serde_json::Value {
    json!({
        "status": { "code": "Error", "message": message },
        "events": [{
            "name": "exception",
            "attributes": { "exception.type": error_type, "exception.message": message },
        }],
        "error.type": error_type,
    })
}

#[test]
fn a_violated_constraint_is_told_without_the_value() {
    let app = app();
    assert!(app.same(get("/handled")).ends_with(UNIQUE));
    let spans = statements(&app, 2);
    assert_eq!(spans[0].status.code, StatusCode::Unset);
    assert_eq!(failure(&spans[1]), error("sqlx_core::error::Error", UNIQUE));
    assert_eq!(spans[1].name, "INSERT user");
    let exchange = app.held_one();
    assert_eq!((exchange.status.code, exchange.events.len()), (StatusCode::Unset, 0));
}

/// The handler returns it, so that the exchange tells of it: the statement says that it failed, and
/// with what, and no more.
#[test]
fn an_error_that_the_handler_returns_is_told_once() {
    let app = app();
    app.same(get("/returned"));
    let spans = statements(&app, 2);
    let mut expected = error("sqlx_core::error::Error", UNIQUE);
    expected["events"] = json!([]);
    assert_eq!(failure(&spans[1]), expected);
    let exchange = app.held_one();
    let messages: Vec<_> = exchange
        .events_named("exception")
        .map(|event| event.attributes.str("exception.message"))
        .collect();
    assert_eq!(messages, [Some(UNIQUE)]);
}

/// rusqlite tells the whole statement.
async fn quoted() -> HttpResponse {
    let connection = connection();
    let wrong = "SELECT * FORM user WHERE username = 'CANARY' OR id = 7000042";
    let error = DB.trace_sync(wrong, || connection.prepare(wrong)).unwrap_err();
    assert!(error.to_string().contains(wrong), "{error}");
    HttpResponse::Ok().finish()
}

#[test]
fn a_statement_in_an_error_has_no_values_either() {
    let app = app();
    app.same(get("/quoted"));
    let span = statements(&app, 1).pop().unwrap();
    assert_eq!(
        failure(&span),
        error(
            "rusqlite::error::Error",
            "near \"FORM\": syntax error in SELECT * FORM user WHERE username = ? OR id = ? \
             at offset 9"
        )
    );
    app.held_one();
    app.collector.assert_absent("7000042");
}

/// What MySQL and PostgreSQL say of a value that is there already.
async fn mysql() -> HttpResponse {
    let db = DatabaseInfo::new("shop", DatabaseVendor::Mysql);
    for message in [
        "Duplicate entry 'CANARY@example.org' for key 'users.email'",
        "duplicate key value violates unique constraint \"users_email\": \
         Key (email)=(CANARY@example.org) already exists.",
        "cannot reach mysql://app:CANARY@db/shop",
    ] {
        let result = db.trace(REGISTER, std::future::ready(Err::<(), _>(message))).await;
        assert!(result.is_err());
    }
    HttpResponse::Ok().finish()
}

#[test]
fn values_that_a_server_quotes_are_not_told() {
    let app = app();
    app.same(get("/mysql"));
    let messages = [
        "Duplicate entry ? for key 'users.email'",
        "duplicate key value violates unique constraint \"users_email\": Key (email)=(?)",
        "cannot reach mysql://REDACTED:REDACTED@db/shop",
    ];
    for (span, message) in statements(&app, 3).iter().zip(messages) {
        assert_eq!(failure(span), error("&str", message));
    }
    app.held_one();
}

/// Nothing was found: an error for sqlx.
async fn missing() -> HttpResponse {
    const USER: &str = "SELECT id FROM user WHERE username = ?";
    let user = sqlx::query_scalar::<_, i64>(USER).bind("CANARY").fetch_one(&pool().await).await;
    let user = DB.trace(USER, std::future::ready(user)).returned_rows(|_| 1).await;
    HttpResponse::Ok().body(user.unwrap_err().to_string())
}

#[test]
fn of_an_error_no_rows_are_counted() {
    let app = app();
    app.same(get("/missing"));
    let span = statements(&app, 1).pop().unwrap();
    assert_eq!(span.attr("db.response.returned_rows"), None);
    assert_eq!(
        failure(&span),
        error(
            "sqlx_core::error::Error",
            "no rows returned by a query that expected to return at least one row"
        )
    );
    app.held_one();
}

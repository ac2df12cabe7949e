//! Statements through rusqlite, which blocks: guards and closures.

use actix_web::{HttpResponse, web};
use apitoolkit_actix::{Convention, in_context_fn, trace_service};
use apitoolkit_tests::TestApp;
use opentelemetry::{
    Context,
    trace::{SpanId, TraceContextExt as _},
};
use serde_json::json;

use crate::support::{DB, connection, get, statements, told, went_well};

const TITLES: &str = "SELECT title FROM post WHERE author_id = ?";
const RENAME: &str = "UPDATE user SET username = ? WHERE id = ?";

fn current() -> SpanId {
    Context::current().span().span_context().span_id()
}

/// A guard counts bit by bit; what runs meanwhile is inside.
fn list(connection: &rusqlite::Connection) -> rusqlite::Result<usize> {
    let outer = current();
    let mut statement = DB.enter(TITLES);
    // The same app without us has no spans.
    assert_eq!(outer == current(), outer == SpanId::INVALID);
    let mut query = connection.prepare(TITLES)?;
    let titles: Vec<String> = query.query_map([1], |row| row.get(0))?.collect::<Result<_, _>>()?;
    statement.set_round_trips(7);
    statement.set_round_trips(1);
    statement.set_rows_returned(titles.len());
    drop(statement);
    assert_eq!(outer, current());
    Ok(titles.len())
}

async fn handler() -> HttpResponse {
    let listed = trace_service("Blog", "list", async { list(&connection()).unwrap() }).await;
    let blocking = web::block(in_context_fn(|| {
        let connection = connection();
        let renamed = DB.trace_sync(RENAME, || connection.execute(RENAME, ("CANARY", 1)));
        let mut statement = DB.enter(RENAME);
        if let Err(error) = connection.execute(RENAME, ("CANARY", 2)) {
            statement.report_error(&error);
            statement.report_error(&"a second one, password=CANARY");
        }
        renamed.unwrap()
    }));
    HttpResponse::Ok().body(format!("{listed} {}", blocking.await.unwrap()))
}

#[test]
fn guards_and_closures() {
    let app = TestApp::start(
        |b| b.convention(Convention::OpenTelemetry),
        |cfg| {
            cfg.route("/", web::get().to(handler));
        },
    );
    assert!(app.same(get("/")).ends_with("2 1"));
    let spans = statements(&app, 3);
    let exchange = app.held_one();
    assert_eq!(
        app.collector.span_tree(&exchange.trace_id),
        "GET / [SERVER] Unset\n  \
           Blog.list [INTERNAL] Unset\n    \
             SELECT post [CLIENT] Unset\n  \
           UPDATE user [CLIENT] Unset\n  \
           UPDATE user [CLIENT] Error\n"
    );
    assert_eq!(
        told(&spans[0]),
        went_well(
            "SELECT post",
            &json!({
                "db.system.name": "sqlite",
                "db.namespace": "flaskr.sqlite",
                "db.operation.name": "SELECT",
                "db.collection.name": "post",
                "db.query.summary": "SELECT post",
                "db.query.text": TITLES,
                "db.response.returned_rows": 2,
                "apitoolkit.db.round_trips": 1,
            })
        )
    );
    let mut update = json!({
        "db.system.name": "sqlite",
        "db.namespace": "flaskr.sqlite",
        "db.operation.name": "UPDATE",
        "db.collection.name": "user",
        "db.query.summary": "UPDATE user",
        "db.query.text": RENAME,
    });
    assert_eq!(told(&spans[1]), went_well("UPDATE user", &update));
    update["error.type"] = json!("rusqlite::error::Error");
    let message = "UNIQUE constraint failed: user.username";
    let event = |error_type, message| {
        let attributes = json!({ "exception.type": error_type, "exception.message": message });
        json!({ "name": "exception", "attributes": attributes })
    };
    assert_eq!(
        told(&spans[2]),
        json!({
            "name": "UPDATE user",
            "kind": "CLIENT",
            "status": { "code": "Error", "message": message },
            "attributes": update,
            "events": [
                event("rusqlite::error::Error", message),
                event("&str", "a second one, password=[CLIENT_REDACTED]"),
            ],
        })
    );
}

#[test]
fn guards_close_in_any_order() {
    async fn handler() -> HttpResponse {
        let outer = current();
        let first = DB.enter(TITLES);
        let second = DB.enter(RENAME);
        drop(first);
        drop(second);
        assert_eq!(outer, current());
        HttpResponse::Ok().finish()
    }
    let app = TestApp::start(
        |b| b,
        |cfg| {
            cfg.route("/", web::get().to(handler));
        },
    );
    app.same(get("/"));
    let spans = statements(&app, 2);
    assert_eq!(spans[1].parent_span_id.as_ref(), Some(&spans[0].span_id));
    app.held_one();
}

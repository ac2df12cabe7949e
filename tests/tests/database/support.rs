//! What the tests of databases share: the databases.

use std::sync::LazyLock;

use apitoolkit_actix::{
    Channel, DatabaseInfo, DatabaseVendor,
    testing::{Kind, Span},
};
use apitoolkit_tests::{SOON, TestApp};
use serde_json::{Value, json};
use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};

/// The blog's database, as the app describes it.
pub(crate) static DB: LazyLock<DatabaseInfo> = LazyLock::new(|| {
    DatabaseInfo::new("flaskr.sqlite", DatabaseVendor::Sqlite).channel(Channel::InProcess)
});

const SCHEMA: &str = "CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT UNIQUE NOT NULL);
    CREATE TABLE post (
        id INTEGER PRIMARY KEY, author_id INTEGER NOT NULL, title TEXT NOT NULL, body TEXT
    );
    INSERT INTO user (username) VALUES ('sonja'), ('inanna');
    INSERT INTO post (author_id, title) VALUES (1, 'One'), (1, 'Two'), (2, 'Three');";

/// A blog in memory, of one connection.
pub(crate) async fn pool() -> SqlitePool {
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .connect_with(SqliteConnectOptions::new().in_memory(true))
        .await
        .unwrap();
    sqlx::raw_sql(SCHEMA).execute(&pool).await.unwrap();
    pool
}

/// The same blog through a driver that blocks.
pub(crate) fn connection() -> rusqlite::Connection {
    let connection = rusqlite::Connection::open_in_memory().unwrap();
    connection.execute_batch(SCHEMA).unwrap();
    connection
}

pub(crate) fn is_statement(span: &Span) -> bool {
    span.kind == Kind::Client && span.attr("db.system.name").is_some()
}

/// The spans of statements, when there are so many and not one more, as they began.
pub(crate) fn statements(app: &TestApp, count: usize) -> Vec<Span> {
    app.collector.wait_for(is_statement, count, SOON).unwrap();
    app.telemetry.flush().unwrap();
    let mut spans: Vec<_> = app.collector.spans().into_iter().filter(is_statement).collect();
    assert_eq!(spans.len(), count, "{spans:#?}");
    spans.sort_by_key(|span| span.start);
    spans
}

/// Everything that a span says, but for ids and times: attributes, events and status too.
pub(crate) fn told(span: &Span) -> Value {
    let mut json = span.to_stable_json(&[]);
    let fields = json.as_object_mut().unwrap();
    for same in ["trace_state", "scope", "links"] {
        fields.remove(same);
    }
    for event in fields["events"].as_array_mut().unwrap() {
        event["attributes"].as_object_mut().unwrap().remove("apitoolkit.msg_id");
    }
    json
}

/// A request after which the server closes.
pub(crate) fn get(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: api.test\r\nConnection: close\r\n\r\n")
}

/// What [`told`] gives for a statement that went well.
pub(crate) fn went_well(summary: &str, attributes: &Value) -> Value {
    json!({
        "name": summary,
        "kind": "CLIENT",
        "status": { "code": "Unset", "message": "" },
        "attributes": attributes,
        "events": [],
    })
}

//! Where databases are, and what of their names may be told.

use actix_web::{HttpResponse, web};
use apitoolkit_actix::{Channel, DatabaseInfo, DatabaseVendor};
use apitoolkit_tests::TestApp;
use serde_json::{Value, json};

use crate::support::{get, statements, told};

fn databases() -> Vec<(DatabaseInfo, Value)> {
    let url = "postgres://app:CANARY@db.internal:5432/shop?sslmode=require";
    let list = "Server=db;User Id=app;Password=CANARY;";
    vec![
        (
            DatabaseInfo::new("shop|public", DatabaseVendor::Postgresql)
                .channel(Channel::Tcp("db.internal".into(), 6432)),
            json!({
                "db.system.name": "postgresql",
                "db.namespace": "shop|public",
                "server.address": "db.internal",
                "server.port": 6432,
            }),
        ),
        (
            DatabaseInfo::new("", DatabaseVendor::Mysql)
                .channel(Channel::UnixSocket("/run/mysqld/mysqld.sock".into())),
            json!({
                "db.system.name": "mysql",
                "server.address": "/run/mysqld/mysqld.sock",
                "network.peer.address": "/run/mysqld/mysqld.sock",
                "network.transport": "unix",
            }),
        ),
        (
            DatabaseInfo::new(url, DatabaseVendor::Other("quest".into()))
                .channel(Channel::Tcp("app:CANARY@db.internal".into(), 1)),
            json!({
                "db.system.name": "quest",
                "db.namespace": "postgres://REDACTED:REDACTED@db.internal:5432/shop?sslmode=require",
                "server.address": "REDACTED:REDACTED@db.internal",
                "server.port": 1,
            }),
        ),
        (
            DatabaseInfo::new(list, DatabaseVendor::MicrosoftSqlServer).channel(Channel::InProcess),
            json!({
                "db.system.name": "microsoft.sql_server",
                "db.namespace": "Server=db;User Id=app;Password=REDACTED;",
            }),
        ),
        (
            DatabaseInfo::new(format!("{}:CANARY@x", "a".repeat(300)), DatabaseVendor::Sqlite),
            json!({
                "db.system.name": "sqlite",
                "db.namespace": "REDACTED:REDACTED@x",
            }),
        ),
        (
            DatabaseInfo::new("x".repeat(300), DatabaseVendor::Sqlite),
            json!({ "db.system.name": "sqlite", "db.namespace": "x".repeat(255) }),
        ),
    ]
}

async fn handler() -> HttpResponse {
    for (database, _) in databases() {
        assert!(!format!("{database:?}").contains("CANARY"), "{database:?}");
        drop(database.enter("BEGIN"));
    }
    HttpResponse::Ok().finish()
}

#[test]
fn places_are_told_as_the_conventions_say_and_credentials_are_not() {
    let app = TestApp::start(
        |b| b,
        |cfg| {
            cfg.route("/", web::get().to(handler));
        },
    );
    app.same(get("/"));
    let databases = databases();
    for (span, (_, mut expected)) in statements(&app, databases.len()).iter().zip(databases) {
        for (key, value) in
            [("operation.name", "BEGIN"), ("query.summary", "BEGIN"), ("query.text", "BEGIN")]
        {
            expected[format!("db.{key}")] = json!(value);
        }
        assert_eq!(told(span)["attributes"], expected);
        assert_eq!(span.name, "BEGIN");
    }
    app.held_one();
}

/// What a statement of each language tells: text, and the name of the span.
#[test]
fn statements_that_are_no_sql_tell_their_command_alone() {
    async fn handler() -> HttpResponse {
        let redis = DatabaseInfo::new("0", DatabaseVendor::Redis);
        drop(redis.enter("HSET user:CANARY email CANARY"));
        drop(redis.enter("user:CANARY"));
        let duck = DatabaseInfo::new("d", DatabaseVendor::Other("duckdb".into()));
        drop(duck.enter("SELECT a FROM t WHERE b = 'CANARY'"));
        drop(duck.clone().sql(true).enter("SELECT a FROM t WHERE b = 'CANARY'"));
        let lite = DatabaseInfo::new("d", DatabaseVendor::Sqlite).sql(false);
        drop(lite.enter("SELECT a FROM t WHERE b = CANARY"));
        drop(lite.sql(true).enter("SELECT 'CANARY"));
        HttpResponse::Ok().finish()
    }
    let app = TestApp::start(
        |b| b,
        |cfg| {
            cfg.route("/", web::get().to(handler));
        },
    );
    app.same(get("/"));
    let spans = statements(&app, 6);
    let told: Vec<_> =
        spans.iter().map(|span| (span.name.as_str(), span.str_attr("db.query.text"))).collect();
    assert_eq!(
        told,
        [
            ("HSET", Some("HSET ?…")),
            ("redis", None),
            ("SELECT", Some("SELECT ?…")),
            ("SELECT t", Some("SELECT a FROM t WHERE b = ?")),
            ("SELECT", Some("SELECT ?…")),
            ("SELECT", Some("SELECT ?…")),
        ]
    );
    app.held_one();
}

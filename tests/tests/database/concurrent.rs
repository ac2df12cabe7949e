use std::collections::HashSet;

use actix_web::{HttpResponse, web};
use apitoolkit_actix::{DatabaseInfo, DatabaseVendor};
use apitoolkit_tests::TestApp;
use futures_util::future::join_all;
use opentelemetry::{Context, trace::TraceContextExt as _};
use tokio::sync::Barrier;

use crate::support::{DB, get, pool, statements};

/// Which span is the current one.
fn current() -> String {
    Context::current().span().span_context().span_id().to_string()
}

async fn parallel() -> HttpResponse {
    let outer = current();
    // All of them have begun before any goes on, and each yields in between.
    let barrier = Barrier::new(8);
    let ids = join_all((0..8).map(|n| {
        let barrier = &barrier;
        let work = async move {
            let before = current();
            barrier.wait().await;
            tokio::task::yield_now().await;
            assert_eq!(before, current(), "another statement's span");
            before
        };
        DB.trace_any(if n % 2 == 0 { "SELECT a FROM even" } else { "SELECT a FROM odd" }, work)
    }))
    .await;
    assert_eq!(outer, current());
    HttpResponse::Ok().body(ids.join(" "))
}

#[test]
fn statements_side_by_side_are_siblings() {
    let app = TestApp::start(
        |b| b,
        |cfg| {
            cfg.route("/", web::get().to(parallel));
        },
    );
    let reply = app.connect().send(get("/")).reply();
    let seen = String::from_utf8(reply.body).unwrap();
    let spans = statements(&app, 8);
    let exchange = app.held_one();
    let ids: HashSet<_> = spans.iter().map(|span| span.span_id.as_str()).collect();
    assert_eq!(ids, seen.split(' ').collect());
    for span in &spans {
        assert_eq!(span.parent_span_id.as_ref(), Some(&exchange.span_id));
        assert_eq!(span.trace_id, exchange.trace_id);
    }
    let even = spans.iter().filter(|span| span.name == "SELECT even").count();
    assert_eq!((even, spans.len()), (4, 8));
}

async fn two() -> HttpResponse {
    let cache = DatabaseInfo::new("0", DatabaseVendor::Redis);
    let pool = pool().await;
    const COUNT: &str = "SELECT COUNT(*) FROM user";
    let count = DB.trace(COUNT, sqlx::query_scalar::<_, i64>(COUNT).fetch_one(&pool));
    let get = cache.trace_any("GET user:CANARY", async { "value" });
    let (count, value) = futures_util::future::join(count, get).await;
    HttpResponse::Ok().body(format!("{} {value}", count.unwrap()))
}

#[test]
fn two_databases_are_told_apart() {
    let app = TestApp::start(
        |b| b,
        |cfg| {
            cfg.route("/", web::get().to(two));
        },
    );
    assert!(app.same(get("/")).ends_with("2 value"));
    let mut spans = statements(&app, 2);
    spans.sort_by(|a, b| a.name.cmp(&b.name));
    let told: Vec<_> = spans
        .iter()
        .map(|span| {
            let text = |key| span.str_attr(key).unwrap();
            (
                span.name.as_str(),
                text("db.system.name"),
                text("db.namespace"),
                text("db.query.text"),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("GET", "redis", "0", "GET ?…"),
            ("SELECT user", "sqlite", "flaskr.sqlite", "SELECT COUNT(*) FROM user"),
        ]
    );
    app.held_one();
}

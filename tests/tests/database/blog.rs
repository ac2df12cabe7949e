//! A handler that runs statements through sqlx, as people write it.

use actix_web::{HttpResponse, web};
use apitoolkit_actix::{Convention, testing::Kind, traced_service};
use apitoolkit_tests::TestApp;
use serde_json::json;
use sqlx::SqlitePool;

use crate::support::{DB, get, pool, statements, told, went_well};

const POST: &str = "SELECT p.id, title, body, author_id, username FROM post p \
                    JOIN user u ON p.author_id = u.id WHERE p.id = ?";
const TITLES: &str =
    "SELECT title FROM post WHERE author_id = (SELECT id FROM user WHERE username = 'sonja')";
const RENAME: &str = "UPDATE post SET title = ? WHERE id = ?";

#[traced_service(service = "BlogReview")]
async fn review(pool: &SqlitePool) -> Result<usize, sqlx::Error> {
    let titles = sqlx::query_scalar::<_, String>(TITLES).fetch_all(pool);
    let titles = DB.trace(TITLES, titles).returned_rows(Vec::len).round_trips(|_| 1).await?;
    Ok(titles.len())
}

async fn update(id: web::Path<i64>) -> Result<HttpResponse, Box<dyn std::error::Error>> {
    let pool = pool().await;
    let post = sqlx::query(POST).bind(*id).fetch_optional(&pool);
    let post = DB.trace(POST, post).returned_rows(|post| post.iter().count()).await?;
    let reviewed = review(&pool).await?;
    let renamed = sqlx::query(RENAME).bind("CANARY title").bind(*id).execute(&pool);
    let renamed = DB.trace(RENAME, renamed).await?.rows_affected();
    Ok(HttpResponse::Ok().body(format!("{} {reviewed} {renamed}", post.is_some())))
}

fn app() -> TestApp {
    TestApp::start(
        |b| b.convention(Convention::OpenTelemetry),
        |cfg| {
            cfg.route("/{id}/update", web::get().to(update));
        },
    )
}

#[test]
fn the_whole_tree() {
    let app = app();
    assert!(app.same(get("/2/update")).ends_with("true 2 1"));
    let spans = statements(&app, 3);
    let exchange = app.held_one();
    assert_eq!(
        app.collector.span_tree(&exchange.trace_id),
        "GET /{id}/update [SERVER] Unset\n  \
           SELECT post user [CLIENT] Unset\n  \
           BlogReview.review [INTERNAL] Unset\n    \
             SELECT post SELECT user [CLIENT] Unset\n  \
           UPDATE post [CLIENT] Unset\n"
    );
    assert_eq!(app.collector.spans().len(), 5);
    assert_eq!(
        told(&spans[0]),
        went_well(
            "SELECT post user",
            &json!({
                "db.system.name": "sqlite",
                "db.namespace": "flaskr.sqlite",
                "db.operation.name": "SELECT",
                "db.query.summary": "SELECT post user",
                "db.query.text": POST,
                "db.response.returned_rows": 1,
            })
        )
    );
    assert_eq!(
        told(&spans[1]),
        went_well(
            "SELECT post SELECT user",
            &json!({
                "db.system.name": "sqlite",
                "db.namespace": "flaskr.sqlite",
                "db.operation.name": "SELECT",
                "db.query.summary": "SELECT post SELECT user",
                "db.query.text": TITLES.replace("'sonja'", "?"),
                "db.response.returned_rows": 2,
                "apitoolkit.db.round_trips": 1,
            })
        )
    );
    assert_eq!(
        told(&spans[2]),
        went_well(
            "UPDATE post",
            &json!({
                "db.system.name": "sqlite",
                "db.namespace": "flaskr.sqlite",
                "db.operation.name": "UPDATE",
                "db.collection.name": "post",
                "db.query.summary": "UPDATE post",
                "db.query.text": RENAME,
            })
        )
    );
    for span in &spans {
        assert!(span.start >= exchange.start && span.end <= exchange.end, "{span:#?}");
        assert_eq!(span.attributes.duplicates(), [""; 0]);
        assert_eq!(span.kind, Kind::Client);
    }
}

#[test]
fn no_row_is_none() {
    let app = app();
    assert!(app.same(get("/77/update")).ends_with("false 2 0"));
    let rows = |span: &apitoolkit_actix::testing::Span| span.int_attr("db.response.returned_rows");
    assert_eq!(statements(&app, 3).iter().map(rows).collect::<Vec<_>>(), [Some(0), Some(2), None]);
    app.held_one();
}

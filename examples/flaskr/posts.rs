//! Posts, as the database knows them.

use sqlx::{FromRow, Row as _, SqlitePool, sqlite::SqliteRow};

use crate::monitoring::statement;

/// A post and who wrote it.
#[derive(Debug)]
pub(crate) struct Post {
    pub(crate) id: i64,
    pub(crate) title: String,
    pub(crate) body: String,
    /// Date and time, UTC: `2026-11-30 12:34:56`.
    pub(crate) created: String,
    pub(crate) author_id: i64,
    pub(crate) username: String,
}

impl FromRow<'_, SqliteRow> for Post {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            title: row.try_get("title")?,
            body: row.try_get("body")?,
            created: row.try_get("created")?,
            author_id: row.try_get("author_id")?,
            username: row.try_get("username")?,
        })
    }
}

/// The latest posts, newest first.
pub(crate) async fn latest(pool: &SqlitePool) -> sqlx::Result<Vec<Post>> {
    const LATEST: &str = "SELECT p.id, title, body, created, author_id, username \
                          FROM post p JOIN user u ON p.author_id = u.id \
                          ORDER BY p.id DESC LIMIT 20";
    let posts = sqlx::query_as(LATEST).fetch_all(pool);
    statement(LATEST, posts).returned_rows(Vec::len).await
}

/// The post with this id.
pub(crate) async fn by_id(pool: &SqlitePool, id: i64) -> sqlx::Result<Option<Post>> {
    const BY_ID: &str = "SELECT p.id, title, body, created, author_id, username \
                         FROM post p JOIN user u ON p.author_id = u.id \
                         WHERE p.id = ?";
    let post = sqlx::query_as(BY_ID).bind(id).fetch_optional(pool);
    statement(BY_ID, post).returned_rows(|post| post.iter().count()).await
}

pub(crate) async fn add(
    pool: &SqlitePool,
    author_id: i64,
    title: &str,
    body: &str,
) -> sqlx::Result<()> {
    const ADD: &str = "INSERT INTO post (title, body, author_id) VALUES (?, ?, ?)";
    let added = sqlx::query(ADD).bind(title).bind(body).bind(author_id).execute(pool);
    statement(ADD, added).await.map(drop)
}

pub(crate) async fn update(
    pool: &SqlitePool,
    id: i64,
    title: &str,
    body: &str,
) -> sqlx::Result<()> {
    const UPDATE: &str = "UPDATE post SET title = ?, body = ? WHERE id = ?";
    let updated = sqlx::query(UPDATE).bind(title).bind(body).bind(id).execute(pool);
    statement(UPDATE, updated).await.map(drop)
}

pub(crate) async fn delete(pool: &SqlitePool, id: i64) -> sqlx::Result<()> {
    const DELETE: &str = "DELETE FROM post WHERE id = ?";
    let deleted = sqlx::query(DELETE).bind(id).execute(pool);
    statement(DELETE, deleted).await.map(drop)
}

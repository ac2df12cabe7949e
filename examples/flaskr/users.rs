//! Users, as the database knows them.

use sqlx::{FromRow, Row as _, SqlitePool, sqlite::SqliteRow};

use crate::monitoring::statement;

/// Somebody who has registered.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) id: i64,
    pub(crate) username: String,
}

/// What it takes to log somebody in. Without `Debug`: it is printed nowhere.
pub(crate) struct Login {
    pub(crate) member: Member,
    /// The hash of it.
    pub(crate) password: String,
}

impl FromRow<'_, SqliteRow> for Member {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        Ok(Self { id: row.try_get("id")?, username: row.try_get("username")? })
    }
}

impl FromRow<'_, SqliteRow> for Login {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        Ok(Self { member: Member::from_row(row)?, password: row.try_get("password")? })
    }
}

/// The user with this id; none if there is none any more.
pub(crate) async fn by_id(pool: &SqlitePool, id: i64) -> sqlx::Result<Option<Member>> {
    const BY_ID: &str = "SELECT id, username FROM user WHERE id = ?";
    let member = sqlx::query_as(BY_ID).bind(id).fetch_optional(pool);
    statement(BY_ID, member).returned_rows(|member| member.iter().count()).await
}

/// The user with this name, and what to compare a password with.
pub(crate) async fn by_name(pool: &SqlitePool, username: &str) -> sqlx::Result<Option<Login>> {
    const BY_NAME: &str = "SELECT id, username, password FROM user WHERE username = ?";
    let login = sqlx::query_as(BY_NAME).bind(username).fetch_optional(pool);
    statement(BY_NAME, login).returned_rows(|login| login.iter().count()).await
}

/// Adds a user; false if the name is taken.
pub(crate) async fn add(pool: &SqlitePool, username: &str, password: &str) -> sqlx::Result<bool> {
    const ADD: &str = "INSERT INTO user (username, password) VALUES (?, ?) \
                       ON CONFLICT (username) DO NOTHING";
    let added = sqlx::query(ADD).bind(username).bind(password).execute(pool);
    Ok(statement(ADD, added).await?.rows_affected() > 0)
}

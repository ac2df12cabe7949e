//! The SQLite database: where it is, and what is in it.

use std::path::Path;

use sqlx::{
    SqlSafeStr as _, SqlitePool,
    migrate::{Migration, MigrationType, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions},
};

/// Connections to a file. SQLite has one writer at a time; readers do not wait for it.
const CONNECTIONS: u32 = 4;

/// Opens the database, a file or, without one, memory, and brings it up to date.
pub(crate) async fn open(file: Option<&Path>) -> Result<SqlitePool, Box<dyn std::error::Error>> {
    let options = SqliteConnectOptions::new();
    let pool = SqlitePoolOptions::new();
    let pool = match file {
        Some(file) => {
            let file = options.filename(file).create_if_missing(true);
            let file = file.journal_mode(SqliteJournalMode::Wal);
            pool.max_connections(CONNECTIONS).connect_with(file).await?
        }
        // Each connection to memory is a database of its own, which goes when the connection does.
        None => {
            let one = pool.min_connections(1).max_connections(1);
            let one = one.idle_timeout(None).max_lifetime(None);
            one.connect_with(options.in_memory(true)).await?
        }
    };
    migrations().run(&pool).await?;
    Ok(pool)
}

/// Every step from an empty database to the present one.
fn migrations() -> Migrator {
    let steps = [(1, "user and post", include_str!("migrations/0001_user_and_post.sql"))];
    let steps = steps.into_iter().map(|(version, about, sql)| {
        Migration::new(version, about.into(), MigrationType::Simple, sql.into_sql_str(), false)
    });
    Migrator::with_migrations(steps.collect())
}

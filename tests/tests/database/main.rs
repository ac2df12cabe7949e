//! Statements in databases: real SQLite through sqlx and through rusqlite, in handlers of real servers.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod blog;
#[path = "../telemetry/children.rs"]
mod children;
mod concurrent;
mod endings;
mod errors;
mod metrics;
mod oracle;
mod outside;
mod places;
mod returned;
mod story;
mod support;
mod synchronous;

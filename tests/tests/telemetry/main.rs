//! Tests of telemetry: exporting, shutting down and configuring it, against a real receiver.
//!
//! This binary has a `tracing` subscriber of its own for the whole process, and some tests run
//! others of it as child processes: that is why it is apart from the integration tests.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "tests, and what they share")]

mod account;
mod answers;
mod availability;
mod awaited;
mod check;
mod children;
mod environment;
mod figures;
#[cfg(unix)]
mod forks;
mod install;
mod lifecycle;
mod log;
mod mistakes;
mod pressure;
mod secrets;
mod signals;
mod sizes;
mod spool;
mod support;
mod words;

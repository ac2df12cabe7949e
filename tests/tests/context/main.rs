//! Tests of what an app adds to its exchanges: errors, attributes, services and background work.
//!
//! What the log says is limited in the whole process, so that tests of it run in one of their own.

#![expect(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "tests")]

mod attributes;
mod background;
mod backtraces;
#[path = "../telemetry/children.rs"]
mod children;
mod errors;
mod hooks;
mod interleaved;
mod jobs;
mod late;
mod limits;
#[path = "../telemetry/log.rs"]
mod log;
mod marked;
mod outside;
mod panics;
mod people;
mod reach;
#[expect(dead_code, reason = "shared; not all of it is used here")]
#[path = "../integration/requests.rs"]
mod requests;
mod returned;
mod support;

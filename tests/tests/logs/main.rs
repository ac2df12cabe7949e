//! Tests of the `tracing` layer: events as log records, spans as spans, in real servers.
//!
//! Each app's worker thread has a subscriber of its own, so that tests run in parallel; what needs
//! one for the whole process runs in a child.

#![expect(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "tests")]

mod beside;
mod bounds;
#[path = "../telemetry/children.rs"]
mod children;
mod correlation;
mod databases;
mod exchange_ids;
mod exporting;
mod hostile;
mod levels;
mod lines;
mod off;
mod roots;
mod secrets;
mod spans;
mod support;

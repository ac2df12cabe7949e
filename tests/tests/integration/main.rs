//! Integration tests of the middleware: real servers, real clients, the in-process OTLP receiver.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

#[path = "../telemetry/children.rs"]
mod children;

mod abandoned;
mod annotations;
mod bodies;
mod capture_policy;
mod compose;
mod concurrency;
mod encodings;
mod errors;
mod filtering;
mod forms;
#[cfg(unix)]
mod full_disk;
mod heads;
mod http2;
mod instances;
mod keeping;
mod malformed;
mod memory;
mod metrics;
mod naming;
mod outgoing_rules;
mod panics;
mod propagation;
mod redaction;
mod redaction_json;
mod request_ids;
mod requests;
mod routes;
mod sampling;
#[cfg(unix)]
mod signals;
mod slow;
mod spans;
mod streams;
mod upgrades;

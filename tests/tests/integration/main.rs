//! Integration tests of the middleware: real servers, real clients, the in-process OTLP receiver.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod abandoned;
mod annotations;
mod bodies;
mod compose;
mod concurrency;
mod encodings;
mod errors;
mod forms;
mod heads;
mod http2;
mod instances;
mod malformed;
mod panics;
mod propagation;
mod redaction;
mod redaction_json;
mod requests;
mod routes;
mod sampling;
mod spans;
mod streams;
mod upgrades;

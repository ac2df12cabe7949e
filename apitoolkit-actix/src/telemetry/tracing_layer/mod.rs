//! `tracing` as a source of telemetry: its events become log records, its spans become spans.
//!
//! Neither `opentelemetry-appender-tracing` nor `tracing-opentelemetry` stands between: both format
//! a field in full before anything else can see it, and what leaves here is bounded and redacted
//! while it is read. One visitor ([`fields`]) reads the fields of events and spans alike.

mod active;
mod fields;
mod hooks;
mod layer;
mod lines;
mod quiet;
mod record;
mod span;
mod special;
mod text;

pub use layer::TracingLayer;
pub use lines::{WithTraceIds, with_trace_ids};

//! Which tracer makes the spans of services.

use std::sync::Arc;

use opentelemetry::{Context, global::BoxedTracer};

use crate::telemetry::Source;

/// Runs `make` with the tracer of the exchange that `context` belongs to, else with that of the
/// process's telemetry.
///
/// An exchange says which telemetry is its own by an `Arc<Source>` in its context. Outside of one
/// the tracer is looked up each time: telemetry may be installed, shut down and installed again.
pub(super) fn service_tracer<T>(
    context: &Context,
    make: impl FnOnce(&BoxedTracer) -> T,
) -> Option<T> {
    match context.get::<Arc<Source>>() {
        Some(source) => Some(make(&source.tracer)),
        None => Source::installed().map(|source| make(&source.tracer)),
    }
}

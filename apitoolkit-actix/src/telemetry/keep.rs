//! Spans of exchanges that the sampler left out and that have to be kept after all.

use opentelemetry::{
    Context,
    trace::{SpanBuilder, SpanContext, TracerProvider as _},
};
use opentelemetry_sdk::trace::{Sampler, TracerProviderBuilder};

use super::{
    source,
    tracer::{KnownIds, Tracer},
};

/// A second way to the exporter, where everything is sampled.
#[derive(Debug)]
pub(crate) struct Keeper(Tracer);

impl Keeper {
    /// `provider` has the resource and the processor of the telemetry.
    pub(super) fn new(provider: TracerProviderBuilder) -> Self {
        let provider =
            provider.with_sampler(Sampler::AlwaysOn).with_id_generator(KnownIds::default()).build();
        Self(Tracer::of(provider.tracer_with_scope(source::scope())))
    }

    /// Makes the span that `left_out` would have been.
    pub(super) fn start(&self, left_out: &SpanContext, builder: SpanBuilder) -> Context {
        self.0.start_known(left_out, builder)
    }
}

//! Spans of exchanges that the sampler left out and that have to be kept after all.

use std::cell::Cell;

use opentelemetry::{
    Context,
    global::BoxedTracer,
    trace::{SpanContext, SpanId, TraceId},
};
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator, Sampler, TracerProviderBuilder};

use super::source;

/// A second way to the exporter, where everything is sampled.
#[derive(Debug)]
pub(crate) struct Keeper {
    pub(super) tracer: BoxedTracer,
}

thread_local! {
    /// The ids of the span that this thread makes next.
    static IDS: Cell<Option<(TraceId, SpanId)>> = const { Cell::new(None) };
}

/// Gives a span the ids that others know it by already.
#[derive(Debug, Default)]
struct KnownIds(RandomIdGenerator);

impl Keeper {
    /// `provider` has the resource and the processor of the telemetry.
    pub(super) fn new(provider: TracerProviderBuilder) -> Self {
        use opentelemetry::trace::TracerProvider as _;
        let provider =
            provider.with_sampler(Sampler::AlwaysOn).with_id_generator(KnownIds::default()).build();
        Self { tracer: BoxedTracer::new(Box::new(provider.tracer_with_scope(source::scope()))) }
    }

    /// Makes the span that `left_out` would have been, by `start`.
    pub(super) fn start(
        &self,
        left_out: &SpanContext,
        start: impl FnOnce(&BoxedTracer) -> Context,
    ) -> Context {
        IDS.set(Some((left_out.trace_id(), left_out.span_id())));
        let context = start(&self.tracer);
        IDS.set(None);
        context
    }
}

impl IdGenerator for KnownIds {
    fn new_trace_id(&self) -> TraceId {
        IDS.get().map_or_else(|| self.0.new_trace_id(), |(trace, _)| trace)
    }

    fn new_span_id(&self) -> SpanId {
        IDS.get().map_or_else(|| self.0.new_span_id(), |(_, span)| span)
    }
}

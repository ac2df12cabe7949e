use opentelemetry::{
    Context,
    trace::{SpanContext, SpanId, SpanKind, TraceContextExt as _, TraceFlags, TraceId, TraceState},
};
use opentelemetry_sdk::trace::{
    IdGenerator as _, RandomIdGenerator, Sampler, SamplingDecision, ShouldSample,
};

/// Where a span is in its trace.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) context: SpanContext,
    pub(super) parent: SpanId,
    pub(super) parent_is_remote: bool,
}

impl Place {
    /// That of a new span below `parent`, if it is sampled; else the context of one that is not.
    pub(super) fn below(parent: &Context, sampler: &Sampler) -> Result<Self, Context> {
        if parent.is_telemetry_suppressed() {
            return Err(parent.with_remote_span_context(SpanContext::NONE));
        }
        let ids = RandomIdGenerator::default();
        let above = parent.span();
        let above = above.span_context();
        let is_root = !above.is_valid();
        let trace_id = if is_root { ids.new_trace_id() } else { above.trace_id() };
        if !samples(sampler, above, trace_id) {
            return Err(left_out(parent, trace_id, TraceFlags::default()));
        }
        let span_id = ids.new_span_id();
        if is_root {
            let state = TraceState::default();
            let flags = TraceFlags::SAMPLED;
            return Ok(Self::root(SpanContext::new(trace_id, span_id, flags, false, state)));
        }
        let flags = above.trace_flags().with_sampled(true);
        let state = above.trace_state().clone();
        Ok(Self {
            context: SpanContext::new(trace_id, span_id, flags, false, state),
            parent: above.span_id(),
            parent_is_remote: above.is_remote(),
        })
    }

    /// That of the first span of a trace.
    pub(super) fn root(context: SpanContext) -> Self {
        Self { context, parent: SpanId::INVALID, parent_is_remote: false }
    }
}

/// What the sampler says of a trace, or of what is below a span in it.
fn samples(sampler: &Sampler, above: &SpanContext, trace_id: TraceId) -> bool {
    match sampler {
        Sampler::AlwaysOn => true,
        Sampler::AlwaysOff => false,
        Sampler::ParentBased(_) if above.is_valid() => above.is_sampled(),
        Sampler::ParentBased(of_roots) => samples_root(&**of_roots, trace_id),
        of_all => samples_root(of_all, trace_id),
    }
}

fn samples_root(sampler: &dyn ShouldSample, trace_id: TraceId) -> bool {
    let asked = sampler.should_sample(None, trace_id, "", &SpanKind::Server, &[], &[]);
    asked.decision != SamplingDecision::Drop
}

/// `parent` with a span of a trace that is not recorded: callees are told so.
pub(crate) fn left_out(parent: &Context, trace_id: TraceId, flags: TraceFlags) -> Context {
    let span_id = RandomIdGenerator::default().new_span_id();
    let above = parent.span();
    let above = above.span_context();
    let state = match above.is_valid() {
        true => above.trace_state().clone(),
        false => TraceState::default(),
    };
    parent.with_remote_span_context(SpanContext::new(trace_id, span_id, flags, false, state))
}

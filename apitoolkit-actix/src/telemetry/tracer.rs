//! Who makes spans.

use std::{cell::Cell, fmt, sync::Arc};

use opentelemetry::{
    Context,
    trace::{
        SpanBuilder, SpanContext, SpanId, SpanKind, TraceContextExt as _, TraceFlags, TraceId,
        TraceState,
    },
};
use opentelemetry_sdk::trace::{
    IdGenerator, RandomIdGenerator, Sampler, SamplingDecision, ShouldSample,
};

/// A tracer, and how it samples where that is known: then no span is made of what is left out.
#[derive(Clone)]
pub(crate) struct Tracer {
    tracer: Arc<dyn Make + Send + Sync>,
    sampler: Option<Sampler>,
}

/// Any tracer, whatever its spans are.
trait Make {
    /// `parent` with a span that is made by `builder`.
    fn make(&self, builder: SpanBuilder, parent: &Context) -> Context;
}

impl<T> Make for T
where
    T: opentelemetry::trace::Tracer,
    T::Span: Send + Sync + 'static,
{
    fn make(&self, builder: SpanBuilder, parent: &Context) -> Context {
        use opentelemetry::trace::Span as _;
        let span = self.build_with_context(builder, parent);
        match span.is_recording() {
            true => parent.with_span(span),
            // Nothing more is ever said to it, so its ids are all that is needed.
            false => parent.with_remote_span_context(span.span_context().clone()),
        }
    }
}

impl Tracer {
    /// A tracer that decides by itself what is sampled.
    pub(crate) fn of<T>(tracer: T) -> Self
    where
        T: opentelemetry::trace::Tracer<Span: Send + Sync> + Send + Sync + 'static,
    {
        Self { tracer: Arc::new(tracer), sampler: None }
    }

    /// A tracer of ours: its provider has this sampler, and makes ids by [`KnownIds`].
    pub(super) fn sampling<T>(tracer: T, sampler: Sampler) -> Self
    where
        T: opentelemetry::trace::Tracer<Span: Send + Sync> + Send + Sync + 'static,
    {
        Self { sampler: Some(sampler), ..Self::of(tracer) }
    }

    /// How it samples, where that is known.
    #[cfg_attr(not(feature = "explorer"), expect(dead_code, reason = "asked by the explorer"))]
    pub(super) fn sampler(&self) -> Option<&Sampler> {
        self.sampler.as_ref()
    }

    /// Starts a span below `parent`, and returns the context that holds it. A span that is not
    /// sampled has ids too: what happens inside of it belongs to the same trace.
    pub(crate) fn start(
        &self,
        kind: SpanKind,
        parent: &Context,
        builder: impl FnOnce() -> SpanBuilder,
    ) -> Context {
        let Some(sampler) = self.sampler.as_ref().filter(|_| !parent.is_telemetry_suppressed())
        else {
            return self.tracer.make(builder().with_kind(kind), parent);
        };
        let ids = RandomIdGenerator::default();
        let above = parent.span();
        let above = above.span_context();
        let trace_id = if above.is_valid() { above.trace_id() } else { ids.new_trace_id() };
        if !samples(sampler, above, trace_id) {
            return left_out(parent, trace_id, TraceFlags::default());
        }
        // The sampler is asked again, and says the same of the same trace.
        KnownIds::during(trace_id, ids.new_span_id(), || {
            self.tracer.make(builder().with_kind(kind), parent)
        })
    }

    /// Starts a span with the ids that `left_out` gave it.
    pub(super) fn start_known(&self, left_out: &SpanContext, builder: SpanBuilder) -> Context {
        KnownIds::during(left_out.trace_id(), left_out.span_id(), || {
            self.tracer.make(builder, &Context::new())
        })
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
pub(super) fn left_out(parent: &Context, trace_id: TraceId, flags: TraceFlags) -> Context {
    let span_id = RandomIdGenerator::default().new_span_id();
    let above = parent.span();
    let above = above.span_context();
    let state = match above.is_valid() {
        true => above.trace_state().clone(),
        false => TraceState::default(),
    };
    parent.with_remote_span_context(SpanContext::new(trace_id, span_id, flags, false, state))
}

impl fmt::Debug for Tracer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tracer").field("sampler", &self.sampler).finish_non_exhaustive()
    }
}

thread_local! {
    /// The ids of the span that this thread makes next.
    static IDS: Cell<Option<(TraceId, SpanId)>> = const { Cell::new(None) };
}

/// Gives a span ids that are known before it is made.
#[derive(Debug, Default)]
pub(super) struct KnownIds(RandomIdGenerator);

impl KnownIds {
    fn during<T>(trace_id: TraceId, span_id: SpanId, make: impl FnOnce() -> T) -> T {
        struct Forget;
        impl Drop for Forget {
            fn drop(&mut self) {
                IDS.set(None);
            }
        }
        let _forget = Forget;
        IDS.set(Some((trace_id, span_id)));
        make()
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

#[cfg(test)]
mod tests {
    use std::{sync::Mutex, time::Duration};

    use opentelemetry::trace::TracerProvider as _;
    use opentelemetry_sdk::{
        error::OTelSdkResult,
        trace::{SdkTracerProvider, Span, SpanData, SpanProcessor},
    };

    use super::*;

    /// The spans that ended.
    #[derive(Debug, Clone, Default)]
    struct Ended(Arc<Mutex<Vec<SpanData>>>);

    impl SpanProcessor for Ended {
        fn on_start(&self, _: &mut Span, _: &Context) {}

        fn on_end(&self, span: SpanData) {
            self.0.lock().unwrap().push(span);
        }

        fn force_flush(&self) -> OTelSdkResult {
            Ok(())
        }

        fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
            Ok(())
        }
    }

    fn tracer(sampler: &Sampler) -> (Tracer, SdkTracerProvider, Ended) {
        let ended = Ended::default();
        let provider = SdkTracerProvider::builder()
            .with_sampler(sampler.clone())
            .with_id_generator(KnownIds::default())
            .with_span_processor(ended.clone())
            .build();
        (Tracer::sampling(provider.tracer("test"), sampler.clone()), provider, ended)
    }

    fn start(tracer: &Tracer, parent: &Context) -> Context {
        tracer.start(SpanKind::Server, parent, || SpanBuilder::from_name("span"))
    }

    fn remote(sampled: bool) -> Context {
        let flags = TraceFlags::default().with_sampled(sampled);
        let state = TraceState::from_key_value([("a", "1")]).unwrap();
        Context::new().with_remote_span_context(SpanContext::new(
            TraceId::from(7),
            SpanId::from(8),
            flags,
            true,
            state,
        ))
    }

    #[test]
    fn the_sampler_decides_once_by_the_trace_id() {
        let ratio = Sampler::TraceIdRatioBased(0.5);
        let (tracer, _provider, ended) = tracer(&Sampler::ParentBased(Box::new(ratio.clone())));
        let mut sampled = 0;
        for _ in 0..200 {
            let context = start(&tracer, &Context::new());
            let span = context.span();
            let trace = span.span_context();
            assert!(trace.is_valid());
            let decision =
                ratio.should_sample(None, trace.trace_id(), "", &SpanKind::Server, &[], &[]);
            let is_sampled = decision.decision == SamplingDecision::RecordAndSample;
            assert_eq!((trace.is_sampled(), span.is_recording()), (is_sampled, is_sampled));
            sampled += usize::from(is_sampled);
        }
        assert_eq!(ended.0.lock().unwrap().len(), sampled);
        assert!((50..150).contains(&sampled), "{sampled} of 200");
    }

    #[test]
    fn what_the_caller_decided_holds() {
        let (tracer, _provider, ended) = tracer(&Sampler::ParentBased(Box::new(Sampler::AlwaysOn)));
        for sampled in [false, true] {
            let context = start(&tracer, &remote(sampled));
            let span = context.span();
            let trace = span.span_context();
            assert_eq!((trace.is_sampled(), trace.is_remote()), (sampled, false));
            assert_eq!(trace.trace_id(), TraceId::from(7));
            assert_ne!(trace.span_id(), SpanId::from(8));
            assert_eq!(trace.trace_state().header(), "a=1");
        }
        assert_eq!(ended.0.lock().unwrap().len(), 1);
    }

    #[test]
    fn samplers_that_do_not_ask_the_caller() {
        let (on, _provider, _ended) = tracer(&Sampler::AlwaysOn);
        assert!(start(&on, &remote(false)).span().span_context().is_sampled());
        let (off, _provider, _ended) = tracer(&Sampler::AlwaysOff);
        assert!(!start(&off, &remote(true)).span().span_context().is_sampled());
    }

    #[test]
    fn known_ids_are_forgotten() {
        let (tracer, _provider, ended) = tracer(&Sampler::AlwaysOn);
        let known = SpanContext::new(
            TraceId::from(7),
            SpanId::from(8),
            TraceFlags::default(),
            false,
            TraceState::default(),
        );
        drop(tracer.start_known(&known, SpanBuilder::from_name("known")));
        drop(start(&tracer, &Context::new()));
        let spans = ended.0.lock().unwrap();
        assert_eq!(spans[0].span_context.span_id(), SpanId::from(8));
        assert_eq!(spans[0].span_context.trace_id(), TraceId::from(7));
        assert_ne!(spans[1].span_context.trace_id(), TraceId::from(7));
    }
}

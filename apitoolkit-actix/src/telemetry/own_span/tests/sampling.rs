use opentelemetry_sdk::trace::{SamplingDecision, ShouldSample as _};

use super::*;

fn sampling(sampler: &Sampler) -> Ours {
    Ours::new(sampler.clone(), SpanLimits::default())
}

#[test]
fn the_sampler_decides_once_by_the_trace_id() {
    let ratio = Sampler::TraceIdRatioBased(0.5);
    let ours = sampling(&Sampler::ParentBased(Box::new(ratio.clone())));
    let mut sampled = 0;
    for _ in 0..200 {
        let context = ours.exchange(&Context::new());
        let span = context.span();
        let trace = span.span_context();
        assert!(trace.is_valid());
        let decision = ratio.should_sample(None, trace.trace_id(), "", &SpanKind::Server, &[], &[]);
        let is_sampled = decision.decision == SamplingDecision::RecordAndSample;
        assert_eq!((trace.is_sampled(), span.is_recording()), (is_sampled, is_sampled));
        sampled += usize::from(is_sampled);
    }
    assert_eq!(ours.ended().len(), sampled);
    assert!((50..150).contains(&sampled), "{sampled} of 200");
}

#[test]
fn what_the_caller_decided_holds() {
    let ours = sampling(&Sampler::ParentBased(Box::new(Sampler::AlwaysOn)));
    for sampled in [false, true] {
        let context = ours.exchange(&remote(sampled));
        let span = context.span();
        let trace = span.span_context();
        assert_eq!((trace.is_sampled(), trace.is_remote()), (sampled, false));
        assert_eq!(trace.trace_id(), TraceId::from(7));
        assert_ne!(trace.span_id(), SpanId::from(8));
        assert_eq!(trace.trace_state().header(), "a=1");
    }
    assert_eq!(ours.ended().len(), 1);
}

#[test]
fn samplers_that_do_not_ask_the_caller() {
    let on = sampling(&Sampler::AlwaysOn);
    assert!(on.exchange(&remote(false)).span().span_context().is_sampled());
    let off = sampling(&Sampler::AlwaysOff);
    assert!(!off.exchange(&remote(true)).span().span_context().is_sampled());
}

#[test]
fn what_is_kept_has_the_ids_that_its_callees_know() {
    let ours = sampling(&Sampler::AlwaysOff);
    let left_out = ours.exchange(&Context::new());
    let known = left_out.span().span_context().clone();
    let kept = ours.maker.start_known(&known, SpanKind::Server, beginning());
    drop(kept);
    let [span] = &ours.ended()[..] else { panic!("one span") };
    assert!(span.span_context.is_sampled());
    assert_eq!(span.span_context.trace_id(), known.trace_id());
    assert_eq!(span.span_context.span_id(), known.span_id());
    assert_eq!(span.parent_span_id, SpanId::INVALID);
}

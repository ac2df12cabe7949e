//! Whatever the app does to a span of ours, it does as it would to one of the SDK's.

use std::{
    io,
    sync::{Arc, Mutex},
};

use opentelemetry::trace::{Event, Link, SpanBuilder, SpanRef, Status, TracerProvider as _};
use opentelemetry_sdk::{
    error::OTelSdkResult,
    trace::{SdkTracerProvider, Span, SpanProcessor},
};

use super::*;
use crate::telemetry::tracer::Tracer;

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

fn attributes(count: usize) -> Vec<KeyValue> {
    (0..count).map(|n| KeyValue::new(format!("k{n}"), n as i64)).collect()
}

fn builder() -> SpanBuilder {
    let mut builder = SpanBuilder::from_name("begun")
        .with_start_time(at(1))
        .with_attributes(attributes(3))
        .with_events(vec![Event::new("first", at(2), attributes(2), 0)]);
    let linked = remote(true).span().span_context().clone();
    builder.links = Some(vec![Link::new(linked.clone(), attributes(2), 0); 2]);
    builder
}

/// All that can be done to a span.
fn work(span: &SpanRef<'_>) {
    assert!(span.is_recording());
    span.set_attribute(KeyValue::new("one", "1"));
    span.set_attributes(attributes(140));
    for n in 0..130 {
        span.add_event_with_timestamp(format!("event {n}"), at(3), attributes(n));
    }
    span.add_link(remote(false).span().span_context().clone(), attributes(130));
    span.update_name("renamed");
    span.set_status(Status::Unset);
    span.set_status(Status::error("first"));
    span.set_status(Status::error("a second"));
    span.end_with_timestamp(at(9));
    assert!(!span.is_recording());
    span.set_attribute(KeyValue::new("late", true));
    span.update_name("late");
    span.set_status(Status::Ok);
    span.add_event("late", Vec::new());
    span.end_with_timestamp(at(10));
}

/// One span made and worked on by both; without its own id, which is random.
fn both(limits: SpanLimits, parent: &Context, work: fn(&SpanRef<'_>)) -> [SpanData; 2] {
    let ended = Ended::default();
    let provider = SdkTracerProvider::builder()
        .with_sampler(Sampler::AlwaysOn)
        .with_span_limits(limits)
        .with_span_processor(ended.clone())
        .build();
    let ours = Ours::new(Sampler::AlwaysOn, limits);
    let tracers = [
        Tracer::of(provider.tracer_with_scope(source::scope())),
        Tracer::ours(Arc::clone(&ours.maker)),
    ];
    for tracer in &tracers {
        work(&tracer.start(SpanKind::Internal, parent, builder).span());
    }
    let mut theirs = std::mem::take(&mut *ended.0.lock().unwrap());
    let mut ours = ours.ended();
    assert_eq!((theirs.len(), ours.len()), (1, 1));
    [theirs.remove(0), ours.remove(0)].map(|mut span| {
        let context = span.span_context;
        assert!(context.is_valid());
        let trace = match parent.has_active_span() {
            true => context.trace_id(),
            false => TraceId::from(1),
        };
        let (flags, state) = (context.trace_flags(), context.trace_state().clone());
        let remote = context.is_remote();
        span.span_context = SpanContext::new(trace, SpanId::from(1), flags, remote, state);
        span
    })
}

#[test]
fn spans_are_what_the_sdk_makes_of_them() {
    let few = |most| SpanLimits {
        max_events_per_span: most,
        max_attributes_per_span: most,
        max_links_per_span: most,
        max_attributes_per_event: most,
        max_attributes_per_link: most,
    };
    for limits in [SpanLimits::default(), few(5), few(2), few(1), few(0)] {
        for parent in [Context::new(), remote(true), remote(false)] {
            let [theirs, ours] = both(limits, &parent, work);
            assert_eq!(ours, theirs, "{limits:?}");
        }
    }
}

#[test]
fn ok_is_final_and_errors_are_events() {
    let [mut theirs, mut ours] = both(SpanLimits::default(), &Context::new(), |span| {
        span.set_status(Status::Ok);
        span.set_status(Status::error("late"));
        span.record_error(&io::Error::other("broken"));
        span.end_with_timestamp(at(9));
    });
    for span in [&mut theirs, &mut ours] {
        // Of the time of day.
        span.events.events.iter_mut().for_each(|event| event.timestamp = at(3));
    }
    assert_eq!(ours, theirs);
    assert_eq!((&ours.status, ours.events.len()), (&Status::Ok, 2));
}

#[test]
fn nothing_is_made_where_telemetry_is_suppressed() {
    let ours = Ours::recording();
    let context = ours.exchange(&remote(true).with_telemetry_suppressed());
    assert!(!context.span().span_context().is_valid() && !context.span().is_recording());
    drop(context);
    assert_eq!(ours.ended(), []);
}

use std::{sync::Arc, thread, time::SystemTime};

use opentelemetry::trace::{
    SpanBuilder, SpanContext, SpanId, SpanKind, TraceFlags, TraceState, Tracer as _,
    TracerProvider as _,
};
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider, SpanLimits};

use super::*;
use crate::telemetry::{
    own_span::{Beginning, Maker},
    source,
};

fn maker() -> Arc<Maker> {
    let (limits, scope) = (SpanLimits::default(), source::scope());
    Arc::new(Maker { sampler: Sampler::AlwaysOn, limits, scope, queue: None })
}

fn notebook(id: u128) -> Notebook {
    Notebook::new(id, &RequestId::Made(id))
}

/// An exchange with this id.
fn exchange(maker: &Arc<Maker>, id: u128) -> (Context, Current) {
    let beginning = || Beginning {
        name: "exchange".into(),
        method: "GET",
        started: SystemTime::now(),
        caller: None,
    };
    let (context, current) = maker.start_incoming(&Context::new(), beginning, || notebook(id));
    (context, current.unwrap())
}

/// A span of somebody else's, below that of a context.
fn foreign(below: &Context) -> Context {
    let tracer = SdkTracerProvider::builder().build().tracer("theirs");
    below.with_span(tracer.start_with_context("theirs", below))
}

fn found(context: &Context) -> Option<u128> {
    Current::of(context).map(|exchange| exchange.id)
}

#[test]
fn spans_of_ours_say_which_exchange_they_belong_to() {
    let maker = maker();
    let (one, current) = exchange(&maker, 1);
    let (two, _) = exchange(&maker, 2);
    let service = maker.start(SpanKind::Internal, &one, || SpanBuilder::from_name("service"));
    let within = maker.start(SpanKind::Internal, &service, || SpanBuilder::from_name("within"));
    // Whatever runs on the thread.
    for running in [None, Some(&current), Current::of(&two).as_ref()] {
        running.into_iter().for_each(Current::runs_here);
        assert_eq!(
            [&one, &service, &within, &two].map(found),
            [Some(1), Some(1), Some(1), Some(2)]
        );
        let job =
            maker.start(SpanKind::Internal, &Context::new(), || SpanBuilder::from_name("job"));
        assert_eq!([&job, &Context::new()].map(found), [None, None]);
    }
    let elsewhere = thread::spawn(move || found(&within));
    assert_eq!(elsewhere.join().unwrap(), Some(1));
}

#[test]
fn below_spans_of_others_it_is_the_one_that_runs_if_that_is_its_trace() {
    let maker = maker();
    let ((one, current), (two, other)) = (exchange(&maker, 1), exchange(&maker, 2));
    let below = foreign(&one);
    thread::spawn(move || {
        assert_eq!(found(&below), None, "nothing runs here");
        current.runs_here();
        assert_eq!((found(&below), found(&foreign(&below))), (Some(1), Some(1)));
        let remote = SpanContext::new(
            one.span().span_context().trace_id(),
            SpanId::from(7),
            TraceFlags::SAMPLED,
            true,
            TraceState::default(),
        );
        assert_eq!(found(&one.with_remote_span_context(remote)), Some(1));
        assert_eq!([&foreign(&two), &foreign(&Context::new())].map(found), [None, None]);
        other.runs_here();
        assert_eq!((found(&below), found(&foreign(&two))), (None, Some(2)));
    })
    .join()
    .unwrap();
}

#[test]
fn an_exchange_without_a_span_of_ours_is_in_its_context() {
    let current = Current::without_own_span(notebook(3));
    let context = current.given_to(&foreign(&Context::new()));
    assert_eq!((found(&context), found(&foreign(&context))), (Some(3), Some(3)));
    assert!(current.into_own_span().is_none());
}

#[test]
fn what_is_added_is_there_or_too_late_whoever_is_first() {
    for _ in 0..200 {
        let (_, current) = exchange(&maker(), 1);
        let adding = current.clone();
        let added = thread::spawn(move || adding.note(|notes| notes.mark_failed(report())));
        let closed = current.close();
        // Either it was added and is there, or it came too late and nobody has it.
        assert_eq!(added.join().unwrap(), closed.is_some());
        assert!(current.close().is_none() && !current.note(|_| ()));
    }
}

fn report() -> crate::exchange::ErrorReport {
    crate::exchange::ErrorReport::of_message("marked", "x")
}

use opentelemetry::trace::{Event, Status};
use opentelemetry_proto::tonic::{
    common::v1::{KeyValue as Attribute, any_value::Value},
    trace::v1::{Span as Message, SpanFlags},
};
use opentelemetry_sdk::trace::{SpanEvents, SpanLinks};
use prost::Message as _;

use super::*;
use crate::{
    semconv,
    telemetry::{
        otlp::{key, write_span},
        own_span::Recording,
        span::Attributes as _,
    },
};

/// Ends a span as the worker does; what is written then. Nothing, if the app has ended it.
fn end(recording: &Recording) -> Option<SpanData> {
    let mut ended = recording.end()?;
    ended.event("exception", at(5), vec![KeyValue::new("type", "E")]);
    ended.status(Status::error("why"));
    let took = at(9).duration_since(ended.origin().started).expect("began before");
    let mut written = Vec::new();
    write_span(&mut written, &ended, Some(["sa", "", "id"]), took, |attributes| {
        attributes.method(key!(semconv::HTTP_REQUEST_METHOD), "GET");
        attributes.number(key!("core"), 1);
        attributes.key_value("header", 2.into());
    });
    let span = Message::decode(&*written).expect("a span");
    assert_eq!(
        (span.kind, span.events.len()),
        (2, ended.added.as_ref().map_or(0, |added| added.events.len()))
    );
    let mut events = SpanEvents::default();
    let pair = |a: Attribute| match a.value.and_then(|value| value.value) {
        Some(Value::StringValue(text)) => KeyValue::new(a.key, text),
        Some(Value::IntValue(number)) => KeyValue::new(a.key, number),
        other => panic!("{other:?}"),
    };
    events.events = span
        .events
        .into_iter()
        .map(|event| {
            Event::new(
                event.name,
                UNIX_EPOCH + Duration::from_nanos(event.time_unix_nano),
                event.attributes.into_iter().map(pair).collect(),
                event.dropped_attributes_count,
            )
        })
        .collect();
    let status = span.status.expect("a status");
    Some(SpanData {
        span_context: ended.context().clone(),
        parent_span_id: SpanId::from_bytes(span.parent_span_id.try_into().expect("8 bytes")),
        parent_span_is_remote: span.flags & SpanFlags::ContextIsRemoteMask as u32 != 0,
        span_kind: SpanKind::Server,
        name: span.name.into(),
        start_time: UNIX_EPOCH + Duration::from_nanos(span.start_time_unix_nano),
        end_time: UNIX_EPOCH + Duration::from_nanos(span.end_time_unix_nano),
        attributes: span.attributes.into_iter().map(pair).collect(),
        dropped_attributes_count: span.dropped_attributes_count,
        events,
        links: SpanLinks::default(),
        status: match status.code {
            2 => Status::error(status.message),
            1 => Status::Ok,
            _ => Status::Unset,
        },
        instrumentation_scope: source::scope(),
    })
}

/// What is said at the end of a span, after `work` was done to it.
fn ended_with(limits: SpanLimits, work: impl FnOnce(&Context)) -> SpanData {
    let ours = Ours::new(Sampler::AlwaysOn, limits);
    let start = ours.start(&remote(true), beginning);
    let (context, Some(recording)) = start else { panic!("not recorded") };
    work(&context);
    // What the exchange ran in is over before the span is.
    drop(context);
    let written = end(&recording);
    assert!(end(&recording).is_none());
    drop(recording);
    let mut ended = ours.ended();
    ended.extend(written);
    assert_eq!(ended.len(), 1);
    ended.remove(0)
}

#[test]
fn the_end_says_everything() {
    let span = ended_with(SpanLimits::default(), |_| {});
    assert_eq!(pairs(&span.attributes), ["http.request.method=GET", "core=1", "header=2"]);
    assert_eq!((span.name.as_ref(), span.start_time, span.end_time), ("said", at(1), at(9)));
    assert_eq!((span.parent_span_id, span.parent_span_is_remote), (SpanId::from(8), true));
    assert_eq!((span.span_kind, span.status), (SpanKind::Server, Status::error("why")));
    let [event] = &span.events[..] else { panic!("{:?}", span.events) };
    assert_eq!((event.name.as_ref(), event.timestamp), ("exception", at(5)));
    assert_eq!(span.dropped_attributes_count, 0);
    assert_eq!(span.instrumentation_scope, source::scope());
}

#[test]
fn what_the_app_adds_comes_after_the_method_and_before_the_rest() {
    let add = |context: &Context| {
        let span = context.span();
        span.set_attributes([KeyValue::new("app", 1), KeyValue::new("app", 2)]);
        span.add_event_with_timestamp("of the app", at(2), Vec::new());
        span.update_name("of the app");
        span.set_status(Status::Ok);
    };
    let span = ended_with(SpanLimits::default(), add);
    assert_eq!(
        pairs(&span.attributes),
        ["http.request.method=GET", "app=1", "app=2", "core=1", "header=2"]
    );
    let names: Vec<_> = span.events.iter().map(|event| event.name.as_ref()).collect();
    assert_eq!((names, &*span.name), (vec!["of the app", "exception"], "said"));
    assert_eq!(span.status, Status::Ok);
    let most = |most| SpanLimits { max_attributes_per_span: most, ..SpanLimits::default() };
    for (limit, kept) in [(4, 4), (2, 2), (1, 1), (0, 0)] {
        let few = ended_with(most(limit), add);
        assert_eq!(pairs(&few.attributes), pairs(&span.attributes)[..kept]);
        assert_eq!(few.dropped_attributes_count, 5 - limit);
    }
}

#[test]
fn a_span_that_the_app_ended_says_no_more() {
    let span = ended_with(SpanLimits::default(), |context| {
        context.span().set_attribute(KeyValue::new("app", 1));
        context.span().end_with_timestamp(at(3));
    });
    assert_eq!(pairs(&span.attributes), ["http.request.method=GET", "app=1"]);
    assert_eq!((span.end_time, span.status), (at(3), Status::Unset));
}

#[test]
fn nobody_hears_of_what_is_discarded() {
    let ours = Ours::recording();
    let start = ours.start(&remote(true), beginning);
    let (context, Some(recording)) = start else { panic!("not recorded") };
    recording.discard();
    assert!(!context.span().is_recording());
    context.span().end();
    drop((context, recording));
    assert_eq!(ours.ended(), []);
}

#[test]
fn a_span_ends_when_nobody_holds_it() {
    let ours = Ours::recording();
    let context = ours.exchange(&Context::new());
    let other = context.clone();
    drop(context);
    assert_eq!(ours.ended(), []);
    drop(other);
    let [span] = &ours.ended()[..] else { panic!("one span") };
    assert!(span.end_time > at(1));
    assert_eq!(pairs(&span.attributes), ["http.request.method=GET"]);
    assert_eq!((span.parent_span_id, span.parent_span_is_remote), (SpanId::INVALID, false));
}

#[test]
fn a_caller_that_is_not_the_parent_is_linked_to() {
    let ours = Ours::recording();
    let caller = remote(true).span().span_context().clone();
    let linked = || Beginning { caller: Some(caller.clone()), ..beginning() };
    drop(ours.start(&Context::new(), linked));
    let [span] = &ours.ended()[..] else { panic!("one span") };
    let links: Vec<_> = span.links.iter().map(|link| link.span_context.clone()).collect();
    assert_eq!(links, [caller]);
    assert_ne!(span.span_context.trace_id(), TraceId::from(7));
}

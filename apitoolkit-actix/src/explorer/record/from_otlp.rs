//! The way back from what was sent: OTLP spans as the SDK has them.

use std::time::{Duration, SystemTime};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use opentelemetry::{
    Array, InstrumentationScope, KeyValue, StringValue, Value,
    trace::{Event, Link, SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState},
};
use opentelemetry_proto::tonic::{
    common::v1::{
        AnyValue, InstrumentationScope as ProtoScope, KeyValue as ProtoAttribute, any_value,
    },
    trace::v1::{Span, SpanFlags, span, status::StatusCode},
};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};

/// The span of an export; what is wrong with it if it cannot be one.
pub(in crate::explorer) fn span_of(
    span: Span,
    scope: Option<ProtoScope>,
) -> Result<SpanData, &'static str> {
    let context = context_of(&span.trace_id, &span.span_id, &span.trace_state, span.flags)?;
    let parent_span_id = match span.parent_span_id.as_slice() {
        [] => SpanId::INVALID,
        id => SpanId::from_bytes(id.try_into().map_err(|_| "parentSpanId is not of 8 bytes")?),
    };
    let kind = span.kind();
    let mut events = SpanEvents::default();
    events.events = span.events.into_iter().map(event_of).collect();
    events.dropped_count = span.dropped_events_count;
    let mut links = SpanLinks::default();
    links.links = span.links.into_iter().map(link_of).collect::<Result<_, _>>()?;
    links.dropped_count = span.dropped_links_count;
    let start_time = time_of(span.start_time_unix_nano);
    Ok(SpanData {
        span_context: context,
        parent_span_id,
        parent_span_is_remote: span.flags & SpanFlags::ContextIsRemoteMask as u32 != 0,
        span_kind: kind_of(kind),
        name: span.name.into(),
        start_time,
        end_time: time_of(span.end_time_unix_nano).max(start_time),
        attributes: attributes_of(span.attributes),
        dropped_attributes_count: span.dropped_attributes_count,
        events,
        links,
        status: match span.status {
            Some(status) if status.code() == StatusCode::Error => Status::error(status.message),
            Some(status) if status.code() == StatusCode::Ok => Status::Ok,
            _ => Status::Unset,
        },
        instrumentation_scope: scope_of(scope.unwrap_or_default()),
    })
}

fn context_of(
    trace_id: &[u8],
    span_id: &[u8],
    state: &str,
    flags: u32,
) -> Result<SpanContext, &'static str> {
    let trace_id = trace_id.try_into().map_err(|_| "traceId is not of 16 bytes")?;
    let span_id = span_id.try_into().map_err(|_| "spanId is not of 8 bytes")?;
    let (trace_id, span_id) = (TraceId::from_bytes(trace_id), SpanId::from_bytes(span_id));
    if trace_id == TraceId::INVALID || span_id == SpanId::INVALID {
        return Err("an id is zero");
    }
    let state = state.parse::<TraceState>().unwrap_or_default();
    let flags = TraceFlags::new((flags & SpanFlags::TraceFlagsMask as u32) as u8);
    Ok(SpanContext::new(trace_id, span_id, flags, false, state))
}

fn kind_of(kind: span::SpanKind) -> SpanKind {
    match kind {
        span::SpanKind::Server => SpanKind::Server,
        span::SpanKind::Client => SpanKind::Client,
        span::SpanKind::Producer => SpanKind::Producer,
        span::SpanKind::Consumer => SpanKind::Consumer,
        span::SpanKind::Internal | span::SpanKind::Unspecified => SpanKind::Internal,
    }
}

fn event_of(event: span::Event) -> Event {
    Event::new(
        event.name,
        time_of(event.time_unix_nano),
        attributes_of(event.attributes),
        event.dropped_attributes_count,
    )
}

fn link_of(link: span::Link) -> Result<Link, &'static str> {
    let context = context_of(&link.trace_id, &link.span_id, &link.trace_state, link.flags)?;
    Ok(Link::new(context, attributes_of(link.attributes), link.dropped_attributes_count))
}

fn scope_of(scope: ProtoScope) -> InstrumentationScope {
    let built = InstrumentationScope::builder(scope.name);
    let built = match scope.version.is_empty() {
        true => built,
        false => built.with_version(scope.version),
    };
    built.with_attributes(attributes_of(scope.attributes)).build()
}

fn time_of(nanos: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_nanos(nanos)
}

fn attributes_of(attributes: Vec<ProtoAttribute>) -> Vec<KeyValue> {
    let attributes = attributes.into_iter();
    let known = attributes.filter_map(|a| Some(KeyValue::new(a.key, value_of(a.value?.value?))));
    known.collect()
}

fn value_of(value: any_value::Value) -> Value {
    use any_value::Value as Proto;
    match value {
        Proto::StringValue(text) => text.into(),
        Proto::BoolValue(value) => value.into(),
        Proto::IntValue(value) => value.into(),
        Proto::DoubleValue(value) => value.into(),
        Proto::BytesValue(bytes) => STANDARD.encode(bytes).into(),
        Proto::StringValueStrindex(index) => i64::from(index).into(),
        Proto::ArrayValue(list) => array_of(list.values),
        Proto::KvlistValue(map) => {
            let members = map.values.into_iter();
            let members = members.map(|m| format!("{}={}", m.key, text_of(m.value)));
            members.collect::<Vec<_>>().join(", ").into()
        }
    }
}

/// A list of one type, or of texts where the types differ.
fn array_of(values: Vec<AnyValue>) -> Value {
    use any_value::Value as Proto;
    fn all<T>(values: &[AnyValue], of: fn(&Proto) -> Option<T>) -> Option<Vec<T>> {
        values.iter().map(|value| value.value.as_ref().and_then(of)).collect()
    }
    let ints = all(&values, |v| if let Proto::IntValue(n) = v { Some(*n) } else { None });
    let floats = all(&values, |v| if let Proto::DoubleValue(n) = v { Some(*n) } else { None });
    let bools = all(&values, |v| if let Proto::BoolValue(b) = v { Some(*b) } else { None });
    Value::Array(match (ints, floats, bools) {
        _ if values.is_empty() => Array::String(Vec::new()),
        (Some(ints), ..) => Array::I64(ints),
        (_, Some(floats), _) => Array::F64(floats),
        (.., Some(bools)) => Array::Bool(bools),
        _ => {
            Array::String(values.into_iter().map(|v| StringValue::from(text_of(Some(v)))).collect())
        }
    })
}

fn text_of(value: Option<AnyValue>) -> String {
    value.and_then(|value| value.value).map(|value| value_of(value).to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explorer::record::testing::Made;

    /// What the SDK's own conversion makes of a span, and this of that, is the span.
    #[test]
    fn there_and_back() {
        let mut span = Made::incoming("GET", "/users/{id}", 500)
            .attribute("list", Value::Array(Array::String(vec!["a".into(), "b".into()])))
            .attribute("numbers", Value::Array(Array::I64(vec![1, -2])))
            .attribute("ratio", 0.5)
            .attribute("yes", true)
            .exception("io::Error", "gone", "0: main")
            .child_of(7)
            .span();
        let link = SpanContext::new(
            TraceId::from(3),
            SpanId::from(4),
            TraceFlags::SAMPLED,
            false,
            TraceState::from_key_value([("a", "1")]).unwrap(),
        );
        span.links.links.push(Link::new(link, vec![KeyValue::new("k", 1)], 2));
        span.parent_span_is_remote = true;
        span.dropped_attributes_count = 3;
        let scope = ProtoScope::from((&span.instrumentation_scope, None));
        let back = span_of(Span::from(span.clone()), Some(scope)).unwrap();
        // The address of the schema is a part of what surrounds the scope.
        span.instrumentation_scope = back.instrumentation_scope.clone();
        assert_eq!(back, span);
        assert_eq!(back.instrumentation_scope.name(), "apitoolkit-actix");
    }

    #[test]
    fn ids_are_checked() {
        let span = Span::from(Made::incoming("GET", "/", 200).span());
        let broken = |change: fn(&mut Span)| {
            let mut span = span.clone();
            change(&mut span);
            span_of(span, None).unwrap_err()
        };
        assert_eq!(broken(|span| span.trace_id.clear()), "traceId is not of 16 bytes");
        assert_eq!(broken(|span| span.span_id.push(1)), "spanId is not of 8 bytes");
        assert_eq!(broken(|span| span.span_id = vec![0; 8]), "an id is zero");
        assert_eq!(broken(|span| span.parent_span_id = vec![1]), "parentSpanId is not of 8 bytes");
    }

    #[test]
    fn values_that_the_sdk_has_none_of_become_texts() {
        let bytes = any_value::Value::BytesValue(vec![1, 2, 3]);
        assert_eq!(value_of(bytes.clone()), Value::from("AQID"));
        let mixed = [any_value::Value::IntValue(1), bytes].map(|v| AnyValue { value: Some(v) });
        let texts = Array::String(vec!["1".into(), "AQID".into()]);
        assert_eq!(array_of(mixed.to_vec()), Value::Array(texts));
    }
}

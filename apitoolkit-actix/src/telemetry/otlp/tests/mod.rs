//! What is written is what the generated code writes of the same span.

mod again;

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use opentelemetry::{
    Context, KeyValue, Value,
    trace::{
        Link, SpanContext, SpanId, Status, TraceContextExt as _, TraceFlags, TraceId, TraceState,
    },
};
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_sdk::trace::{Sampler, SpanData, SpanLimits};
use prost::Message as _;

use super::*;
use crate::{
    exchange::{self, RequestId},
    semconv,
    telemetry::{
        Current, Notebook,
        own_span::{Added, Beginning, Ended, Maker},
        source,
        span::Attributes,
    },
};

/// What the app did to a span while it ran.
fn work(context: &Context, random: &mut fastrand::Rng) {
    let span = context.span();
    for n in 0..random.usize(0..4) {
        let value = [Value::from("x".repeat(random.usize(0..200))), random.i64(..).into()];
        span.set_attribute(KeyValue::new(format!("app {n}"), value[n % 2].clone()));
        span.add_event_with_timestamp("of the app", at(n as u64), vec![KeyValue::new("n", 1)]);
    }
    if random.bool() {
        span.add_link(caller(true), vec![KeyValue::new("a", true)]);
        span.update_name(if random.bool() { "renamed" } else { "" });
        span.set_status(if random.bool() { Status::Ok } else { Status::error("of the app") });
    }
}

fn at(second: u64) -> SystemTime {
    UNIX_EPOCH + Duration::new(second, 7)
}

fn caller(remote: bool) -> SpanContext {
    let state = TraceState::from_key_value([("a", "1"), ("b", "2")]).unwrap();
    SpanContext::new(TraceId::from(7), SpanId::from(8), TraceFlags::new(0x03), remote, state)
}

fn context(random: &mut fastrand::Rng) -> Context {
    match random.bool() {
        true => Context::new().with_remote_span_context(caller(random.bool())),
        false => Context::new(),
    }
}

/// A text that has to be escaped nowhere here, of a length around those whose prefix grows.
fn text(random: &mut fastrand::Rng) -> String {
    let length = random.choice([0, 1, 20, 80, 100, 120, 128, 200, 16_370, 16_390]).unwrap();
    "é".repeat(length / 2) + &"x".repeat(length % 2 + random.usize(0..16))
}

/// One attribute of each kind, or several.
#[derive(Debug, Clone)]
enum Told {
    Text(String),
    Joined(String, String),
    Base64(Vec<u8>),
    Number(i64),
    Texts(String, Vec<String>),
    Value(exchange::Value),
}

impl Told {
    fn any(random: &mut fastrand::Rng) -> Self {
        match random.u8(0..6) {
            0 => Self::Text(text(random)),
            1 => Self::Joined(text(random), text(random)),
            2 => Self::Base64(text(random).into_bytes()),
            3 => Self::Number(random.choice([0, 1, 127, 128, 65_535, i64::MAX, -1]).unwrap()),
            4 => {
                let texts = (0..random.usize(0..3)).map(|_| text(random)).collect();
                Self::Texts(
                    format!("http.request.header.{}", "n".repeat(random.usize(0..150))),
                    texts,
                )
            }
            _ => Self::Value(match random.u8(0..8) {
                0 => exchange::Value::Text(text(random)),
                1 => exchange::Value::Int(random.i64(..)),
                2 => exchange::Value::Float(random.f64()),
                3 => exchange::Value::Bool(random.bool()),
                4 => exchange::Value::Texts(vec![text(random), String::new()]),
                5 => exchange::Value::Ints(vec![0, random.i64(..)]),
                6 => exchange::Value::Floats(vec![0.0, random.f64()]),
                _ => exchange::Value::Bools(vec![true, false]),
            }),
        }
    }

    fn tell(&self, to: &mut impl Attributes) {
        match self {
            Self::Text(text) => to.text(key!(semconv::URL_PATH), text),
            Self::Joined(one, two) => to.joined(key!(semconv::HTTP_TARGET), [one, "?", two]),
            Self::Base64(bytes) => to.base64(key!(semconv::HTTP_REQUEST_BODY), bytes),
            Self::Number(number) => to.number(key!(semconv::SERVER_PORT), *number),
            Self::Texts(key, texts) => to.texts(key, texts),
            Self::Value(value) => to.value("of the app".into(), value.clone()),
        }
    }
}

/// The span as the SDK has it.
fn data(ended: &Ended<'_>, name: Option<[&str; 3]>, told: &[Told], most: usize) -> SpanData {
    let none = Added::default();
    let (added, origin) = (ended.added.as_deref().unwrap_or(&none), ended.origin());
    let mut attributes = vec![KeyValue::new(semconv::HTTP_REQUEST_METHOD, "GET")];
    attributes.extend(added.attributes.iter().cloned());
    told.iter().for_each(|told| told.tell(&mut attributes));
    let over = attributes.len().saturating_sub(most) as u32;
    attributes.truncate(most);
    let had = added.name.as_ref().unwrap_or(&origin.name);
    SpanData {
        span_context: ended.context().clone(),
        parent_span_id: origin.parent,
        parent_span_is_remote: origin.parent_is_remote,
        span_kind: origin.kind.clone(),
        name: name.map_or_else(|| had.to_string(), |name| name.concat()).into(),
        start_time: origin.started,
        end_time: at(9),
        attributes,
        dropped_attributes_count: added.dropped_attributes + over,
        events: added.events.clone(),
        links: added.links.clone(),
        status: added.status.clone(),
        instrumentation_scope: source::scope(),
    }
}

#[test]
fn the_bytes_are_those_of_the_generated_code() {
    let random = &mut fastrand::Rng::with_seed(7);
    for round in 0..1_000 {
        let most = random.choice([0, 1, 3, 128]).unwrap();
        let limits = SpanLimits {
            max_attributes_per_span: most,
            max_events_per_span: 2,
            ..SpanLimits::default()
        };
        let (sampler, scope) = (Sampler::AlwaysOn, source::scope());
        let maker = Arc::new(Maker { sampler, limits, scope, queue: None });
        let linked = random.bool().then(|| caller(true));
        let begun = || Beginning {
            name: "begun".into(),
            method: "GET",
            started: at(u64::from(round % 7 > 0)),
            caller: linked,
        };
        let parent = context(random);
        let (context, recording) = if random.bool() {
            let notebook = || Notebook::new(1, &RequestId::Made(1));
            let (context, current) = maker.start_incoming(&parent, begun, notebook);
            (context, current.and_then(Current::into_own_span))
        } else {
            maker.start_outgoing(&parent, begun)
        };
        work(&context, random);
        let recording = recording.expect("sampled");
        let mut ended = recording.end().expect("its end");
        if random.bool() {
            ended.event("exception", at(3), vec![KeyValue::new("exception.type", "E")]);
            ended.status(Status::error(if random.bool() { "why" } else { "" }));
        }
        if random.bool() {
            let added = ended.added.get_or_insert_default();
            added.links.links.push(Link::with_context(caller(false)));
        }
        let route = text(random);
        let name = random.bool().then_some(["GET", " ", &route]);
        let told: Vec<_> = (0..random.usize(0..9)).map(|_| Told::any(random)).collect();
        let mut written = vec![1, 2, 3];
        let took = at(9).duration_since(ended.origin().started).unwrap();
        write_span(&mut written, &ended, name, took, |attributes| {
            attributes.method(key!(semconv::HTTP_REQUEST_METHOD), "GET");
            told.iter().for_each(|told| told.tell(attributes));
        });
        let expected = Span::from(data(&ended, name, &told, most as usize));
        let read = Span::decode(&written[3..]).expect("a span");
        assert_eq!(read, expected, "{round}");
        assert!(written[3..] == expected.encode_to_vec(), "{round}");
    }
}

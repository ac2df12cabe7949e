use std::time::{Duration, SystemTime};

use opentelemetry::trace::{SpanId, SpanKind, Status, TraceState};
use opentelemetry_proto::{
    tonic::trace::v1::{self as proto, SpanFlags, span},
    transform::common::tonic::Attributes as ProtoAttributes,
};
use opentelemetry_sdk::trace::{SpanEvents, SpanLinks};
use prost::Message as _;

use super::{
    AttributeWriter,
    wire::{begin, field, field_len, tag, varint},
};
use crate::telemetry::own_span::Ended;

/// The fields of `Span`.
const TRACE_ID: u8 = tag(1);
const SPAN_ID: u8 = tag(2);
const TRACE_STATE: u8 = tag(3);
const PARENT_SPAN_ID: u8 = tag(4);
const NAME: u8 = tag(5);
const KIND: u8 = 6 << 3;
/// Eight bytes, which is the wire type 1.
const START: u8 = 7 << 3 | 1;
const END: u8 = 8 << 3 | 1;
const DROPPED_ATTRIBUTES: u8 = 10 << 3;
const STATUS: u8 = tag(15);
/// Four bytes, which is the wire type 5. Its number takes a second byte.
const FLAGS: [u8; 2] = [(16_u8 << 3 | 5) | 0x80, 1];
/// The fields of `Status`.
const MESSAGE: u8 = tag(2);
const CODE: u8 = 3 << 3;
const ERROR: u8 = proto::status::StatusCode::Error as u8;
const OK: u8 = proto::status::StatusCode::Ok as u8;

/// Writes a span that ended, whose attributes are written by `attributes`. A name that is given in
/// parts comes before those that it had. `took` is how long it took.
pub(in crate::telemetry) fn write_span(
    out: &mut Vec<u8>,
    ended: &Ended<'_>,
    name: Option<[&str; 3]>,
    took: Duration,
    attributes: impl FnOnce(&mut AttributeWriter<'_>),
) {
    let (context, origin, added) = (ended.context(), ended.origin(), ended.added.as_deref());
    field(out, TRACE_ID, &context.trace_id().to_bytes());
    field(out, SPAN_ID, &context.span_id().to_bytes());
    if *context.trace_state() != TraceState::NONE {
        text(out, TRACE_STATE, [&context.trace_state().header(), "", ""]);
    }
    if origin.parent != SpanId::INVALID {
        field(out, PARENT_SPAN_ID, &origin.parent.to_bytes());
    }
    let had = added.and_then(|added| added.name.as_ref()).unwrap_or(&origin.name);
    match name {
        Some(name) => text(out, NAME, name),
        None if had.is_empty() => {}
        None => field(out, NAME, had.as_bytes()),
    }
    out.extend_from_slice(&[KIND, kind(&origin.kind)]);
    let started = nanos(origin.started);
    let took = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
    time(out, START, started);
    time(out, END, started.saturating_add(took));
    let earlier = added.map_or(&[][..], |added| &added.attributes);
    let mut writer = AttributeWriter::new(out, earlier, ended.most_attributes());
    attributes(&mut writer);
    let over = writer.over();
    let dropped = added.map_or(0, |added| added.dropped_attributes).saturating_add(over);
    if dropped > 0 {
        out.push(DROPPED_ATTRIBUTES);
        varint(out, u64::from(dropped));
    }
    if let Some(added) = added {
        events_and_links(out, &added.events, &added.links);
    }
    status(out, added.map_or(&Status::Unset, |added| &added.status));
    let mut flags =
        u32::from(context.trace_flags().to_u8()) | SpanFlags::ContextHasIsRemoteMask as u32;
    if origin.parent_is_remote {
        flags |= SpanFlags::ContextIsRemoteMask as u32;
    }
    out.extend_from_slice(&FLAGS);
    out.extend_from_slice(&flags.to_le_bytes());
}

/// A text that is not empty.
fn text(out: &mut Vec<u8>, tag: u8, parts: [&str; 3]) {
    let length = parts.iter().map(|part| part.len()).sum();
    if length > 0 {
        begin(out, tag, length);
        parts.iter().for_each(|part| out.extend_from_slice(part.as_bytes()));
    }
}

fn kind(kind: &SpanKind) -> u8 {
    let kind = match kind {
        SpanKind::Client => span::SpanKind::Client,
        SpanKind::Server => span::SpanKind::Server,
        SpanKind::Producer => span::SpanKind::Producer,
        SpanKind::Consumer => span::SpanKind::Consumer,
        SpanKind::Internal => span::SpanKind::Internal,
    };
    kind as u8
}

/// Nanoseconds since the epoch.
fn nanos(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    since.as_secs().wrapping_mul(1_000_000_000).wrapping_add(u64::from(since.subsec_nanos()))
}

fn time(out: &mut Vec<u8>, tag: u8, nanos: u64) {
    if nanos > 0 {
        out.push(tag);
        out.extend_from_slice(&nanos.to_le_bytes());
    }
}

/// Few exchanges have any, so these go by the generated messages.
fn events_and_links(out: &mut Vec<u8>, events: &SpanEvents, links: &SpanLinks) {
    let is_empty = events.events.is_empty() && links.links.is_empty();
    if is_empty && events.dropped_count == 0 && links.dropped_count == 0 {
        return;
    }
    let events_of = events.events.iter().map(|event| span::Event {
        time_unix_nano: nanos(event.timestamp),
        name: event.name.clone().into_owned(),
        attributes: ProtoAttributes::from(event.attributes.clone()).0,
        dropped_attributes_count: event.dropped_attributes_count,
    });
    // What is empty is not written.
    let rest = proto::Span {
        events: events_of.collect(),
        dropped_events_count: events.dropped_count,
        links: links.links.iter().cloned().map(Into::into).collect(),
        dropped_links_count: links.dropped_count,
        ..proto::Span::default()
    };
    rest.encode_raw(out);
}

fn status(out: &mut Vec<u8>, status: &Status) {
    match status {
        Status::Unset => out.extend_from_slice(&[STATUS, 0]),
        Status::Ok => out.extend_from_slice(&[STATUS, 2, CODE, OK]),
        Status::Error { description } if description.is_empty() => {
            out.extend_from_slice(&[STATUS, 2, CODE, ERROR]);
        }
        Status::Error { description } => {
            begin(out, STATUS, field_len(description.len()) + 2);
            field(out, MESSAGE, description.as_bytes());
            out.extend_from_slice(&[CODE, ERROR]);
        }
    }
}

use std::time::SystemTime;

use opentelemetry::{
    KeyValue,
    trace::{Event, SpanContext, Status},
};
use opentelemetry_sdk::trace::SpanData;

use super::{
    added::{self, Added},
    span::{Origin, Recording},
};
use crate::semconv;

/// A span that has ended, and is still to leave.
#[derive(Debug)]
pub(crate) struct Ended<'r> {
    pub(super) recording: &'r Recording,
    /// What it was given while it ran, and at its end, if it was given anything.
    pub(crate) added: Option<Box<Added>>,
}

impl Ended<'_> {
    /// Adds what happened, as far as there is room.
    pub(crate) fn event(&mut self, name: &'static str, when: SystemTime, about: Vec<KeyValue>) {
        let added = self.added.get_or_insert_default();
        added.event(Event::new(name, when, about, 0), &self.recording.maker.limits);
    }

    /// Sets the status, unless the app has set one that stands above it.
    pub(crate) fn status(&mut self, status: Status) {
        self.added.get_or_insert_default().status(status);
    }

    pub(crate) fn context(&self) -> &SpanContext {
        &self.recording.context
    }

    pub(crate) fn origin(&self) -> &Origin {
        &self.recording.origin
    }

    /// How many attributes a span has at most.
    pub(crate) fn most_attributes(&self) -> u32 {
        self.recording.maker.limits.max_attributes_per_span
    }

    /// All of it, put together, if nothing is said of it at its end. The method of an exchange comes
    /// first.
    pub(super) fn data(self, end_time: SystemTime) -> SpanData {
        let Recording { context, origin, maker, .. } = self.recording;
        let added = self.added.map_or_else(Added::default, |added| *added);
        let Added { name, mut attributes, dropped_attributes, events, links, status } = added;
        if let Some(method) = origin.method {
            attributes.insert(0, KeyValue::new(semconv::HTTP_REQUEST_METHOD, method));
        }
        let over = added::cut(&mut attributes, maker.limits.max_attributes_per_span);
        SpanData {
            span_context: context.clone(),
            parent_span_id: origin.parent,
            parent_span_is_remote: origin.parent_is_remote,
            span_kind: origin.kind.clone(),
            name: name.unwrap_or_else(|| origin.name.clone()),
            start_time: origin.started,
            end_time,
            attributes,
            dropped_attributes_count: dropped_attributes.saturating_add(over),
            events,
            links,
            status,
            instrumentation_scope: maker.scope.clone(),
        }
    }
}

use std::borrow::Cow;

use opentelemetry::{
    KeyValue,
    trace::{Event, Link, Status},
};
use opentelemetry_sdk::trace::{SpanEvents, SpanLimits, SpanLinks};

/// What a span is given while it runs, within limits.
#[derive(Debug, Default)]
pub(crate) struct Added {
    /// In the place of the name that it began with.
    pub(crate) name: Option<Cow<'static, str>>,
    pub(crate) attributes: Vec<KeyValue>,
    pub(crate) dropped_attributes: u32,
    pub(crate) events: SpanEvents,
    pub(crate) links: SpanLinks,
    pub(crate) status: Status,
}

impl Added {
    /// Adds an attribute; `before` are those that the span has besides these.
    pub(super) fn attribute(&mut self, attribute: KeyValue, before: usize, limits: &SpanLimits) {
        if before + self.attributes.len() < limits.max_attributes_per_span as usize {
            self.attributes.push(attribute);
        } else {
            self.dropped_attributes += 1;
        }
    }

    pub(super) fn event(&mut self, mut event: Event, limits: &SpanLimits) {
        if self.events.len() >= limits.max_events_per_span as usize {
            self.events.dropped_count += 1;
            return;
        }
        event.dropped_attributes_count =
            cut(&mut event.attributes, limits.max_attributes_per_event);
        self.events.events.push(event);
    }

    pub(super) fn link(&mut self, mut link: Link, limits: &SpanLimits) {
        if self.links.len() >= limits.max_links_per_span as usize {
            self.links.dropped_count += 1;
            return;
        }
        link.dropped_attributes_count = cut(&mut link.attributes, limits.max_attributes_per_link);
        self.links.links.push(link);
    }

    /// `Ok` stands above an error, and both above nothing.
    pub(super) fn status(&mut self, status: Status) {
        if status > self.status {
            self.status = status;
        }
    }
}

/// Cuts a list, and returns how much was cut off.
pub(super) fn cut(attributes: &mut Vec<KeyValue>, most: u32) -> u32 {
    let over = attributes.len().saturating_sub(most as usize);
    attributes.truncate(most as usize);
    u32::try_from(over).unwrap_or(u32::MAX)
}

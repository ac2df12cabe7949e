use std::{
    borrow::Cow,
    mem,
    ops::Deref,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use opentelemetry::{
    KeyValue,
    trace::{Event, Link, SpanContext, SpanId, SpanKind, Status},
};
use opentelemetry_sdk::trace::SpanData;

use super::{
    added::{self, Added},
    ask,
    maker::Maker,
    said::Said,
};
use crate::telemetry::current::{Current, Live};

/// A span that is recorded and sampled, as a context holds it.
#[derive(Debug)]
pub(super) struct Span(pub(super) OwnSpan);

/// A span that is recorded, shared by all who may add to it or end it.
#[derive(Debug, Clone)]
pub(crate) enum OwnSpan {
    /// Of an incoming exchange.
    Exchange(Arc<Live>),
    /// Any other.
    Other(Arc<Recording>),
}

impl Deref for OwnSpan {
    type Target = Recording;

    fn deref(&self) -> &Recording {
        match self {
            Self::Exchange(live) => &live.recording,
            Self::Other(recording) => recording,
        }
    }
}

impl OwnSpan {
    /// The exchange that it is, or is inside of.
    fn exchange(&self) -> Option<Current> {
        match self {
            Self::Exchange(live) => Some(Current::with_own_span(Arc::clone(live))),
            Self::Other(recording) => recording.origin.within.clone(),
        }
    }
}

/// What is recorded of a span. When nobody holds it any more, it ends.
#[derive(Debug)]
pub(crate) struct Recording {
    context: SpanContext,
    origin: Origin,
    maker: Arc<Maker>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Made when something is added before the end.
    added: Option<Box<Added>>,
    ended: bool,
}

/// What a span has from its beginning.
#[derive(Debug)]
pub(super) struct Origin {
    pub(super) parent: SpanId,
    pub(super) parent_is_remote: bool,
    pub(super) kind: SpanKind,
    pub(super) name: Cow<'static, str>,
    /// Of an exchange: the method, which is its first attribute.
    pub(super) method: Option<&'static str>,
    pub(super) started: SystemTime,
    /// The exchange that it is inside of.
    pub(super) within: Option<Current>,
}

impl Recording {
    #[inline]
    pub(super) fn new(
        context: SpanContext,
        origin: Origin,
        added: Option<Box<Added>>,
        maker: Arc<Maker>,
    ) -> Self {
        let state = Mutex::new(State { added, ended: false });
        Self { context, origin, maker, state }
    }

    pub(crate) fn context(&self) -> &SpanContext {
        &self.context
    }

    /// Ends the span, once, with what is said of it.
    pub(crate) fn end(&self, said: Said, at: SystemTime) {
        if let Some(added) = self.close() {
            self.maker.end(self.data(added, said, at));
        }
    }

    /// Ends the span, and nobody hears of it.
    pub(crate) fn discard(&self) {
        self.close();
    }

    /// As [`end`](Self::end), by somebody who says nothing.
    fn end_as_it_is(&self, at: SystemTime) {
        self.end(Said::of_method(self.origin.method), at);
    }

    /// What was added, unless the span has ended before.
    fn close(&self) -> Option<Option<Box<Added>>> {
        let mut state = self.lock();
        let was_ended = mem::replace(&mut state.ended, true);
        (!was_ended).then(|| state.added.take())
    }

    /// What is added to, unless the span has ended.
    fn add(&self, add: impl FnOnce(&mut Added, &Maker, usize)) {
        let mut state = self.lock();
        if !state.ended {
            let before = usize::from(self.origin.method.is_some());
            add(state.added.get_or_insert_default(), &self.maker, before);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the lock; if something did, the data is still whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All of it, put together.
    fn data(&self, added: Option<Box<Added>>, said: Said, end_time: SystemTime) -> SpanData {
        let limits = &self.maker.limits;
        let mut added = added.map_or_else(Added::default, |added| *added);
        for (name, when, attributes) in said.events {
            added.event(Event::new(name, when, attributes, 0), limits);
        }
        added.status(said.status);
        let Added { name, attributes: earlier, dropped_attributes, events, links, status } = added;
        let mut attributes = said.attributes;
        if attributes.is_empty() {
            attributes = earlier;
        } else if !earlier.is_empty() {
            // The method comes first, then what was added while the span ran.
            let at = usize::from(self.origin.method.is_some()).min(attributes.len());
            attributes.splice(at..at, earlier);
        }
        let over = added::cut(&mut attributes, limits.max_attributes_per_span);
        let origin = &self.origin;
        SpanData {
            span_context: self.context.clone(),
            parent_span_id: origin.parent,
            parent_span_is_remote: origin.parent_is_remote,
            span_kind: origin.kind.clone(),
            name: said.name.or(name).unwrap_or_else(|| origin.name.clone()),
            start_time: origin.started,
            end_time,
            attributes,
            dropped_attributes_count: dropped_attributes.saturating_add(over),
            events,
            links,
            status,
            instrumentation_scope: self.maker.scope.clone(),
        }
    }
}

impl opentelemetry::trace::Span for Span {
    fn add_event_with_timestamp<T: Into<Cow<'static, str>>>(
        &mut self,
        name: T,
        timestamp: SystemTime,
        attributes: Vec<KeyValue>,
    ) {
        self.0.add(|added, maker, _| {
            added.event(Event::new(name, timestamp, attributes, 0), &maker.limits);
        });
    }

    fn span_context(&self) -> &SpanContext {
        &self.0.context
    }

    fn is_recording(&self) -> bool {
        ask::answer(|| self.0.exchange());
        !self.0.lock().ended
    }

    fn set_attribute(&mut self, attribute: KeyValue) {
        self.0.add(|added, maker, before| added.attribute(attribute, before, &maker.limits));
    }

    fn set_status(&mut self, status: Status) {
        self.0.add(|added, _, _| added.status(status));
    }

    fn update_name<T: Into<Cow<'static, str>>>(&mut self, new_name: T) {
        self.0.add(|added, _, _| added.name = Some(new_name.into()));
    }

    fn add_link(&mut self, span_context: SpanContext, attributes: Vec<KeyValue>) {
        self.0.add(|added, maker, _| {
            added.link(Link::new(span_context, attributes, 0), &maker.limits);
        });
    }

    fn end_with_timestamp(&mut self, timestamp: SystemTime) {
        self.0.end_as_it_is(timestamp);
    }
}

/// A span that nobody ends ends when nobody holds it.
impl Drop for Recording {
    fn drop(&mut self) {
        if !self.lock().ended {
            self.end_as_it_is(SystemTime::now());
        }
    }
}

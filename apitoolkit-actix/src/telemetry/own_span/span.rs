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

use super::{added::Added, ask, ended::Ended, maker::Maker};
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
    pub(super) context: SpanContext,
    pub(super) origin: Origin,
    pub(super) maker: Arc<Maker>,
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
pub(crate) struct Origin {
    pub(crate) parent: SpanId,
    pub(crate) parent_is_remote: bool,
    pub(crate) kind: SpanKind,
    pub(crate) name: Cow<'static, str>,
    /// Of an exchange: the method, which is its first attribute.
    pub(crate) method: Option<&'static str>,
    pub(crate) started: SystemTime,
    /// The exchange that it is inside of.
    pub(crate) within: Option<Current>,
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

    /// Ends the span, for whoever has it leave. Absent if it has ended before.
    pub(crate) fn end(&self) -> Option<Ended<'_>> {
        let mut state = self.lock();
        if mem::replace(&mut state.ended, true) {
            return None;
        }
        Some(Ended { recording: self, added: state.added.take() })
    }

    /// Ends the span, and nobody hears of it.
    pub(crate) fn discard(&self) {
        self.end();
    }

    /// Ends the span of which nothing more is said.
    fn end_as_it_is(&self, at: SystemTime) {
        if let Some(ended) = self.end() {
            self.maker.end(ended.data(at));
        }
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
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        if !state.ended {
            self.end_as_it_is(SystemTime::now());
        }
    }
}

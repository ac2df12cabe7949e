use std::{borrow::Cow, sync::Arc, time::SystemTime};

use opentelemetry::{
    Context, InstrumentationScope,
    trace::{
        Link, SpanBuilder, SpanContext, SpanKind, TraceContextExt as _, TraceFlags, TraceState,
    },
};
use opentelemetry_sdk::trace::{Sampler, SpanData, SpanLimits};

use super::{
    added::{self, Added},
    place::Place,
    span::{Origin, Recording, Span},
};
use crate::telemetry::queue::SpanQueue;

/// Makes spans that go into the queue when they end.
#[derive(Debug)]
pub(crate) struct Maker {
    pub(crate) sampler: Sampler,
    pub(crate) limits: SpanLimits,
    pub(crate) scope: InstrumentationScope,
    /// Absent if nothing is to be exported: then nothing is sampled either.
    pub(crate) queue: Option<Arc<SpanQueue>>,
}

/// How the span of an exchange begins.
#[derive(Debug)]
pub(crate) struct Beginning {
    pub(crate) name: Cow<'static, str>,
    pub(crate) method: &'static str,
    pub(crate) started: SystemTime,
    /// The caller's span, if it is linked to and not the parent.
    pub(crate) caller: Option<SpanContext>,
}

impl Maker {
    /// Starts the span of an exchange below `parent`, and returns the context that holds it. One
    /// that is not sampled has ids too, but is no recording: what happens inside of it belongs to
    /// the same trace.
    pub(crate) fn start_exchange(
        self: &Arc<Self>,
        kind: SpanKind,
        parent: &Context,
        beginning: impl FnOnce() -> Beginning,
    ) -> (Context, Option<Arc<Recording>>) {
        match Place::below(parent, &self.sampler) {
            Ok(place) => {
                let span = self.exchange(place, kind, beginning());
                (parent.with_span(Span(Arc::clone(&span))), Some(span))
            }
            Err(not_recorded) => (not_recorded, None),
        }
    }

    /// Starts the span of an exchange with the ids that it had when it was left out.
    pub(crate) fn start_known(
        self: &Arc<Self>,
        left_out: &SpanContext,
        kind: SpanKind,
        beginning: Beginning,
    ) -> Arc<Recording> {
        let (trace, span) = (left_out.trace_id(), left_out.span_id());
        let state = TraceState::default();
        let place = Place::root(SpanContext::new(trace, span, TraceFlags::SAMPLED, false, state));
        self.exchange(place, kind, beginning)
    }

    /// As [`start_exchange`](Self::start_exchange), of any span, which ends in its context.
    pub(crate) fn start(
        self: &Arc<Self>,
        kind: SpanKind,
        parent: &Context,
        builder: impl FnOnce() -> SpanBuilder,
    ) -> Context {
        match Place::below(parent, &self.sampler) {
            Ok(place) => parent.with_span(Span(self.built(place, kind, builder()))),
            Err(not_recorded) => not_recorded,
        }
    }

    /// Takes a span that ended.
    pub(super) fn end(&self, span: SpanData) {
        if let Some(queue) = &self.queue {
            queue.push(span);
        }
    }

    fn exchange(
        self: &Arc<Self>,
        place: Place,
        kind: SpanKind,
        beginning: Beginning,
    ) -> Arc<Recording> {
        let Beginning { name, method, started, caller } = beginning;
        let added = caller.map(|caller| {
            let mut added = Box::<Added>::default();
            added.link(Link::with_context(caller), &self.limits);
            added
        });
        let Place { context, parent, parent_is_remote } = place;
        let method = Some(method);
        let origin = Origin { parent, parent_is_remote, kind, name, method, started };
        Recording::new(context, origin, added, Arc::clone(self))
    }

    fn built(
        self: &Arc<Self>,
        place: Place,
        kind: SpanKind,
        builder: SpanBuilder,
    ) -> Arc<Recording> {
        let SpanBuilder { name, start_time, attributes, events, links, .. } = builder;
        let mut added = Box::<Added>::default();
        added.attributes = attributes.unwrap_or_default();
        let most = self.limits.max_attributes_per_span;
        added.dropped_attributes = added::cut(&mut added.attributes, most);
        for event in events.into_iter().flatten() {
            added.event(event, &self.limits);
        }
        for link in links.into_iter().flatten() {
            added.link(link, &self.limits);
        }
        let Place { context, parent, parent_is_remote } = place;
        let started = start_time.unwrap_or_else(SystemTime::now);
        let origin = Origin { parent, parent_is_remote, kind, name, method: None, started };
        Recording::new(context, origin, Some(added), Arc::clone(self))
    }
}

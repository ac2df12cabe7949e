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
    place::{Place, left_out},
    span::{Origin, OwnSpan, Recording, Span},
};
use crate::telemetry::{
    current::{Current, Live, Notebook},
    queue::SpanQueue,
};

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
    /// Starts the span of an incoming exchange below `parent`, and returns the context that holds it.
    /// One that is not recorded has ids too, and what happens inside of it belongs to the same trace.
    #[inline]
    pub(crate) fn start_incoming(
        self: &Arc<Self>,
        parent: &Context,
        beginning: impl FnOnce() -> Beginning,
        notebook: impl FnOnce() -> Notebook,
    ) -> (Context, Option<Current>) {
        match self.place_of_exchange(parent) {
            Ok(place) => {
                let beginning = beginning();
                let live = Arc::new(Live {
                    recording: self.exchange(place, SpanKind::Server, None, beginning),
                    notebook: notebook(),
                });
                let context = parent.with_span(Span(OwnSpan::Exchange(Arc::clone(&live))));
                (context, Some(Current::with_own_span(live)))
            }
            Err(not_recorded) => (not_recorded, None),
        }
    }

    /// As [`start_incoming`](Self::start_incoming), of an outgoing exchange.
    pub(crate) fn start_outgoing(
        self: &Arc<Self>,
        parent: &Context,
        beginning: impl FnOnce() -> Beginning,
    ) -> (Context, Option<OwnSpan>) {
        match self.place_of_exchange(parent) {
            Ok(place) => {
                let within = Current::of(parent);
                let recording = self.exchange(place, SpanKind::Client, within, beginning());
                let span = OwnSpan::Other(Arc::new(recording));
                (parent.with_span(Span(span.clone())), Some(span))
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
    ) -> OwnSpan {
        let (trace, span) = (left_out.trace_id(), left_out.span_id());
        let state = TraceState::default();
        let place = Place::root(SpanContext::new(trace, span, TraceFlags::SAMPLED, false, state));
        OwnSpan::Other(Arc::new(self.exchange(place, kind, None, beginning)))
    }

    /// As [`start_outgoing`](Self::start_outgoing), of any span, which ends in its context.
    pub(crate) fn start(
        self: &Arc<Self>,
        kind: SpanKind,
        parent: &Context,
        builder: impl FnOnce() -> SpanBuilder,
    ) -> Context {
        match Place::below(parent, &self.sampler) {
            Ok(place) => {
                let recording = self.built(place, kind, Current::of(parent), builder());
                parent.with_span(Span(OwnSpan::Other(Arc::new(recording))))
            }
            Err(not_recorded) => not_recorded,
        }
    }

    /// As [`Place::below`]. Where nobody is there any more to take what an exchange will have been, it
    /// is counted as lost and not recorded: what records it takes locks, which a fork may have left
    /// locked.
    #[inline(always)]
    fn place_of_exchange(&self, parent: &Context) -> Result<Place, Context> {
        let place = Place::below(parent, &self.sampler)?;
        if self.queue.as_ref().is_some_and(|queue| queue.loses_exchange()) {
            let context = place.context;
            let flags = context.trace_flags().with_sampled(false);
            return Err(left_out(parent, context.trace_id(), flags));
        }
        Ok(place)
    }

    /// Takes a span that ended.
    pub(super) fn end(&self, span: SpanData) {
        if let Some(queue) = &self.queue {
            queue.push(span);
        }
    }

    #[inline(always)]
    fn exchange(
        self: &Arc<Self>,
        place: Place,
        kind: SpanKind,
        within: Option<Current>,
        beginning: Beginning,
    ) -> Recording {
        let Beginning { name, method, started, caller } = beginning;
        let added = caller.map(|caller| {
            let mut added = Box::<Added>::default();
            added.link(Link::with_context(caller), &self.limits);
            added
        });
        let Place { context, parent, parent_is_remote } = place;
        let method = Some(method);
        let origin = Origin { parent, parent_is_remote, kind, name, method, started, within };
        Recording::new(context, origin, added, Arc::clone(self))
    }

    fn built(
        self: &Arc<Self>,
        place: Place,
        kind: SpanKind,
        within: Option<Current>,
        builder: SpanBuilder,
    ) -> Recording {
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
        let origin = Origin { parent, parent_is_remote, kind, name, method: None, started, within };
        Recording::new(context, origin, Some(added), Arc::clone(self))
    }
}

//! Who makes spans.

use std::{fmt, sync::Arc};

use opentelemetry::{
    Context, KeyValue,
    trace::{Link, SpanBuilder, SpanKind, TraceContextExt as _},
};
use opentelemetry_sdk::trace::Sampler;

use super::{
    current::{Current, Notebook},
    own_span::{Beginning, Maker, OwnSpan},
};
use crate::semconv;

/// Makes spans, ours or those of a provider that is not.
#[derive(Clone)]
pub(crate) struct Tracer(Of);

#[derive(Clone)]
enum Of {
    Ours(Arc<Maker>),
    Other(Arc<dyn Make + Send + Sync>),
}

/// Any tracer, whatever its spans are.
trait Make {
    /// `parent` with a span that is made by `builder`.
    fn make(&self, builder: SpanBuilder, parent: &Context) -> Context;
}

impl<T> Make for T
where
    T: opentelemetry::trace::Tracer,
    T::Span: Send + Sync + 'static,
{
    fn make(&self, builder: SpanBuilder, parent: &Context) -> Context {
        use opentelemetry::trace::Span as _;
        let span = self.build_with_context(builder, parent);
        match span.is_recording() {
            true => parent.with_span(span),
            // Nothing more is ever said to it, so its ids are all that is needed.
            false => parent.with_remote_span_context(span.span_context().clone()),
        }
    }
}

impl Tracer {
    /// A tracer that is not ours, and decides by itself what is sampled.
    pub(crate) fn of<T>(tracer: T) -> Self
    where
        T: opentelemetry::trace::Tracer<Span: Send + Sync> + Send + Sync + 'static,
    {
        Self(Of::Other(Arc::new(tracer)))
    }

    pub(super) fn ours(maker: Arc<Maker>) -> Self {
        Self(Of::Ours(maker))
    }

    /// How it samples, where that is known.
    #[cfg_attr(not(feature = "explorer"), expect(dead_code, reason = "asked by the explorer"))]
    pub(super) fn sampler(&self) -> Option<&Sampler> {
        match &self.0 {
            Of::Ours(maker) => Some(&maker.sampler),
            Of::Other(_) => None,
        }
    }

    /// Starts a span below `parent`, and returns the context that holds it. A span that is not
    /// sampled has ids too: what happens inside of it belongs to the same trace.
    pub(crate) fn start(
        &self,
        kind: SpanKind,
        parent: &Context,
        builder: impl FnOnce() -> SpanBuilder,
    ) -> Context {
        match &self.0 {
            Of::Ours(maker) => maker.start(kind, parent, builder),
            Of::Other(tracer) => tracer.make(builder().with_kind(kind), parent),
        }
    }

    /// As [`start`](Self::start), of the span of an incoming exchange. Gives the exchange too, if its
    /// span is ours and sampled; it then begins with `notebook`.
    #[inline]
    pub(super) fn start_incoming(
        &self,
        parent: &Context,
        beginning: impl FnOnce() -> Beginning,
        notebook: impl FnOnce() -> Notebook,
    ) -> (Context, Option<Current>) {
        match &self.0 {
            Of::Ours(maker) => maker.start_incoming(parent, beginning, notebook),
            Of::Other(tracer) => (make(&**tracer, SpanKind::Server, parent, beginning()), None),
        }
    }

    /// As [`start`](Self::start), of the span of an outgoing exchange. Gives the span too, if it is
    /// ours and sampled.
    pub(super) fn start_outgoing(
        &self,
        parent: &Context,
        beginning: impl FnOnce() -> Beginning,
    ) -> (Context, Option<OwnSpan>) {
        match &self.0 {
            Of::Ours(maker) => maker.start_outgoing(parent, beginning),
            Of::Other(tracer) => (make(&**tracer, SpanKind::Client, parent, beginning()), None),
        }
    }
}

fn make(tracer: &dyn Make, kind: SpanKind, parent: &Context, beginning: Beginning) -> Context {
    tracer.make(builder(beginning).with_kind(kind), parent)
}

fn builder(beginning: Beginning) -> SpanBuilder {
    let Beginning { name, method, started, caller } = beginning;
    let mut builder = SpanBuilder::from_name(name)
        .with_start_time(started)
        .with_attributes([KeyValue::new(semconv::HTTP_REQUEST_METHOD, method)]);
    builder.links = caller.map(|caller| vec![Link::with_context(caller)]);
    builder
}

impl fmt::Debug for Tracer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Of::Ours(maker) => f.debug_tuple("Tracer").field(maker).finish(),
            Of::Other(_) => f.debug_struct("Tracer").finish_non_exhaustive(),
        }
    }
}

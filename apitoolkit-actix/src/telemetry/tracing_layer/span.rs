//! `tracing` spans as spans.

use std::{borrow::Cow, sync::Arc};

use opentelemetry::{
    Context, KeyValue,
    trace::{SpanBuilder, TraceContextExt as _},
};
use tracing::Metadata;
use tracing_subscriber::registry::{LookupSpan, SpanRef};

use super::{
    fields::{Fields, put},
    special,
};
use crate::telemetry::{Scope, Source, with_hiding};

/// The `target` that every span of `tracing` has: its module, unless the app says otherwise.
const TARGET: &str = "target";

/// A span that was started for one of `tracing`'s, and is kept with it.
pub(super) struct Started {
    /// The layer that started it: a subscriber may have several.
    layer: usize,
    /// With the span as the current one.
    context: Context,
    /// Kept until the end, since a span's attributes can be added to and not replaced.
    attributes: Vec<KeyValue>,
}

/// Whether a child of `parent` would be recorded by nobody.
pub(super) fn is_left_out(parent: &Context, root_spans: bool) -> bool {
    let span = parent.span();
    let trace = span.span_context();
    let is_recorded = if trace.is_valid() { trace.is_sampled() } else { root_spans };
    parent.is_telemetry_suppressed() || !is_recorded
}

impl Started {
    /// Starts a child of `parent`, with the tracer of the exchange that it is in, else with that of
    /// `source`.
    pub(super) fn new(
        layer: usize,
        source: &Arc<Source>,
        parent: &Context,
        metadata: &'static Metadata<'static>,
        fields: Fields<'_>,
    ) -> Option<Self> {
        let source = parent.get::<Scope>().map_or(source, |scope| &scope.source);
        let mut attributes = vec![KeyValue::new(TARGET, metadata.target())];
        fields.attributes.into_iter().for_each(|field| put(&mut attributes, field));
        let name = special::name(&mut attributes);
        let name = name.map_or_else(|| Cow::Borrowed(metadata.name()), Cow::Owned);
        let kind = special::kind(&mut attributes);
        let context = source.tracer.start(kind, parent, || SpanBuilder::from_name(name));
        // One that is not sampled is kept: what happens inside of it belongs to its trace.
        let is_valid = context.span().span_context().is_valid();
        is_valid.then(|| Self { layer, context: with_hiding(context), attributes })
    }

    /// Adds what the app knew later.
    pub(super) fn record(&mut self, later: Fields<'_>) {
        later.attributes.into_iter().for_each(|field| put(&mut self.attributes, field));
    }

    /// Writes everything into the span and ends it.
    pub(super) fn end(mut self) {
        let span = self.context.span();
        if let Some(name) = special::name(&mut self.attributes) {
            span.update_name(name);
        }
        if let Some(status) = special::status(&mut self.attributes) {
            span.set_status(status);
        }
        span.set_attributes(self.attributes);
        span.end();
    }
}

/// The context of a span of `tracing`'s, if this layer started one for it.
pub(super) fn context<'l, S: LookupSpan<'l>>(
    layer: usize,
    span: &SpanRef<'l, S>,
) -> Option<Context> {
    let extensions = span.extensions();
    let started = extensions.get::<Started>().filter(|started| started.layer == layer)?;
    Some(started.context.clone())
}

/// The context inside of a span: its own, else that of the nearest around it, else the current one.
pub(super) fn inside<'l, S: LookupSpan<'l>>(layer: usize, span: &SpanRef<'l, S>) -> Context {
    let mut around = span.scope();
    around.find_map(|span| context(layer, &span)).unwrap_or_else(Context::current)
}

//! What `tracing` tells a layer.

use std::sync::Arc;

use opentelemetry::{
    Context,
    trace::{Status, TraceContextExt as _},
};
use tracing::{
    Event, Level, Metadata, Subscriber,
    span::{Attributes, Id, Record},
};
use tracing_subscriber::{
    Layer,
    layer::Context as LayerContext,
    registry::{LookupSpan, SpanRef},
};

use super::{
    TracingLayer, active,
    fields::Fields,
    quiet::{is_about_telemetry, quietly, unharmed},
    record,
    span::{self, Started},
    text::Rules,
};
use crate::{
    config::Config,
    exchange::Hidden,
    telemetry::{Scope, Source, default_config, hiding::hidden_in},
};

impl<S> Layer<S> for TracingLayer
where
    S: Subscriber + for<'l> LookupSpan<'l>,
{
    fn on_new_span(&self, new: &Attributes<'_>, id: &Id, layers: LayerContext<'_, S>) {
        if let Some(source) = &self.source
            && self.is_wanted(new.metadata())
        {
            quietly(|| {
                if let Some(span) = layers.span(id) {
                    self.start(source, new, &span);
                }
            });
        }
    }

    fn on_record(&self, id: &Id, later: &Record<'_>, layers: LayerContext<'_, S>) {
        let Some(span) = layers.span(id).filter(|_| self.source.is_some()) else { return };
        quietly(|| {
            let Some(context) = span::context(self.number, &span) else { return };
            let Some(rules) = Ruling::of(&context) else { return };
            // Read before the span is locked: an app's `Debug` may log, and whoever writes that
            // line may want to read the span.
            let mut fields = Fields::new(rules.get());
            later.record(&mut fields);
            if let Some(started) = span.extensions_mut().get_mut::<Started>() {
                started.record(fields);
            }
        });
    }

    fn on_follows_from(&self, id: &Id, cause: &Id, layers: LayerContext<'_, S>) {
        let spans = layers.span(id).zip(layers.span(cause)).filter(|_| self.source.is_some());
        let Some((span, cause)) = spans else { return };
        quietly(|| {
            let contexts =
                span::context(self.number, &span).zip(span::context(self.number, &cause));
            if let Some((span, cause)) = contexts {
                span.span().add_link(cause.span().span_context().clone(), Vec::new());
            }
        });
    }

    fn on_event(&self, event: &Event<'_>, layers: LayerContext<'_, S>) {
        // Without logs, an event is of interest only as the failure of a span.
        let is_error = *event.metadata().level() == Level::ERROR;
        let is_of_use = self.logger.is_some() || (self.source.is_some() && is_error);
        if is_of_use && self.is_wanted(event.metadata()) {
            quietly(|| self.event(event, &layers));
        }
    }

    fn on_enter(&self, id: &Id, layers: LayerContext<'_, S>) {
        let Some(span) = layers.span(id).filter(|_| self.source.is_some()) else { return };
        quietly(|| {
            if let Some(context) = span::context(self.number, &span) {
                active::enter(self.number, id, context);
            }
        });
    }

    fn on_exit(&self, id: &Id, _: LayerContext<'_, S>) {
        if self.source.is_some() {
            unharmed(|| active::leave(self.number, id));
        }
    }

    fn on_close(&self, id: Id, layers: LayerContext<'_, S>) {
        let Some(span) = layers.span(&id).filter(|_| self.source.is_some()) else { return };
        quietly(|| {
            if span::context(self.number, &span).is_some() {
                let started = span.extensions_mut().remove::<Started>();
                // Not while the span is locked: whoever hears of its end may read it.
                started.into_iter().for_each(Started::end);
            }
        });
    }
}

impl TracingLayer {
    fn is_wanted(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= self.level
            && !is_about_telemetry(metadata.target())
            && self.shared.is_running()
    }

    fn start<'l, S: LookupSpan<'l>>(
        &self,
        source: &Arc<Source>,
        new: &Attributes<'_>,
        span: &SpanRef<'l, S>,
    ) {
        let parent = match span.parent() {
            _ if new.is_root() => Context::new(),
            Some(parent) if !new.is_contextual() => span::inside(self.number, &parent),
            _ => Context::current(),
        };
        let is_taken = span.extensions().get::<Started>().is_some();
        if is_taken || span::is_left_out(&parent, self.root_spans) {
            return;
        }
        let Some(rules) = Ruling::of(&parent) else { return };
        let mut fields = Fields::new(rules.get());
        new.record(&mut fields);
        let started = Started::new(self.number, source, &parent, new.metadata(), fields);
        if let Some(started) = started {
            span.extensions_mut().insert(started);
        }
    }

    fn event<S>(&self, event: &Event<'_>, layers: &LayerContext<'_, S>)
    where
        S: Subscriber + for<'l> LookupSpan<'l>,
    {
        let parent = event.parent().and_then(|parent| layers.span(parent));
        let context =
            parent.map_or_else(Context::current, |parent| span::inside(self.number, &parent));
        let Some(rules) = Ruling::of(&context).filter(|_| !context.is_telemetry_suppressed())
        else {
            return;
        };
        let mut fields = Fields::new(rules.get());
        event.record(&mut fields);
        if *event.metadata().level() == Level::ERROR
            && let Some(error) = fields.text_of("error")
            && let Some(span) = layers.event_span(event)
            && let Some(around) = span::context(self.number, &span)
            // Else it happened in a service, say, inside of that span.
            && around.span().span_context() == context.span().span_context()
        {
            around.span().set_status(Status::error(error.to_owned()));
        }
        if let Some(logger) = &self.logger {
            record::emit(logger, event.metadata(), &context, fields);
        }
    }
}

/// What holds the rules for what happens in a context.
struct Ruling {
    config: Arc<Config>,
    hidden: Option<Arc<Hidden>>,
}

impl Ruling {
    fn of(context: &Context) -> Option<Self> {
        let config = match context.get::<Scope>() {
            Some(scope) => Arc::clone(&scope.config),
            None => default_config()?,
        };
        Some(Self { config, hidden: hidden_in(context) })
    }

    fn get(&self) -> Rules<'_> {
        Rules { redactor: &self.config.redactor, hidden: self.hidden.as_deref() }
    }
}

use std::{borrow::Cow, mem, sync::Arc, time::Instant};

use opentelemetry::{
    Context, KeyValue,
    trace::{SpanBuilder, SpanKind, TraceContextExt as _},
};

use super::{
    attributes::{Attributes, Place},
    info::DatabaseInfo,
    message::{Cleaner, Raw},
    statement::Statement,
};
use crate::{
    semconv,
    telemetry::{Current, Failure, Outcome, Scope, hide, is_left_out},
};

/// The span of a statement, and its part in the metric. Both end when it is dropped, if not before.
#[derive(Debug, Default)]
pub(super) struct StatementSpan {
    /// `None`: nothing is recorded, or it has ended.
    running: Option<Box<Running>>,
}

#[derive(Debug)]
struct Running {
    scope: Scope,
    /// Absent outside of an exchange, and in one that is not recorded.
    exchange: Option<Current>,
    /// With the span as the current one. `None`: the trace is not sampled.
    context: Option<Context>,
    statement: Arc<Statement>,
    raw: Raw,
    /// Made of `raw` when the statement fails.
    cleaner: Option<Arc<Cleaner>>,
    place: Place,
    started: Instant,
    outcome: Outcome,
}

impl StatementSpan {
    pub(super) fn start(info: &DatabaseInfo, statement: &str) -> Self {
        let parent = Context::current();
        if parent.is_telemetry_suppressed() {
            return Self::default();
        }
        let Some(scope) = Scope::of(&parent).map(Cow::into_owned) else { return Self::default() };
        let is_left_out = is_left_out(&parent);
        // An exchange that was left out may be kept after all, and with it the errors that it tells.
        let exchange = Current::of(&parent);
        let is_unheard = exchange.is_none() && scope.source.instruments.is_none();
        if is_left_out && is_unheard {
            return Self::default();
        }
        let raw = statement;
        let statement = Statement::of(info.language(), raw);
        let place = Place::new(info, &scope.config.redactor);
        let started = Instant::now();
        let context = match is_left_out {
            true => None,
            false => span(&scope, &parent, info, &statement, &place),
        };
        let mut running = Running {
            scope,
            exchange,
            context,
            raw: Raw::Same,
            cleaner: None,
            place,
            started,
            outcome: Outcome::default(),
            statement,
        };
        if running.statement.held_values && running.wants_texts() {
            running.raw = Raw::new(raw);
        }
        Self { running: Some(Box::new(running)) }
    }

    /// The context that the statement runs in.
    pub(super) fn context(&self) -> Option<&Context> {
        self.running.as_ref()?.context.as_ref()
    }

    /// Whether texts of errors are wanted.
    pub(super) fn wants_texts(&self) -> bool {
        self.running.as_ref().is_some_and(|running| running.wants_texts())
    }

    /// Whether anything else is wanted.
    pub(super) fn is_recording(&self) -> bool {
        self.running.as_ref().is_some_and(|running| running.is_recording())
    }

    /// Sets how many of something there were.
    pub(super) fn count(&self, key: &'static str, count: usize) {
        if let Some(context) = self.context() {
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            context.span().set_attribute(KeyValue::new(key, count));
        }
    }

    /// Notes an error.
    pub(super) fn fail(&mut self, failure: Failure) {
        if let Some(running) = &mut self.running {
            running.fail(failure);
        }
    }

    /// Notes a panic, and ends.
    pub(super) fn panicked(&mut self) {
        if let Some(running) = &mut self.running {
            running.outcome.panicked();
        }
        self.end();
    }

    pub(super) fn end(&mut self) {
        if let Some(running) = self.running.take() {
            running.end();
        }
    }
}

impl Drop for StatementSpan {
    fn drop(&mut self) {
        self.end();
    }
}

impl Running {
    fn is_recording(&self) -> bool {
        self.context.as_ref().is_some_and(|context| context.span().is_recording())
    }

    fn wants_texts(&self) -> bool {
        self.is_recording() || self.exchange.is_some()
    }

    fn fail(&mut self, failure: Failure) {
        if let Some(message) = &failure.message {
            let (raw, statement) = (&mut self.raw, &self.statement);
            let cleaner = self.cleaner.get_or_insert_with(|| {
                let told = statement.text.as_ref().map_or("", |text| text.as_str());
                Arc::new(Cleaner::new(mem::replace(raw, Raw::Same), told))
            });
            let (exchange, context) = (self.exchange.as_ref(), self.context.as_ref());
            hide(exchange, context, |hidden| cleaner.hide(message, hidden));
        }
        self.outcome.fail(failure);
    }

    fn end(self: Box<Self>) {
        let Self { scope, context, statement, cleaner, place, started, mut outcome, .. } = *self;
        if let Some(instruments) = &scope.source.instruments {
            let mut attributes = Attributes::of_metric(&place, &statement);
            attributes.some(semconv::ERROR_TYPE, outcome.error_type().map(Into::into));
            let took = started.elapsed().as_secs_f64();
            instruments.db_client_duration.record(took, &attributes.finish());
        }
        let Some(context) = context else { return };
        if let Some(cleaner) = cleaner {
            outcome.clean_by(move |message| cleaner.clean(message));
        }
        outcome.end(context);
    }
}

fn span(
    scope: &Scope,
    parent: &Context,
    info: &DatabaseInfo,
    statement: &Statement,
    place: &Place,
) -> Option<Context> {
    let name = match &statement.summary {
        Some(summary) => Cow::Owned(summary.as_str().to_owned()),
        None => Cow::Owned(info.vendor().name().to_owned()),
    };
    let context = scope.source.tracer.start(SpanKind::Client, parent, || {
        let attributes = Attributes::of_span(place, statement).finish();
        SpanBuilder::from_name(name).with_attributes(attributes)
    });
    // Without a provider there is nothing that others should see. A span that is not sampled is
    // kept: what runs inside of it belongs to the same trace.
    let is_span = context.span().span_context().is_valid();
    is_span.then_some(context)
}

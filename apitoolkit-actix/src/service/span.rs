use std::{borrow::Cow, sync::OnceLock};

use opentelemetry::{
    Context, KeyValue,
    trace::{SpanBuilder, SpanKind, Status, TraceContextExt as _, Tracer as _},
};

use super::{AttributeValue, Failure, Site, tracer};
use crate::{redact::Redactor, semconv};

/// The span of a custom service. It ends when it is dropped, if not before.
///
/// In a trace that is not sampled it is nothing, and costs nothing.
#[derive(Debug)]
#[must_use = "the span ends at once"]
pub struct ServiceSpan {
    /// With the span as the current one. `None`: there is no span, or it has ended.
    context: Option<Context>,
}

/// What a service span says of itself.
struct Names<'n> {
    span: Cow<'static, str>,
    service: Cow<'static, str>,
    method: Cow<'static, str>,
    function: Option<Cow<'n, str>>,
}

impl ServiceSpan {
    pub(super) fn of_site(site: &Site, path: &'static str) -> Self {
        Self::start(|| {
            let service = site.service(path);
            Names {
                span: site
                    .name
                    .map_or_else(|| format!("{service}.{}", site.method).into(), Cow::Borrowed),
                service: match site.service {
                    Some(service) => Cow::Borrowed(service),
                    None => Cow::Borrowed(service),
                },
                method: Cow::Borrowed(site.method),
                function: Some(site.function(path).into()),
            }
        })
    }

    pub(super) fn of_names(
        service: Cow<'static, str>,
        method: Cow<'static, str>,
        function: Option<&'static str>,
    ) -> Self {
        Self::start(|| Names {
            span: format!("{service}.{method}").into(),
            service,
            method,
            function: function.map(Cow::Borrowed),
        })
    }

    /// Starts the span. The names are not asked for before it is known that they are needed.
    fn start<'n>(names: impl FnOnce() -> Names<'n>) -> Self {
        let is_left_out = Context::map_current(|parent| {
            let span = parent.span();
            let trace = span.span_context();
            parent.is_telemetry_suppressed() || (trace.is_valid() && !trace.is_sampled())
        });
        if is_left_out {
            return Self { context: None };
        }
        let parent = Context::current();
        let context = tracer::service_tracer(&parent, |tracer| {
            let Names { span, service, method, function } = names();
            let builder = SpanBuilder::from_name(span).with_kind(SpanKind::Internal);
            let context = parent.with_span(tracer.build_with_context(builder, &parent));
            let span = context.span();
            if span.is_recording() {
                if let Some(function) = function {
                    span.set_attribute(text(semconv::CODE_FUNCTION_NAME, function.into_owned()));
                }
                span.set_attribute(text(semconv::APITOOLKIT_SERVICE, service));
                span.set_attribute(text(semconv::APITOOLKIT_SERVICE_METHOD, method));
            }
            // Without a provider there is nothing that others should see. A span that is not sampled
            // is kept: what runs inside of it belongs to the same trace.
            span.span_context().is_valid().then(|| context.clone())
        });
        Self { context: context.flatten() }
    }

    /// Whether attributes and errors are recorded.
    #[must_use]
    pub fn is_recording(&self) -> bool {
        self.context.as_ref().is_some_and(|context| context.span().is_recording())
    }

    /// Sets an attribute.
    pub fn set(&mut self, name: &'static str, value: impl AttributeValue) {
        if let Some(context) = &self.context
            && let Some(value) = value.into_value()
        {
            context.span().set_attribute(KeyValue::new(name, value));
        }
    }

    pub(super) fn context(&self) -> Option<&Context> {
        self.context.as_ref()
    }

    /// Records an error: once, as an event, and as the span's status.
    pub(super) fn fail(&self, failure: Failure) {
        let Some(context) = &self.context else { return };
        let span = context.span();
        let Failure { error_type, message } = failure;
        let message = message.map(|message| scrubbed(&message));
        let mut event = vec![text(semconv::EXCEPTION_TYPE, error_type)];
        event.extend(message.clone().map(|message| text(semconv::EXCEPTION_MESSAGE, message)));
        span.add_event(semconv::EXCEPTION, event);
        span.set_attribute(text(semconv::ERROR_TYPE, error_type));
        span.set_status(Status::error(message.unwrap_or_default()));
    }

    /// Records that the work panicked.
    pub(super) fn panicked(&self) {
        if let Some(context) = &self.context {
            let span = context.span();
            span.set_attribute(text(semconv::ERROR_TYPE, "panic"));
            span.set_status(Status::error("panic"));
        }
    }

    /// Ends the span; from then on there is none.
    pub(super) fn end(&mut self) {
        if let Some(context) = self.context.take() {
            context.span().end();
        }
    }
}

impl Drop for ServiceSpan {
    fn drop(&mut self) {
        self.end();
    }
}

fn text(key: &'static str, value: impl Into<Cow<'static, str>>) -> KeyValue {
    KeyValue::new(key, value.into())
}

/// The text of an error, less what looks like a secret. Without rules, nothing of it leaves.
fn scrubbed(message: &str) -> String {
    static REDACTOR: OnceLock<Option<Redactor>> = OnceLock::new();
    match REDACTOR.get_or_init(|| Redactor::builder().build().ok()) {
        Some(redactor) => redactor.text(message).into_owned(),
        None => String::new(),
    }
}

use std::borrow::Cow;

use opentelemetry::{
    Context, KeyValue,
    trace::{Link, SpanBuilder, SpanKind, TraceContextExt as _},
};

use super::{Failure, Site};
use crate::{
    exchange::{AttributeValue, redact_attribute},
    semconv,
    telemetry::{Outcome, Scope, is_left_out, text, to_value, with_hiding},
};

/// The span of a custom service. It ends when it is dropped, if not before.
///
/// In a trace that is not sampled it is nothing, and costs nothing.
#[derive(Debug)]
#[must_use = "the span ends at once"]
pub struct ServiceSpan {
    /// With the span as the current one. `None`: there is no span, or it has ended.
    context: Option<Context>,
    outcome: Outcome,
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
        Self::child(|| {
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
        Self::child(|| Names::new(service, method, function))
    }

    /// Starts a trace of its own, with a link to the span that it was started in.
    pub(super) fn of_job(
        service: Cow<'static, str>,
        method: Cow<'static, str>,
        function: Option<&'static str>,
    ) -> Self {
        let current = Context::current();
        if current.is_telemetry_suppressed() {
            return Self::none();
        }
        let Some(scope) = Scope::of(&current) else { return Self::none() };
        let caller = current.span().span_context().clone();
        let scope = scope.into_owned();
        // Not of the exchange: what the job adds would come too late, or to the wrong place.
        let base = Context::new().with_value(scope.clone());
        let links = vec![Link::with_context(caller)];
        Self::start(&scope, &base, links, Names::new(service, method, function))
    }

    /// Starts a child of the current span. The names are not asked for before it is known that they
    /// are needed.
    fn child<'n>(names: impl FnOnce() -> Names<'n>) -> Self {
        if Context::map_current(is_left_out) {
            return Self::none();
        }
        let parent = Context::current();
        match Scope::of(&parent) {
            Some(scope) => Self::start(&scope, &parent, Vec::new(), names()),
            None => Self::none(),
        }
    }

    fn start(scope: &Scope, parent: &Context, links: Vec<Link>, names: Names<'_>) -> Self {
        let Names { span, service, method, function } = names;
        let context = scope
            .source
            .tracer
            .start(SpanKind::Internal, parent, || SpanBuilder::from_name(span).with_links(links));
        let span = context.span();
        if span.is_recording() {
            if let Some(function) = function {
                span.set_attribute(text(semconv::CODE_FUNCTION_NAME, function.into_owned()));
            }
            span.set_attribute(text(semconv::APITOOLKIT_SERVICE, service));
            span.set_attribute(text(semconv::APITOOLKIT_SERVICE_METHOD, method));
        }
        // Without a provider there is nothing that others should see. A span that is not sampled is
        // kept: what runs inside of it belongs to the same trace.
        let is_span = span.span_context().is_valid();
        Self { context: is_span.then(|| with_hiding(context.clone())), outcome: Outcome::default() }
    }

    fn none() -> Self {
        Self { context: None, outcome: Outcome::default() }
    }

    /// Whether attributes and errors are recorded.
    #[must_use]
    pub fn is_recording(&self) -> bool {
        self.context.as_ref().is_some_and(|context| context.span().is_recording())
    }

    /// Sets an attribute, less what is secret in it. Without rules, nothing of it leaves.
    pub fn set(&mut self, name: &'static str, value: impl AttributeValue) {
        if let Some(context) = &self.context
            && let Some(value) = value.into_value()
            && let Some(scope) = Scope::of(context)
        {
            let value = redact_attribute(name, value, &scope.config.redactor);
            context.span().set_attribute(KeyValue::new(name, to_value(value)));
        }
    }

    pub(super) fn context(&self) -> Option<&Context> {
        self.context.as_ref()
    }

    /// Notes an error: it is told once, and the span's status says that there was one.
    pub(super) fn fail(&mut self, failure: Failure) {
        self.outcome.fail(failure);
    }

    /// Notes that the work panicked, and ends the span.
    pub(super) fn panicked(&mut self) {
        self.outcome.panicked();
        self.end();
    }

    /// Ends the span; from then on there is none.
    pub(super) fn end(&mut self) {
        if let Some(context) = self.context.take() {
            std::mem::take(&mut self.outcome).end(context);
        }
    }
}

impl Drop for ServiceSpan {
    fn drop(&mut self) {
        self.end();
    }
}

impl<'n> Names<'n> {
    fn new(
        service: Cow<'static, str>,
        method: Cow<'static, str>,
        function: Option<&'static str>,
    ) -> Self {
        let span = format!("{service}.{method}").into();
        Self { span, service, method, function: function.map(Cow::Borrowed) }
    }
}

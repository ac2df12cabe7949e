use std::{borrow::Cow, time::SystemTime};

use opentelemetry::{
    Context, KeyValue,
    trace::{Link, SpanBuilder, SpanContext, SpanKind, TraceContextExt as _, Tracer as _},
};
use opentelemetry_sdk::trace::{IdGenerator as _, RandomIdGenerator};

use crate::{
    config::{Config, Convention, TrustInbound},
    exchange::{Exchange, Method},
    semconv,
    telemetry::{Keeper, Source},
};

/// Starts the span of an incoming exchange and returns the context that holds it, made of the
/// caller's or, if that is not trusted, of `base`.
///
/// Only the method is set at once, for samplers: a span's attributes can be added to and not
/// replaced, and the path cannot be redacted before it is routed.
pub(crate) fn start_exchange(
    source: &Source,
    config: &Config,
    base: &Context,
    inbound: Context,
    method: &Method,
    at: SystemTime,
) -> Context {
    let mut builder = builder(config, SpanKind::Server, method, at);
    let caller = inbound.span().span_context().clone();
    let parent = match config.trust_inbound {
        TrustInbound::Parent => inbound,
        TrustInbound::Link if caller.is_valid() => {
            builder.links = Some(vec![Link::with_context(caller)]);
            base.clone()
        }
        TrustInbound::Link | TrustInbound::Ignore => base.clone(),
    };
    let span = source.tracer.build_with_context(builder, &parent);
    parent.with_span(span)
}

/// The context of an exchange that is not to be recorded: nothing in it is, and callees are told
/// so.
pub(crate) fn unsampled(inbound: &Context) -> Context {
    let caller = inbound.span().span_context().clone();
    let ids = RandomIdGenerator::default();
    let trace = if caller.is_valid() { caller.trace_id() } else { ids.new_trace_id() };
    let flags = caller.trace_flags().with_sampled(false);
    let state = caller.trace_state().clone();
    inbound.with_remote_span_context(SpanContext::new(
        trace,
        ids.new_span_id(),
        flags,
        false,
        state,
    ))
}

/// Starts the span of an exchange that has ended, and that the sampler had left out: with the ids
/// that its callees know it by. `left_out` is the context it ran in.
pub(crate) fn start_kept(
    keeper: &Keeper,
    left_out: &Context,
    exchange: &Exchange,
    config: &Config,
) -> Context {
    let span = left_out.span();
    keeper.start(span.span_context(), |tracer| {
        let builder = builder(config, SpanKind::Server, &exchange.request.method, exchange.started);
        let root = Context::new();
        root.with_span(tracer.build_with_context(builder, &root))
    })
}

/// Starts the span of an outgoing exchange as a child of `parent`, and returns the context that
/// holds it.
pub(crate) fn start_call(
    source: &Source,
    config: &Config,
    parent: &Context,
    method: &Method,
    at: SystemTime,
) -> Context {
    let builder = builder(config, SpanKind::Client, method, at);
    parent.with_span(source.tracer.build_with_context(builder, parent))
}

fn builder(config: &Config, kind: SpanKind, method: &Method, at: SystemTime) -> SpanBuilder {
    let name = match config.convention {
        Convention::ApiToolkit => config.span_name.clone(),
        Convention::OpenTelemetry => Cow::Borrowed(method.span_name()),
    };
    SpanBuilder::from_name(name)
        .with_kind(kind)
        .with_start_time(at)
        .with_attributes([KeyValue::new(semconv::HTTP_REQUEST_METHOD, method.name())])
}

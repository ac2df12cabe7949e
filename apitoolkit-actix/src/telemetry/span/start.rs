use std::{borrow::Cow, cell::LazyCell, time::SystemTime};

use opentelemetry::{
    Context, KeyValue,
    trace::{Link, SpanBuilder, SpanKind, TraceContextExt as _},
};
use opentelemetry_sdk::trace::{IdGenerator as _, RandomIdGenerator};

use crate::{
    config::{Config, Convention, TrustInbound},
    exchange::{Exchange, Method},
    semconv,
    telemetry::{Keeper, Source, tracer::left_out},
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
    inbound: &Context,
    method: &Method,
    at: &LazyCell<SystemTime>,
) -> Context {
    let parent = match config.trust_inbound {
        TrustInbound::Parent => inbound,
        TrustInbound::Link | TrustInbound::Ignore => base,
    };
    source.tracer.start(SpanKind::Server, parent, || {
        let mut builder = builder(config, method, **at);
        if config.trust_inbound == TrustInbound::Link && inbound.has_active_span() {
            let caller = inbound.span().span_context().clone();
            builder.links = Some(vec![Link::with_context(caller)]);
        }
        builder
    })
}

/// The context of an exchange that is not to be recorded: nothing in it is, and callees are told
/// so.
pub(crate) fn unsampled(inbound: &Context) -> Context {
    let caller = inbound.span();
    let caller = caller.span_context();
    let trace_id = match caller.is_valid() {
        true => caller.trace_id(),
        false => RandomIdGenerator::default().new_trace_id(),
    };
    left_out(inbound, trace_id, caller.trace_flags().with_sampled(false))
}

/// Starts the span of an exchange that has ended, and that the sampler had left out: with the ids
/// that its callees know it by. `left_out` is the context it ran in.
pub(crate) fn start_kept(
    keeper: &Keeper,
    left_out: &Context,
    exchange: &Exchange,
    config: &Config,
) -> Context {
    let builder = builder(config, &exchange.request.method, exchange.started);
    keeper.start(left_out.span().span_context(), builder.with_kind(SpanKind::Server))
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
    source.tracer.start(SpanKind::Client, parent, || builder(config, method, at))
}

fn builder(config: &Config, method: &Method, at: SystemTime) -> SpanBuilder {
    let name = match config.convention {
        Convention::ApiToolkit => config.span_name.clone(),
        Convention::OpenTelemetry => Cow::Borrowed(method.span_name()),
    };
    SpanBuilder::from_name(name)
        .with_start_time(at)
        .with_attributes([KeyValue::new(semconv::HTTP_REQUEST_METHOD, method.name())])
}

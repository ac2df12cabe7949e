use std::{borrow::Cow, time::SystemTime};

use opentelemetry::{Context, trace::TraceContextExt as _};
use opentelemetry_sdk::trace::{IdGenerator as _, RandomIdGenerator};

use crate::{
    config::{Config, Convention, TrustInbound},
    exchange::{Exchange, Method},
    telemetry::{
        Current, Keeper, Source,
        current::Notebook,
        own_span::{Beginning, OwnSpan, left_out},
    },
};

/// Starts the span of an incoming exchange and returns the context that holds it, made of the
/// caller's or, if that is not trusted, of `base`; and the exchange, if its span is ours and
/// sampled.
///
/// Only the method is set at once, for samplers: a span's attributes can be added to and not
/// replaced, and the path cannot be redacted before it is routed.
pub(crate) fn start_exchange(
    source: &Source,
    config: &Config,
    base: &Context,
    inbound: &Context,
    method: &Method,
    at: impl FnOnce() -> SystemTime,
    notebook: impl FnOnce() -> Notebook,
) -> (Context, Option<Current>) {
    let parent = match config.trust_inbound {
        TrustInbound::Parent => inbound,
        TrustInbound::Link | TrustInbound::Ignore => base,
    };
    let begin = || {
        let linked = config.trust_inbound == TrustInbound::Link && inbound.has_active_span();
        let caller = linked.then(|| inbound.span().span_context().clone());
        Beginning { caller, ..beginning(config, method, at()) }
    };
    source.tracer.start_incoming(parent, begin, notebook)
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
) -> OwnSpan {
    let beginning = beginning(config, &exchange.request.method, exchange.started);
    keeper.start(left_out.span().span_context(), beginning)
}

/// Starts the span of an outgoing exchange as a child of `parent`, and returns the context that
/// holds it; and the span, if it is ours and sampled.
pub(crate) fn start_call(
    source: &Source,
    config: &Config,
    parent: &Context,
    method: &Method,
    at: SystemTime,
) -> (Context, Option<OwnSpan>) {
    source.tracer.start_outgoing(parent, || beginning(config, method, at))
}

fn beginning(config: &Config, method: &Method, started: SystemTime) -> Beginning {
    let name = match config.convention {
        Convention::ApiToolkit => config.span_name.clone(),
        Convention::OpenTelemetry => Cow::Borrowed(method.span_name()),
    };
    Beginning { name, method: method.name(), started, caller: None }
}

//! What a call is made in, and what it is recorded with.

use std::{borrow::Cow, sync::Arc};

use actix_web::HttpMessage;
use opentelemetry::{Context, trace::TraceContextExt as _};

use crate::telemetry::{Current, RequestContext, Scope, Source, default_config};

/// The context of an incoming request, if there is a toolkit around its handler.
pub(super) fn of_request(request: &impl HttpMessage) -> Option<Context> {
    request.extensions().get::<RequestContext>().map(|request| request.context.clone())
}

/// What a call is made in: the current context, unless that is not of the request that triggers it.
pub(super) fn parent(request: Option<&Context>) -> Context {
    let current = Context::current();
    match request {
        Some(request) if !is_inside(&current, request) => request.clone(),
        _ => current,
    }
}

/// Whether a context belongs to the exchange of a request.
fn is_inside(context: &Context, request: &Context) -> bool {
    let exchange = |context: &Context| Current::of(context).map(|exchange| exchange.id);
    match (exchange(context), exchange(request)) {
        (Some(one), Some(other)) => one == other,
        // Neither is recorded: then only the trace matters.
        (None, None) => {
            let trace = |context: &Context| context.span().span_context().trace_id();
            trace(context) == trace(request)
        }
        _ => false,
    }
}

/// What a call is recorded with: what the exchange is that it is made in, outside of any what the
/// client was given, else what the process has.
pub(super) fn scope<'p>(
    parent: &'p Context,
    given: Option<&Arc<Source>>,
) -> Option<Cow<'p, Scope>> {
    match (parent.get::<Scope>(), given) {
        (None, Some(source)) => {
            Some(Cow::Owned(Scope { source: Arc::clone(source), config: default_config()? }))
        }
        _ => Scope::of(parent),
    }
}

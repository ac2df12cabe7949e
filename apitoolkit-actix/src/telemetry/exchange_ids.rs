use opentelemetry::Context;
use uuid::Uuid;

use super::{Current, Scope};
use crate::{config::Convention, semconv};

/// What the exchange of a context is known by, under the keys that its span has: its own id, and the
/// caller's of the request. Nothing in an exchange that is not recorded.
pub(crate) fn exchange_ids(context: &Context) -> Vec<(&'static str, String)> {
    let Some((Scope { config, .. }, exchange)) = context.get::<Scope>().zip(Current::of(context))
    else {
        return Vec::new();
    };
    if config.convention != Convention::ApiToolkit {
        return Vec::new();
    }
    let own = (semconv::APITOOLKIT_MSG_ID, Uuid::from_u128(exchange.id).to_string());
    let given = exchange.request_id.as_deref().map(|id| {
        // It is the caller's, and no record of the exchange has it otherwise.
        (semconv::APITOOLKIT_REQUEST_ID, config.redactor.text(id).into_owned())
    });
    std::iter::once(own).chain(given).collect()
}

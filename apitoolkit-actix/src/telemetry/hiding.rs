//! What databases quoted in their errors, for whoever else tells of the same errors.

use std::sync::{Arc, Mutex, PoisonError};

use opentelemetry::Context;

use super::Current;
use crate::exchange::Hidden;

/// What is hidden in an exchange; outside of any, in the outermost span. Nothing, until a statement
/// fails.
#[derive(Debug, Default)]
pub(crate) struct Hiding(Mutex<Option<Arc<Hidden>>>);

impl Hiding {
    /// What is hidden by now.
    pub(super) fn hidden(&self) -> Option<Arc<Hidden>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn hide(&self, hide: impl FnOnce(&mut Hidden)) {
        let mut hidden = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        hide(Arc::make_mut(hidden.get_or_insert_default()));
    }
}

/// Hides more of what errors say, in an exchange, else around the span of `context`.
pub(crate) fn hide(
    exchange: Option<&Current>,
    context: Option<&Context>,
    hide: impl FnOnce(&mut Hidden),
) {
    let outside = || context.and_then(|context| context.get::<Arc<Hiding>>());
    let hiding = exchange.map(|exchange| &exchange.hiding);
    if let Some(hiding) = hiding.or_else(|| outside().map(|hiding| &**hiding)) {
        hiding.hide(hide);
    }
}

/// What is hidden in a context.
pub(crate) fn hidden_in(context: &Context) -> Option<Arc<Hidden>> {
    match Current::of(context) {
        Some(exchange) => exchange.hiding.hidden(),
        None => context.get::<Arc<Hiding>>()?.hidden(),
    }
}

/// A context that can hide: inside of an exchange, or of another such context, as it is.
pub(crate) fn with_hiding(context: Context) -> Context {
    match context.get::<Arc<Hiding>>().is_some() || Current::of(&context).is_some() {
        true => context,
        false => context.with_value(Arc::new(Hiding::default())),
    }
}

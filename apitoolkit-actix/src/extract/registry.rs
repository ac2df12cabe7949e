//! The annotated handlers of the program, known before any of them runs.

use std::sync::Arc;

use super::{
    ExtractorRules, HandlerRules,
    announce::{Announcement, collected, compiled},
};

/// An annotated handler, as its expansion registers it.
#[derive(Debug)]
pub struct Handler {
    rules: fn() -> Arc<HandlerRules>,
    by_name: fn() -> HandlerRules,
}

impl Handler {
    /// The handler whose announcement is `A`.
    pub const fn announcing<A: Announcement>() -> Self {
        Self { rules: compiled::<A>, by_name: || collected::<A>(ExtractorRules::by_name()) }
    }
}

inventory::collect!(Handler);

/// The rules of every registered handler together, which are then put together for its requests.
pub(crate) fn all_handlers() -> HandlerRules {
    let mut all = HandlerRules::default();
    for handler in inventory::iter::<Handler> {
        all.merge(&(handler.rules)());
    }
    all
}

/// [`all_handlers`] without the rules for objects that are sent as lists of their fields' values:
/// what is left selects by name.
pub(crate) fn all_handlers_by_name() -> HandlerRules {
    let mut all = HandlerRules::default();
    for handler in inventory::iter::<Handler> {
        all.merge(&(handler.by_name)());
    }
    all
}

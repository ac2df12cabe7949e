//! The annotated handlers of the program, known before any of them runs.

use std::sync::Arc;

use super::{
    HandlerRules,
    announce::{Announcement, compiled},
};

/// An annotated handler, as its expansion registers it.
#[derive(Debug)]
pub struct Handler(fn() -> Arc<HandlerRules>);

impl Handler {
    /// The handler whose announcement is `A`.
    pub const fn announcing<A: Announcement>() -> Self {
        Self(compiled::<A>)
    }
}

inventory::collect!(Handler);

/// The rules of every registered handler together.
pub(crate) fn all_handlers() -> HandlerRules {
    let mut all = HandlerRules::default();
    for Handler(rules) in inventory::iter::<Handler> {
        all.merge(&rules());
    }
    all
}

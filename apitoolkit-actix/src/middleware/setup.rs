use std::{cell::RefCell, sync::Arc};

use opentelemetry::Context;

use super::{
    hooks::Hooks, ignore::Ignore, own::OwnPages, recorder::Blank, routes::Routes, rules::Rules,
};
use crate::{
    config::Config,
    telemetry::{Scope, Source},
};

/// What the middleware of one worker observes with.
pub(super) struct Setup {
    pub(super) config: Arc<Config>,
    pub(super) rules: Arc<Rules>,
    pub(super) hooks: Arc<Hooks>,
    pub(super) ignore: Ignore,
    pub(super) own: OwnPages,
    pub(super) source: Arc<Source>,
    /// Holds the scope of what happens inside an exchange; every exchange's context begins here, and
    /// shares it.
    pub(super) base: Context,
    /// The app's routes, for exchanges whose request never comes back.
    pub(super) routes: Routes,
    /// Memory for records.
    pub(super) blanks: RefCell<Vec<Blank>>,
}

impl Setup {
    pub(super) fn new(
        config: Arc<Config>,
        rules: Arc<Rules>,
        hooks: Arc<Hooks>,
        ignore: Ignore,
        own: OwnPages,
        source: Arc<Source>,
    ) -> Self {
        let base = Context::new()
            .with_value(Scope { source: Arc::clone(&source), config: Arc::clone(&config) });
        let (routes, blanks) = (Routes::default(), RefCell::default());
        Self { config, rules, hooks, ignore, own, source, base, routes, blanks }
    }
}

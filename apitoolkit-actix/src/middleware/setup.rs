use std::sync::Arc;

use opentelemetry::Context;

use super::{hooks::Hooks, ignore::Ignore, own::OwnPages, routes::Routes, rules::Rules};
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
    /// Holds the scope of what happens inside an exchange; every exchange's context begins here.
    pub(super) base: Context,
    /// The app's routes, for exchanges whose request never comes back.
    pub(super) routes: Routes,
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
        let base = Context::new().with_value(Scope {
            source: Arc::clone(&source),
            config: Arc::clone(&config),
            exchange: None,
        });
        Self { config, rules, hooks, ignore, own, source, base, routes: Routes::default() }
    }
}

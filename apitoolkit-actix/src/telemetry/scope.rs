use std::{
    borrow::Cow,
    sync::{Arc, OnceLock, PoisonError, RwLock},
};

use opentelemetry::Context;

use super::Source;
use crate::{
    config::{Config, Options},
    exchange::RequestId,
};

/// What everything inside an exchange records with.
///
/// The context of an exchange holds it, whether the exchange is recorded or not: all of a worker's
/// exchanges share one. Outside of any, the process has one. Which exchange it is,
/// [`Current::of`](super::Current::of) tells.
#[derive(Debug, Clone)]
pub(crate) struct Scope {
    pub(crate) source: Arc<Source>,
    pub(crate) config: Arc<Config>,
}

/// What is kept with a request for whoever has only that at hand.
#[derive(Debug, Clone)]
pub(crate) struct RequestContext {
    /// That of the request's exchange.
    pub(crate) context: Context,
    pub(crate) id: RequestId,
}

/// The configuration of the toolkit that was built last.
static CONFIG: RwLock<Option<Arc<Config>>> = RwLock::new(None);

impl Scope {
    /// That of a context, else the process's own: the installed telemetry (or the global
    /// OpenTelemetry providers) and the configuration of the toolkit that was built last.
    ///
    /// Absent only when the system gives no thread for a worker.
    pub(crate) fn of(context: &Context) -> Option<Cow<'_, Self>> {
        match context.get::<Self>() {
            Some(scope) => Some(Cow::Borrowed(scope)),
            None => Self::of_process().map(Cow::Owned),
        }
    }

    fn of_process() -> Option<Self> {
        Some(Self { source: Source::installed()?, config: default_config()? })
    }
}

/// Makes `config` that of whatever happens outside of any exchange.
pub(crate) fn set_default_config(config: &Arc<Config>) {
    *CONFIG.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(config));
}

/// The configuration of whatever happens outside of any exchange. Before any toolkit is built: that
/// of one with every default.
pub(crate) fn default_config() -> Option<Arc<Config>> {
    static DEFAULTS: OnceLock<Option<Arc<Config>>> = OnceLock::new();
    let built = CONFIG.read().unwrap_or_else(PoisonError::into_inner).clone();
    built.or_else(|| {
        DEFAULTS.get_or_init(|| Options::default().compile().ok().map(Arc::new)).clone()
    })
}

/// The id of a new exchange: a random UUID (version 4).
pub(crate) fn random_id() -> u128 {
    uuid::Builder::from_random_bytes(fastrand::u128(..).to_ne_bytes()).into_uuid().as_u128()
}

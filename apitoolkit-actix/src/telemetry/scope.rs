use std::{
    any::Any,
    borrow::Cow,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock},
};

use opentelemetry::Context;

use super::{Hiding, Source};
use crate::{
    config::{Config, Options},
    exchange::{Notes, RequestId, Undecided},
};

/// What everything inside an exchange records with.
///
/// The context of an exchange holds it, whether the exchange is recorded or not. Outside of any,
/// the process has one.
#[derive(Debug, Clone)]
pub(crate) struct Scope {
    pub(crate) source: Arc<Source>,
    pub(crate) config: Arc<Config>,
    /// Absent outside of an exchange, and in one that is not recorded.
    pub(crate) exchange: Option<Arc<Current>>,
}

/// What is kept with a request for whoever has only that at hand.
#[derive(Debug, Clone)]
pub(crate) struct RequestContext {
    /// That of the request's exchange.
    pub(crate) context: Context,
    pub(crate) id: RequestId,
    /// Absent if the exchange is not recorded.
    pub(crate) exchange: Option<Arc<Current>>,
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
        Some(Self { source: Source::installed()?, config: default_config()?, exchange: None })
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

/// What the app has added to an exchange.
#[derive(Debug, Default)]
struct Noted {
    /// Made for the first of it: most exchanges have none.
    notes: Option<Box<Notes>>,
    is_answered: bool,
    is_closed: bool,
}

/// A recorded exchange while it runs, for what the app adds to it.
#[derive(Debug)]
pub(crate) struct Current {
    /// `apitoolkit.msg_id`.
    pub(crate) id: u128,
    /// The caller's id of the request, if it sent one that is taken.
    pub(crate) request_id: Option<Box<str>>,
    noted: Mutex<Noted>,
    /// Stays: spans inside of an exchange may end after it.
    pub(super) hiding: Hiding,
    /// What the handler says of it, as whoever announces it has it.
    announced: OnceLock<Box<dyn Any + Send + Sync>>,
}

impl Current {
    pub(crate) fn new(id: u128) -> Self {
        Self {
            id,
            request_id: None,
            noted: Mutex::default(),
            hiding: Hiding::default(),
            announced: OnceLock::new(),
        }
    }

    /// Notes what the handler says, once.
    pub(crate) fn announce<T: Send + Sync + 'static>(&self, say: impl FnOnce() -> T) {
        self.announced.get_or_init(|| Box::new(say()));
    }

    /// What the handler said, if it did.
    pub(crate) fn announced<T: 'static>(&self) -> Option<&T> {
        self.announced.get()?.downcast_ref()
    }

    /// Adds to the exchange; false if it has ended.
    pub(crate) fn note(&self, add: impl FnOnce(&mut Notes)) -> bool {
        let mut noted = self.noted();
        let Noted { notes, is_answered, is_closed } = &mut *noted;
        if !*is_closed {
            add(notes.get_or_insert_with(|| Box::new(Notes::new(*is_answered))));
        }
        !*is_closed
    }

    /// The app has answered. Returns who is to tell of what.
    pub(crate) fn answer(&self) -> Vec<Undecided> {
        let mut noted = self.noted();
        noted.is_answered = true;
        noted.notes.as_mut().map(|notes| notes.answer()).unwrap_or_default()
    }

    /// Ends the time of adding, and returns what was added, if anything was.
    pub(crate) fn close(&self) -> Option<Box<Notes>> {
        let mut noted = self.noted();
        noted.is_closed = true;
        let mut notes = noted.notes.take()?;
        drop(noted);
        notes.hidden = self.hiding.hidden();
        Some(notes)
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! A recorded exchange while it runs, and how what happens inside of it finds it.

use std::{
    any::Any,
    cell::RefCell,
    ops::Deref,
    ptr,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use opentelemetry::{
    Context,
    trace::{TraceContextExt as _, TraceId},
};

use super::{
    Hiding,
    own_span::{self, OwnSpan, Recording},
};
use crate::exchange::{Notes, RequestId, Undecided};

/// A recorded exchange while it runs, for what the app adds to it. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Current(Of);

#[derive(Debug, Clone)]
enum Of {
    Ours(Arc<Live>),
    /// Its span is not ours, or it has none yet.
    Other(Arc<Notebook>),
}

/// An exchange whose span is ours: one allocation for both.
#[derive(Debug)]
pub(crate) struct Live {
    pub(super) recording: Recording,
    pub(super) notebook: Notebook,
}

/// What the app adds to an exchange.
#[derive(Debug)]
pub(crate) struct Notebook {
    /// `apitoolkit.msg_id`.
    pub(crate) id: u128,
    /// The caller's id of the request, if it sent one that is taken.
    pub(crate) request_id: Option<Box<str>>,
    /// Made for the first of it: most exchanges have none.
    notes: Mutex<Option<Box<Notes>>>,
    /// Said before it is looked whether the app has answered, or whether the time of adding is over;
    /// those are said before it is looked whether there are notes. So of two threads one sees what
    /// the other says, and most exchanges do without the lock.
    has_notes: AtomicBool,
    is_answered: AtomicBool,
    is_closed: AtomicBool,
    /// Stays: spans inside of an exchange may end after it.
    pub(super) hiding: Hiding,
    /// What the handler says of it, as whoever announces it has it.
    announced: OnceLock<Box<dyn Any + Send + Sync>>,
}

thread_local! {
    /// The exchange whose code this thread runs, or ran last: whoever looks compares the trace.
    static RUNNING: RefCell<Option<Current>> = const { RefCell::new(None) };
}

impl Current {
    /// One whose span is not ours. A context has to be [given](Self::given_to) it.
    pub(crate) fn without_own_span(notebook: Notebook) -> Self {
        Self(Of::Other(Arc::new(notebook)))
    }

    pub(super) fn with_own_span(live: Arc<Live>) -> Self {
        Self(Of::Ours(live))
    }

    /// A context that is inside of this exchange, whatever its span is.
    pub(crate) fn given_to(&self, context: &Context) -> Context {
        context.with_value(self.clone())
    }

    /// The exchange that a context is inside of.
    ///
    /// Where its span is ours, the context holds nothing else that leads to it: to make a context
    /// that does costs as much as all else about contexts. The spans inside of it that are ours know
    /// it too. One that is not can only be of the exchange that is running on this thread, if it is
    /// in its trace.
    pub(crate) fn of(context: &Context) -> Option<Self> {
        if let Some(given) = context.get::<Self>() {
            return Some(given.clone());
        }
        if let Some(said) = own_span::exchange_of(context) {
            return said;
        }
        let span = context.span();
        let trace = span.span_context();
        let running = trace.is_valid().then(running).flatten()?;
        (running.trace_id() == Some(trace.trace_id())).then_some(running)
    }

    /// Says that this thread runs code of the exchange.
    pub(crate) fn runs_here(&self) {
        // A thread that ends runs nothing.
        let _ = RUNNING.try_with(|running| {
            let is_known = running.borrow().as_ref().is_some_and(|running| running.is(self));
            if !is_known {
                running.replace(Some(self.clone()));
            }
        });
    }

    fn is(&self, other: &Self) -> bool {
        ptr::eq(&raw const **self, &raw const **other)
    }

    /// Its span, if that is ours.
    pub(crate) fn into_own_span(self) -> Option<OwnSpan> {
        match self.0 {
            Of::Ours(live) => Some(OwnSpan::Exchange(live)),
            Of::Other(_) => None,
        }
    }

    fn trace_id(&self) -> Option<TraceId> {
        match &self.0 {
            Of::Ours(live) => Some(live.recording.context().trace_id()),
            Of::Other(_) => None,
        }
    }
}

/// The exchange whose code this thread runs, or ran last.
fn running() -> Option<Current> {
    RUNNING.try_with(|running| running.borrow().clone()).ok().flatten()
}

impl Deref for Current {
    type Target = Notebook;

    fn deref(&self) -> &Notebook {
        match &self.0 {
            Of::Ours(live) => &live.notebook,
            Of::Other(notebook) => notebook,
        }
    }
}

impl Notebook {
    #[inline]
    pub(crate) fn new(id: u128, request_id: &RequestId) -> Self {
        Self {
            id,
            request_id: request_id.as_given().map(Box::from),
            notes: Mutex::default(),
            has_notes: AtomicBool::default(),
            is_answered: AtomicBool::default(),
            is_closed: AtomicBool::default(),
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
        let mut notes = self.notes();
        self.has_notes.store(true, Ordering::SeqCst);
        let is_open = !self.is_closed.load(Ordering::SeqCst);
        if is_open {
            let is_answered = || self.is_answered.load(Ordering::SeqCst);
            add(notes.get_or_insert_with(|| Box::new(Notes::new(is_answered()))));
        }
        is_open
    }

    /// The app has answered. Returns who is to tell of what.
    #[inline]
    pub(crate) fn answer(&self) -> Vec<Undecided> {
        self.is_answered.store(true, Ordering::SeqCst);
        if !self.has_notes.load(Ordering::SeqCst) {
            return Vec::new();
        }
        self.notes().as_mut().map(|notes| notes.answer()).unwrap_or_default()
    }

    /// Ends the time of adding, and returns what was added, if anything was.
    #[inline]
    pub(crate) fn close(&self) -> Option<Box<Notes>> {
        self.is_closed.store(true, Ordering::SeqCst);
        if !self.has_notes.load(Ordering::SeqCst) {
            return None;
        }
        let mut notes = self.notes().take()?;
        notes.hidden = self.hiding.hidden();
        Some(notes)
    }

    fn notes(&self) -> MutexGuard<'_, Option<Box<Notes>>> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;

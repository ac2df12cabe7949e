//! A `tracing` subscriber that keeps what the library says, and who says it.

use std::{
    fmt::{self, Write as _},
    sync::{
        Mutex, MutexGuard, Once, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
    subscriber::Interest,
};

/// One event, or the start of a span.
#[derive(Debug, Clone)]
pub struct Line {
    /// How much it matters.
    pub level: Level,
    /// The module that says it, or whom it names.
    pub target: String,
    /// The name of the thread; empty without one.
    pub thread: String,
    /// The message and all fields.
    pub text: String,
    /// Whether it is the start of a span.
    pub is_span: bool,
}

static LINES: Mutex<Vec<Line>> = Mutex::new(Vec::new());

/// Starts to keep lines, for as long as the process lives; called before telemetry is built.
pub fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Where a process listens by itself, it is left to.
        let _ = tracing::subscriber::set_global_default(Keep(AtomicU64::new(1)));
    });
}

/// Every line so far that `which` describes.
#[must_use]
pub fn lines(which: impl Fn(&Line) -> bool) -> Vec<Line> {
    kept().iter().filter(|line| which(line)).cloned().collect()
}

/// A moment: ports are given again, so a test must not hear what was said of another's.
#[derive(Debug, Clone, Copy)]
pub struct Mark(usize);

/// Now; lines before it are another test's.
#[must_use]
pub fn mark() -> Mark {
    listen();
    Mark(kept().len())
}

impl Mark {
    /// The texts of a level since then that name `about`, an endpoint for example.
    #[must_use]
    pub fn said(self, level: Level, about: &str) -> Vec<String> {
        let lines = kept().get(self.0..).unwrap_or_default().to_vec();
        let said = lines.into_iter().filter(|l| l.level == level && l.text.contains(about));
        said.map(|line| line.text).collect()
    }

    /// Every line since then that names `about`.
    #[must_use]
    pub fn lines(self, about: &str) -> Vec<Line> {
        let lines = kept().get(self.0..).unwrap_or_default().to_vec();
        lines.into_iter().filter(|line| line.text.contains(about)).collect()
    }
}

fn kept() -> MutexGuard<'static, Vec<Line>> {
    LINES.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Keep(AtomicU64);

impl Keep {
    fn keep(metadata: &Metadata<'_>, is_span: bool, record: impl FnOnce(&mut Text)) {
        let mut text = Text(String::new());
        record(&mut text);
        kept().push(Line {
            level: *metadata.level(),
            target: metadata.target().to_owned(),
            thread: thread::current().name().unwrap_or_default().to_owned(),
            text: text.0,
            is_span,
        });
    }
}

impl Subscriber for Keep {
    /// It depends on the thread, so nothing about a call site is decided for ever.
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    /// The library's own lines, and whatever anybody says on one of its threads. The receiver under
    /// test runs in this process too and would fill the memory.
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let thread = thread::current();
        metadata.target().starts_with("apitoolkit")
            || thread.name().is_some_and(|name| name.starts_with("apitoolkit"))
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        Self::keep(span.metadata(), true, |text| span.record(text));
        Id::from_u64(self.0.fetch_add(1, Ordering::Relaxed))
    }

    fn event(&self, event: &Event<'_>) {
        Self::keep(event.metadata(), false, |text| event.record(text));
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = match field.name() {
            "message" => write!(self.0, "{value:?} "),
            name => write!(self.0, "{name}={value:?} "),
        };
    }
}

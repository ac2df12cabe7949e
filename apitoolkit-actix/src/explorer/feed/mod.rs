//! The way of spans and log records into the store.
//!
//! Whoever ends a span pays for a copy of it and no more: the copies wait in a bounded queue for
//! one thread, which fills the store and writes the file.

mod filler;
#[cfg(test)]
mod tests;

use std::{
    any::Any,
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use opentelemetry::InstrumentationScope;
use opentelemetry_sdk::{logs::SdkLogRecord, trace::SpanData};

use self::filler::Filler;
use super::{
    record::{Line, size_of_span},
    store::{File, Store},
};
use crate::telemetry::{Watch, Watcher};

/// How many spans and log records may wait, and how many bytes of them.
const MAX_ITEMS: usize = 4_096;
const MAX_BYTES: usize = 8 << 20;
/// How long a shutdown waits for what is not in the file yet, at most.
const MAX_SETTLE: Duration = Duration::from_secs(1);

/// Sees what leaves, and has it put into the store.
#[derive(Debug)]
pub(super) struct Feed {
    items: mpsc::SyncSender<Item>,
    waiting: Arc<AtomicUsize>,
    missed: AtomicU64,
    store: Arc<Store>,
}

#[derive(Debug)]
enum Item {
    Span(Box<SpanData>),
    /// An exchange's span, as OTLP has it.
    Exchange(Box<[u8]>),
    Line(Line),
    Import(Vec<SpanData>),
    /// Somebody waits until everything before it is in the store, and in the file.
    Settled(mpsc::Sender<()>),
}

impl Feed {
    /// The feed of some telemetry: the first call starts it, and later ones find it, so that there
    /// is one store however often the app mounts the explorer.
    ///
    /// # Errors
    /// If the system gives no thread; nothing is started then, and nothing is shown.
    pub(super) fn of(
        watch: &Watch,
        store: impl FnOnce() -> (Arc<Store>, Option<File>),
    ) -> io::Result<Arc<Self>> {
        let mut failed = None;
        let watcher = watch.get_or_set(|| {
            let (store, file) = store();
            let (feed, error) = Self::start(store, file);
            failed = error;
            feed
        });
        match (failed, (watcher as Arc<dyn Any + Send + Sync>).downcast()) {
            (None, Ok(feed)) => Ok(feed),
            (Some(error), _) => Err(error),
            (None, Err(_)) => Err(io::Error::other("somebody else looks on")),
        }
    }

    /// With why there is no thread, if there is none.
    fn start(store: Arc<Store>, file: Option<File>) -> (Arc<Self>, Option<io::Error>) {
        let (items, queue) = mpsc::sync_channel(MAX_ITEMS);
        let waiting = Arc::new(AtomicUsize::new(0));
        let filler = Filler {
            queue,
            waiting: Arc::clone(&waiting),
            store: Arc::clone(&store),
            file,
            records: Vec::new(),
            lines: Vec::new(),
        };
        let thread = thread::Builder::new().name("apitoolkit-explorer".into());
        let error = thread.spawn(move || filler.run()).err();
        (Arc::new(Self { items, waiting, missed: AtomicU64::new(0), store }), error)
    }

    pub(super) fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// How many spans and log records found no room while they waited, and are not shown.
    pub(super) fn missed(&self) -> u64 {
        self.missed.load(Ordering::Relaxed)
    }

    /// Has spans of a file put into the store; false if there is no room just now.
    pub(super) fn import(&self, spans: Vec<SpanData>) -> bool {
        self.items.try_send(Item::Import(spans)).is_ok()
    }

    fn offer(&self, bytes: usize, item: impl FnOnce() -> Item) {
        let before = self.waiting.fetch_add(bytes, Ordering::AcqRel);
        // One that is larger than all there is room for goes when nothing else waits.
        let fits = before == 0 || before + bytes <= MAX_BYTES;
        if !fits || self.items.try_send(item()).is_err() {
            self.waiting.fetch_sub(bytes, Ordering::AcqRel);
            self.missed.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Watcher for Feed {
    fn span(&self, span: &SpanData) {
        self.offer(size_of_span(span), || Item::Span(Box::new(span.clone())));
    }

    fn exchange(&self, span: &[u8]) {
        self.offer(span.len(), || Item::Exchange(span.into()));
    }

    fn log(&self, record: &SdkLogRecord, scope: &InstrumentationScope) {
        let line = Line::of(record, scope.name());
        self.offer(line.size(), || Item::Line(line));
    }

    fn settle(&self, until: Instant) {
        let until = until.min(Instant::now() + MAX_SETTLE);
        let (done, settled) = mpsc::channel();
        let mut item = Item::Settled(done);
        while let Err(mpsc::TrySendError::Full(back)) = self.items.try_send(item) {
            if Instant::now() >= until {
                return;
            }
            thread::sleep(Duration::from_millis(1));
            item = back;
        }
        // It ends without an answer where there is no thread.
        let _ = settled.recv_timeout(until.saturating_duration_since(Instant::now()));
    }
}

//! The way of spans and log records into the store.
//!
//! Whoever ends a span pays for a copy of it and no more: the copies wait in a bounded queue for
//! one thread, which fills the store and writes the file.

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
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_sdk::{logs::SdkLogRecord, trace::SpanData};
use prost::Message as _;

use super::{
    record::{Line, Record, size_of_span, span_of},
    store::{File, Store},
};
use crate::telemetry::{self, Watch, Watcher};

/// How many spans and log records may wait, and how many bytes of them.
const MAX_ITEMS: usize = 4_096;
const MAX_BYTES: usize = 8 << 20;
/// How many are written to the file at once.
const BATCH: usize = 512;
/// How long they wait for that at most; how often what is too old is looked for.
const TICK: Duration = Duration::from_secs(1);
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

/// The thread's end of the queue.
struct Filler {
    queue: mpsc::Receiver<Item>,
    waiting: Arc<AtomicUsize>,
    store: Arc<Store>,
    file: Option<File>,
    /// What is not in the file yet.
    records: Vec<Arc<Record>>,
    lines: Vec<Line>,
}

impl Filler {
    /// Runs until the telemetry and everyone who shows it are gone.
    fn run(mut self) {
        if let Some(file) = &mut self.file {
            file.read_into(&self.store);
        }
        let mut written = Instant::now();
        loop {
            let left = TICK.saturating_sub(written.elapsed());
            match self.queue.recv_timeout(left) {
                Ok(item) => self.take(item),
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
            }
            if self.records.len() + self.lines.len() >= BATCH || written.elapsed() >= TICK {
                self.write();
                self.store.expire();
                written = Instant::now();
            }
        }
        self.write();
    }

    fn take(&mut self, item: Item) {
        match item {
            Item::Span(span) => {
                let bytes = size_of_span(&span);
                self.keep(*span, false);
                self.waiting.fetch_sub(bytes, Ordering::AcqRel);
            }
            Item::Exchange(span) => {
                // What was written by ourselves can be read.
                let read = Span::decode(&*span).ok().and_then(|span| span_of(span, None).ok());
                if let Some(read) = read {
                    let instrumentation_scope = telemetry::own_scope();
                    self.keep(SpanData { instrumentation_scope, ..read }, false);
                }
                self.waiting.fetch_sub(span.len(), Ordering::AcqRel);
            }
            Item::Line(line) => {
                self.waiting.fetch_sub(line.size(), Ordering::AcqRel);
                if self.file.is_some() {
                    self.lines.push(line.clone());
                }
                self.store.push_line(line);
            }
            Item::Import(spans) => spans.into_iter().for_each(|span| self.keep(span, true)),
            Item::Settled(done) => {
                self.write();
                // Whoever asked may have stopped waiting.
                let _ = done.send(());
            }
        }
    }

    fn keep(&mut self, span: SpanData, imported: bool) {
        let record = self.store.push(span, imported);
        if self.file.is_some() {
            self.records.push(record);
        }
    }

    fn write(&mut self) {
        if let Some(file) = &mut self.file {
            file.write(&self.records, &self.lines, &self.store);
        }
        self.records.clear();
        self.lines.clear();
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::{
        logs::{LogRecord as _, Logger as _, LoggerProvider as _},
        trace::{Span as _, SpanId, TraceId, Tracer as _, TracerProvider as _},
    };

    use super::*;
    use crate::{
        Exporter, Telemetry, TelemetryBuilder,
        explorer::{record::testing::Made, store::Bounds},
    };

    const PATIENCE: Duration = Duration::from_secs(30);

    /// Waits until so many records are in the store; then there are no more of them.
    fn settle(feed: &Feed, records: usize) {
        let until = Instant::now() + PATIENCE;
        while feed.waiting.load(Ordering::Acquire) > 0 || feed.store.fill().records < records {
            assert!(Instant::now() < until, "{:?}", feed.store.fill());
            thread::yield_now();
        }
        assert_eq!(feed.store.fill().records, records);
    }

    fn store() -> Arc<Store> {
        Arc::new(Store::new(Bounds { age: Duration::MAX, ..Bounds::default() }))
    }

    #[test]
    fn what_ends_is_in_the_store() {
        let watch = Watch::default();
        let feed = Feed::of(&watch, || (store(), None)).unwrap();
        for status in [200, 404] {
            feed.span(&Made::incoming("GET", "/", status).span());
        }
        assert!(feed.import(vec![Made::incoming("GET", "/", 500).span()]));
        settle(&feed, 3);
        let kept = feed.store().newest_first();
        let kept: Vec<_> = kept.iter().map(|r| (r.id, r.status, r.imported)).collect();
        assert_eq!(kept, [(3, Some(500), true), (2, Some(404), false), (1, Some(200), false)]);
        assert_eq!((feed.missed(), feed.waiting.load(Ordering::Acquire)), (0, 0));
        let again = Feed::of(&watch, || panic!("there is one")).unwrap();
        assert!(Arc::ptr_eq(&again, &feed));
    }

    #[test]
    fn what_finds_no_room_is_counted() {
        let (items, queue) = mpsc::sync_channel(2);
        let waiting = Arc::default();
        let feed = Feed { items, waiting, missed: AtomicU64::new(0), store: store() };
        let span = Made::incoming("GET", "/", 200).span();
        (0..3).for_each(|_| feed.span(&span));
        assert_eq!(feed.missed(), 1);
        assert_eq!(feed.waiting.load(Ordering::Acquire), 2 * size_of_span(&span));
        drop(queue);
        let (items, queue) = mpsc::sync_channel(9);
        let feed = Feed { items, ..feed };
        feed.waiting.store(0, Ordering::Release);
        let large = Made::incoming("GET", "/", 200).attribute("x", "x".repeat(MAX_BYTES)).span();
        feed.span(&large);
        feed.span(&span);
        assert_eq!((feed.missed(), queue.try_iter().count()), (2, 1));
    }

    /// Telemetry that is nobody else's, and its feed.
    fn telemetry(builder: TelemetryBuilder) -> (Telemetry, Arc<Feed>) {
        let none: [(&str, &str); 0] = [];
        let telemetry = builder.environment(none).install(false).build().unwrap();
        let watch = telemetry.source().watch().unwrap();
        let feed = Feed::of(watch, || (store(), None)).unwrap();
        (telemetry, feed)
    }

    fn end_spans(telemetry: &Telemetry, spans: usize) {
        let tracer = telemetry.tracer_provider().tracer("app");
        (0..spans).for_each(|_| tracer.start("span").end());
    }

    #[test]
    fn no_receiver_is_needed() {
        let builder = Telemetry::builder().traces_exporter(Exporter::Explorer);
        let (telemetry, feed) = telemetry(builder);
        end_spans(&telemetry, 3);
        settle(&feed, 3);
        telemetry.shutdown().unwrap();
        assert_eq!((telemetry.stats().spans_exported(), telemetry.stats().spans_dropped()), (3, 0));
    }

    #[test]
    fn a_full_queue_hides_nothing() {
        let builder = Telemetry::builder()
            .endpoint("http://127.0.0.1:9")
            .queue_size(1)
            .shutdown_timeout(Duration::from_millis(50));
        let (telemetry, feed) = telemetry(builder);
        end_spans(&telemetry, 100);
        settle(&feed, 100);
        assert!(telemetry.stats().spans_dropped() > 0);
    }

    #[test]
    fn log_records_are_lines_with_or_without_a_receiver() {
        let builder = Telemetry::builder().traces_exporter(Exporter::Explorer);
        let (telemetry, feed) = telemetry(builder);
        let logger = telemetry.logger_provider().logger("shop");
        let mut record = logger.create_log_record();
        record.set_severity_text("INFO");
        record.set_body("hello".into());
        record.set_trace_context(TraceId::from(7), SpanId::from(8), None);
        logger.emit(record);
        let until = Instant::now() + PATIENCE;
        while feed.store().fill().lines == 0 && Instant::now() < until {
            thread::yield_now();
        }
        let lines = feed.store().lines(TraceId::from(7));
        let lines: Vec<_> = lines.iter().map(|l| (l.level, l.text.as_str(), l.span_id)).collect();
        assert_eq!(lines, [("INFO", "hello", SpanId::from(8))]);
    }

    #[test]
    fn the_thread_ends_with_who_feeds_it() {
        let store = store();
        let feed = Feed::of(&Watch::default(), || (Arc::clone(&store), None)).unwrap();
        drop(feed);
        let until = Instant::now() + PATIENCE;
        while Arc::strong_count(&store) > 1 && Instant::now() < until {
            thread::yield_now();
        }
        assert_eq!(Arc::strong_count(&store), 1);
    }
}

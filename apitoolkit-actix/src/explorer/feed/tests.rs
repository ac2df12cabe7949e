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

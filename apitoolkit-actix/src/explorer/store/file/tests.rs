use std::{fs, path::PathBuf, time::SystemTime};

use opentelemetry::trace::{SpanId, TraceId};

use super::*;
use crate::explorer::{feed::Feed, record::testing::Made};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const BOUNDS: Bounds = Bounds { bytes: 1 << 20, age: DAY };

/// A directory that goes when it is dropped.
struct Dir(PathBuf);

impl Dir {
    fn new() -> Self {
        let dir = std::env::temp_dir().join(format!("explorer-{:016x}", fastrand::u64(..)));
        fs::create_dir(&dir).unwrap();
        Self(dir)
    }

    fn file(&self) -> PathBuf {
        self.0.join("explorer.db")
    }

    fn names(&self) -> Vec<String> {
        let names = fs::read_dir(&self.0).unwrap();
        let mut names: Vec<_> =
            names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn span(n: u64) -> opentelemetry_sdk::trace::SpanData {
    let mut span =
        Made::incoming("GET", "/a", 200).exception("E", "gone", "0: main").ids(n.into(), n).span();
    (span.start_time, span.end_time) = (SystemTime::now(), SystemTime::now());
    span
}

fn line(trace: u128) -> Line {
    // Without what a file would not keep.
    Line {
        when: SystemTime::now(),
        level: "WARN",
        text: "low\n\"on\" stock".to_owned(),
        attributes: vec![("left".to_owned(), "3".to_owned())],
        trace_id: TraceId::from(trace),
        span_id: SpanId::from(2),
    }
}

fn push(store: &Store, ids: std::ops::RangeInclusive<u64>) -> Vec<Arc<Record>> {
    ids.map(|n| store.push(span(n), n % 2 == 0)).collect()
}

fn ids(store: &Store) -> Vec<u64> {
    store.newest_first().iter().map(|record| record.id).collect()
}

#[test]
fn a_restart_keeps_everything() {
    let dir = Dir::new();
    let store = Store::new(BOUNDS);
    let mut file = File::open(&dir.file(), BOUNDS).unwrap();
    file.read_into(&store);
    let records = push(&store, 1..=4);
    assert!(store.pin(2, true));
    let kept = line(3);
    store.push_line(kept.clone());
    file.write(&records, std::slice::from_ref(&kept), &store);
    drop(file);
    let again = Store::new(BOUNDS);
    let mut file = File::open(&dir.file(), BOUNDS).unwrap();
    file.read_into(&again);
    file.read_into(&again);
    assert_eq!(ids(&again), [4, 3, 2, 1]);
    for (read, was) in again.newest_first().iter().rev().zip(&records) {
        // A schema's address is not kept.
        assert_eq!((&read.span, read.imported), (&was.span, was.imported));
    }
    assert!(again.is_pinned(2) && !again.is_pinned(1));
    assert_eq!(again.lines(TraceId::from(3)), [Arc::new(kept)]);
    assert_eq!(again.push(span(9), false).id, 5);
}

#[test]
fn what_is_cleared_and_unpinned_is_so_in_the_file() {
    let dir = Dir::new();
    let store = Store::new(BOUNDS);
    let mut file = File::open(&dir.file(), BOUNDS).unwrap();
    let mut records = push(&store, 1..=3);
    // Another span of the second trace.
    let mut sibling = span(9);
    sibling.span_context = Made::incoming("GET", "/", 200).ids(2, 9).span().span_context;
    records.push(store.push(sibling, false));
    store.pin(2, true);
    file.write(&records, &[line(1), line(2)], &store);
    store.clear();
    let more = push(&store, 5..=5);
    file.write(&more, &[], &store);
    let read = |file: &mut File| {
        file.is_read = false;
        let store = Store::new(BOUNDS);
        file.read_into(&store);
        (ids(&store), store.fill().lines, store.is_pinned(2))
    };
    assert_eq!(read(&mut file), (vec![5, 4, 2], 1, true));
    file.marks = store.marks();
    store.pin(2, false);
    file.write(&[], &[], &store);
    assert_eq!(read(&mut file), (vec![5, 4, 2], 1, false));
}

#[test]
fn it_is_bounded_in_bytes_and_age() {
    let dir = Dir::new();
    let bounds = Bounds { bytes: 128 << 10, age: DAY };
    let store = Store::new(Bounds { bytes: usize::MAX, age: Duration::MAX });
    let mut file = File::open(&dir.file(), bounds).unwrap();
    file.is_read = true;
    let first = push(&store, 1..=1);
    store.pin(1, true);
    file.write(&first, &[], &store);
    for round in 0..20 {
        let records = push(&store, round * 100 + 2..=round * 100 + 101);
        file.write(&records, &vec![line(7); 100], &store);
        let [spans, lines] = file.bytes;
        assert!(spans + lines <= 128 << 10 && lines <= 16 << 10, "{spans} {lines}");
    }
    assert_eq!(file.bytes, rows::bytes(&file.db).unwrap());
    assert!(fs::metadata(dir.file()).unwrap().len() < 512 << 10);
    let kept = Store::new(BOUNDS);
    file.is_read = false;
    file.read_into(&kept);
    assert!(kept.is_pinned(1) && kept.get(2).is_none() && kept.get(2001).is_some());
    file.bounds.age = Duration::ZERO;
    file.is_read = false;
    let now = SystemTime::now();
    while now.elapsed().unwrap() < Duration::from_millis(2) {
        std::thread::yield_now();
    }
    file.read_into(&Store::new(BOUNDS));
    let left: i64 = file.db.query_row("SELECT count(*) FROM spans", [], |row| row.get(0)).unwrap();
    assert_eq!(left, 1);
}

#[test]
fn what_is_no_file_of_ours_is_set_aside() {
    for content in [&b"no database, but long enough to be looked at as one"[..], &[0; 4096]] {
        let dir = Dir::new();
        fs::write(dir.file(), content).unwrap();
        let file = File::open(&dir.file(), BOUNDS).unwrap();
        drop(file);
        let [file, aside] = &dir.names()[..] else { panic!("{:?}", dir.names()) };
        assert_eq!(file, "explorer.db");
        assert!(aside.starts_with("explorer.db.aside-"), "{aside}");
        assert_eq!(fs::read(dir.0.join(aside)).unwrap(), content);
    }
    let dir = Dir::new();
    let foreign = Connection::open(dir.file()).unwrap();
    foreign.execute_batch("CREATE TABLE users (id INTEGER); INSERT INTO users VALUES (1)").unwrap();
    drop(foreign);
    drop(File::open(&dir.file(), BOUNDS).unwrap());
    assert_eq!(dir.names().len(), 2);
    // Ours stays.
    drop(File::open(&dir.file(), BOUNDS).unwrap());
    assert_eq!(dir.names().len(), 2);
}

#[test]
fn a_damaged_file_of_ours_is_set_aside() {
    let dir = Dir::new();
    let store = Store::new(BOUNDS);
    let mut file = File::open(&dir.file(), BOUNDS).unwrap();
    let records = push(&store, 1..=200);
    file.write(&records, &[], &store);
    drop(file);
    let mut bytes = fs::read(dir.file()).unwrap();
    assert!(bytes.len() > 64 << 10);
    bytes[8 << 10..].iter_mut().for_each(|byte| *byte = 0xAA);
    fs::write(dir.file(), bytes).unwrap();
    let mut file = File::open(&dir.file(), BOUNDS).unwrap();
    let again = Store::new(BOUNDS);
    file.read_into(&again);
    assert_eq!((ids(&again), dir.names().len() > 1), (vec![], true));
}

#[test]
fn a_shutdown_writes_what_is_left() {
    use opentelemetry::trace::{Span as _, Tracer as _, TracerProvider as _};
    let (dir, copy) = (Dir::new(), Dir::new());
    let none: [(&str, &str); 0] = [];
    let telemetry = crate::Telemetry::builder()
        .traces_exporter(crate::Exporter::Explorer)
        .environment(none)
        .install(false)
        .build()
        .unwrap();
    let store = Arc::new(Store::new(BOUNDS));
    let file = File::open(&dir.file(), BOUNDS).unwrap();
    let watch = telemetry.source().watch().unwrap();
    let feed = Feed::of(watch, || (Arc::clone(&store), Some(file))).unwrap();
    let tracer = telemetry.tracer_provider().tracer("app");
    (0..7).for_each(|_| tracer.start("span").end());
    telemetry.shutdown().unwrap();
    // As if the process ended here.
    for name in dir.names() {
        fs::copy(dir.0.join(&name), copy.0.join(&name)).unwrap();
    }
    let again = Store::new(BOUNDS);
    File::open(&copy.file(), BOUNDS).unwrap().read_into(&again);
    assert_eq!((ids(&again), feed.missed()), ((1..=7).rev().collect(), 0));
}

#[test]
fn errors_name_the_option() {
    let dir = Dir::new();
    let held = File::open(&dir.file(), BOUNDS).unwrap();
    let error = File::open(&dir.file(), BOUNDS).unwrap_err().to_string();
    assert!(error.starts_with("explorer_file = ") && error.contains("another process"), "{error}");
    drop(held);
    let error = File::open(&dir.0.join("no/such"), BOUNDS).unwrap_err().to_string();
    assert!(error.starts_with("explorer_file = "), "{error}");
}

#[test]
#[cfg(unix)]
fn only_the_owner_may_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = Dir::new();
    let store = Store::new(BOUNDS);
    let mut file = File::open(&dir.file(), BOUNDS).unwrap();
    file.write(&push(&store, 1..=3), &[], &store);
    for name in dir.names() {
        let mode = fs::metadata(dir.0.join(&name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

use std::time::{Duration, SystemTime};

use opentelemetry::trace::{SpanId, TraceId};

use super::*;
use crate::explorer::record::{Line, Record, testing::Made};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A store in which so many spans as [`span`] makes have room.
fn store_of(spans: usize) -> Store {
    let one = Record::new(1, span(1), false).bytes;
    Store::new(Bounds { bytes: one * spans + one / 2, age: DAY })
}

/// Recent, and of a trace of its own.
fn span(n: u64) -> opentelemetry_sdk::trace::SpanData {
    let mut span = Made::incoming("GET", "/", 200).ids(n.into(), n).span();
    (span.start_time, span.end_time) = (SystemTime::now(), SystemTime::now());
    span
}

fn ids(records: &[std::sync::Arc<Record>]) -> Vec<u64> {
    records.iter().map(|record| record.id).collect()
}

fn line(trace: u128, text: &str) -> Line {
    Line {
        when: SystemTime::now(),
        level: "INFO",
        text: text.to_owned(),
        attributes: Vec::new(),
        trace_id: TraceId::from(trace),
        span_id: SpanId::INVALID,
    }
}

#[test]
fn the_oldest_make_room() {
    let store = store_of(3);
    for n in 1..=5 {
        assert_eq!(store.push(span(n), false).id, n);
    }
    assert_eq!(ids(&store.newest_first()), [5, 4, 3]);
    assert_eq!(ids(&store.since(3)), [4, 5]);
    assert_eq!(store.latest().map(|record| record.id), Some(5));
    assert!(store.get(2).is_none() && store.get(3).is_some() && store.get(6).is_none());
    assert!(store.trace(TraceId::from(2)).is_empty());
    assert_eq!(ids(&store.trace(TraceId::from(4))), [4]);
    let one = store.get(5).unwrap().bytes;
    let fill = store.fill();
    let expected = Fill {
        records: 3,
        lines: 0,
        pinned: 0,
        bytes: 3 * one,
        limit: 3 * one + one / 2,
        evicted: 2,
    };
    assert_eq!(fill, expected);
}

#[test]
fn what_is_larger_than_all_room_makes_nothing_go() {
    let store = store_of(3);
    (1..=2).for_each(|n| drop(store.push(span(n), false)));
    let mut large = span(3);
    large.attributes.push(opentelemetry::KeyValue::new("x", "x".repeat(100_000)));
    store.push(large, true);
    assert_eq!((ids(&store.newest_first()), store.fill().evicted), (vec![2, 1], 1));
    assert_eq!(store.push(span(4), false).id, 4);
}

#[test]
fn what_is_old_goes_and_what_was_imported_is_new() {
    let store = Store::new(Bounds { bytes: 1 << 20, age: Duration::from_secs(60) });
    store.push(Made::incoming("GET", "/", 200).ids(1, 1).span(), false);
    store.push(Made::incoming("GET", "/", 200).ids(2, 2).span(), true);
    store.push(span(3), false);
    assert_eq!(ids(&store.newest_first()), [3, 2]);
    assert_eq!(store.fill().evicted, 1);
}

#[test]
fn pinned_traces_are_spared() {
    let store = store_of(8);
    store.push(span(1), false);
    store.push(span(2), false);
    let mut child = span(9);
    child.span_context = Made::incoming("GET", "/", 200).ids(2, 9).span().span_context;
    store.push(child, false);
    assert!(store.pin(2, true) && store.pin(2, true) && !store.pin(77, true));
    assert!(store.is_pinned(2) && !store.is_pinned(3));
    for n in 4..=20 {
        store.push(span(n), false);
    }
    assert_eq!(ids(&store.newest_first()), [20, 19, 18, 17, 16, 15, 3, 2]);
    assert_eq!(ids(&store.since(2)), [3, 15, 16, 17, 18, 19, 20]);
    assert_eq!(ids(&store.trace(TraceId::from(2))).len(), 2);
    let marks = store.marks();
    assert_eq!((marks.pinned, marks.cleared), ([2].into(), 0));
    store.clear();
    assert_eq!(ids(&store.newest_first()), [3, 2]);
    assert_eq!(store.marks().cleared, 20);
    assert!(store.pin(2, false) && !store.is_pinned(2));
    for n in 21..=28 {
        store.push(span(n), false);
    }
    assert_eq!(ids(&store.newest_first()), [28, 27, 26, 25, 24, 23, 22, 21]);
    assert!(store.trace(TraceId::from(2)).is_empty());
    let one = store.get(28).unwrap().bytes;
    assert_eq!(store.fill().bytes, 8 * one);
}

#[test]
fn pins_take_half_at_most() {
    let store = store_of(6);
    (1..=4).for_each(|n| drop(store.push(span(n), false)));
    assert!(store.pin(1, true) && store.pin(2, true) && store.pin(3, true));
    assert!(!store.pin(4, true));
    assert!(store.pin(1, false) && store.pin(4, true));
    // A pinned trace that grows: what is pinned itself is spared first.
    let grown = store_of(6);
    grown.push(span(1), false);
    assert!(grown.pin(1, true));
    for n in 2..=9 {
        let mut span = span(n);
        span.span_context = Made::incoming("GET", "/", 200).ids(1, n).span().span_context;
        grown.push(span, false);
    }
    assert!(grown.get(1).is_some());
    assert!(grown.fill().bytes <= grown.fill().limit);
    assert_eq!(grown.fill().records, 6);
}

#[test]
fn records_are_found_by_their_ids() {
    let store = store_of(4);
    let uuid = "0192f0c1-2d3e-7abc-8def-0123456789ab";
    let mut named = span(1);
    let key = crate::semconv::APITOOLKIT_MSG_ID;
    named.attributes.push(opentelemetry::KeyValue::new(key, uuid));
    store.push(named, false);
    assert_eq!(store.by_msg_id(uuid).map(|record| record.id), Some(1));
    assert!(store.by_msg_id("x").is_none());
    store.clear();
    assert!(store.by_msg_id(uuid).is_none());
}

#[test]
fn traces_have_an_order() {
    let store = Store::new(Bounds { bytes: 1 << 20, age: Duration::MAX });
    store.push(Made::statement("SELECT a").ids(1, 3).at(5, 2).span(), false);
    store.push(Made::service("A", "b").ids(1, 2).at(0, 8).span(), false);
    store.push(Made::incoming("GET", "/", 200).ids(1, 1).at(0, 8).span(), false);
    assert_eq!(ids(&store.trace(TraceId::from(1))), [3, 2, 1]);
}

#[test]
fn lines_take_an_eighth() {
    let one = line(1, "text").size();
    let store = Store::new(Bounds { bytes: 8 * (3 * one), age: DAY });
    (0..5).for_each(|n| store.push_line(line(n % 2, "text")));
    assert_eq!((store.fill().lines, store.fill().bytes), (3, 3 * one));
    assert_eq!(store.lines(TraceId::from(0)).len(), 2);
    store.clear();
    assert_eq!((store.fill().lines, store.fill().bytes), (0, 0));
}

#[test]
fn whoever_waits_hears_of_the_newest() {
    let store = store_of(4);
    let mut newest = store.subscribe();
    assert!(!newest.has_changed().unwrap());
    store.push(span(1), false);
    assert!(newest.has_changed().unwrap());
    assert_eq!(*newest.borrow_and_update(), 1);
    store.restore(Record::new(7, span(7), false));
    store.restore(Record::new(3, span(3), false));
    assert_eq!(ids(&store.newest_first()), [7, 1]);
    assert_eq!(*newest.borrow(), 7);
    assert_eq!(store.push(span(8), false).id, 8);
}

/// In a process of its own, what 200 000 spans take is what they are said to take.
#[test]
#[cfg(target_os = "linux")]
fn sizes_are_honest() {
    const INSIDE: &str = "EXPLORER_SIZES_INSIDE";
    let name = "explorer::store::tests::sizes_are_honest";
    if std::env::var_os(INSIDE).is_none() {
        let program = std::env::current_exe().unwrap();
        let child = std::process::Command::new(program)
            .args(["--exact", name, "--nocapture", "--test-threads", "1"])
            .env(INSIDE, "1")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&child.stdout).into_owned();
        assert!(child.status.success() && said.contains("1 passed"), "{said}");
        return;
    }
    let store = Store::new(Bounds { bytes: usize::MAX, age: Duration::MAX });
    let before = resident();
    for n in 0..200_000 {
        store.push(realistic(n), false);
    }
    let (taken, said) = (resident() - before, store.fill().bytes);
    let ratio = said as f64 / taken as f64;
    assert!((0.75..=1.25).contains(&ratio), "said {said}, taken {taken}: {ratio:.2}");
}

/// The bytes of memory that this process has.
#[cfg(target_os = "linux")]
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
}

/// An exchange, a statement or a service, of three in a trace, with what each has.
#[cfg(target_os = "linux")]
fn realistic(n: u64) -> opentelemetry_sdk::trace::SpanData {
    use crate::semconv::{HTTP_RESPONSE_BODY, URL_QUERY, USER_AGENT_ORIGINAL};
    let made = match n % 3 {
        0 => Made::statement("SELECT users")
            .attribute("db.query.text", format!("SELECT * FROM users WHERE id = ? -- {n}")),
        1 => Made::service("Users", "find").attribute("user role", format!("author {n}")),
        _ => Made::incoming("GET", "/users/{id}", 200)
            .attribute(URL_QUERY, format!("page={n}"))
            .attribute(USER_AGENT_ORIGINAL, format!("Mozilla/5.0 (X11; Linux x86_64) {n}"))
            .header("http.request.header.accept", &["application/json", "text/html"])
            .header("http.request.header.cookie", &["[CLIENT_REDACTED]"])
            .body(HTTP_RESPONSE_BODY, format!("{{\"id\":{n}}}").repeat(30).as_bytes()),
    };
    made.ids((1 + n / 3).into(), n + 1).span()
}

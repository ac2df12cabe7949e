//! The list as it grows.

use std::time::{Duration, Instant};

use apitoolkit_tests::{Raw, TestApp};

use super::support::{BASE, ask, listed, own, start};

/// A stream, and what came of it so far.
struct Stream {
    raw: Raw,
    head: String,
    text: String,
}

impl Stream {
    fn open(app: &TestApp, query: &str, last: Option<&str>) -> Self {
        let own = own(app);
        let mut request = format!("GET {BASE}/live?{query} HTTP/1.1\r\n");
        for (name, value) in own.headers() {
            request += &format!("{name}: {value}\r\n");
        }
        if let Some(last) = last {
            request += &format!("last-event-id: {last}\r\n");
        }
        let mut raw = app.connect();
        let head = raw.send(request + "\r\n").head();
        let mut stream = Self { raw, head, text: String::new() };
        // It is open when it has said when to come back.
        stream.read();
        stream
    }

    /// Reads some more; false at the end.
    fn read(&mut self) -> bool {
        let chunk = self.raw.chunk();
        self.text += &String::from_utf8_lossy(&chunk);
        !chunk.is_empty()
    }

    /// Reads until `wanted` events came, and returns their ids.
    fn ids(&mut self, wanted: usize) -> Vec<u64> {
        loop {
            let ids = self.text.lines().filter_map(|line| line.strip_prefix("id: "));
            let ids: Vec<_> = ids.map(|id| id.parse().expect("a number")).collect();
            if ids.len() >= wanted {
                return ids;
            }
            assert!(self.read(), "{} of {wanted} events: {}", ids.len(), self.text);
        }
    }
}

#[test]
fn exchanges_appear_as_they_happen() {
    let app = start(|toolkit| toolkit);
    let mut stream = Stream::open(&app, "", None);
    for _ in 0..3 {
        assert_eq!(ask(&app, "GET /users/1", ""), 200);
    }
    assert_eq!(ask(&app, "GET /fails", ""), 500);
    let ids = stream.ids(4);
    assert_eq!(ids.len(), 4);
    assert!(ids.is_sorted());
    let head = stream.head.to_ascii_lowercase();
    assert!(head.contains("content-type: text/event-stream"), "{head}");
    let text = &stream.text;
    assert!(text.contains("/users/{id}") && text.contains("/fails"), "{text}");
    assert!(!text.contains("CANARY"), "{text}");
}

#[test]
fn a_stream_goes_on_after_the_last_event() {
    let app = start(|toolkit| toolkit);
    for _ in 0..5 {
        assert_eq!(ask(&app, "GET /users/1", ""), 200);
    }
    let mut ids: Vec<_> =
        listed(&app, "", 5).iter().map(|e| e["id"].as_u64().expect("an id")).collect();
    ids.sort_unstable();
    let (known, missed) = ids.split_at(2);
    let last = known[1].to_string();
    assert_eq!(Stream::open(&app, "", Some(&last)).ids(3), missed);
    assert_eq!(Stream::open(&app, &format!("since={last}"), None).ids(3), missed);
    let again = Stream::open(&app, "since=0", Some(&last)).ids(3);
    assert_eq!(again, missed, "what the browser says is newer than what the page says");
}

#[test]
fn only_what_matches_appears() {
    let app = start(|toolkit| toolkit);
    let mut failed = Stream::open(&app, "errors=1", Some("0"));
    for path in ["/users/1", "/fails", "/users/2", "/fails"] {
        ask(&app, &format!("GET {path}"), "");
    }
    assert_eq!(failed.ids(2).len(), 2);
    assert!(!failed.text.contains("/users/"), "{}", failed.text);
}

/// A server that is told to stop waits for open connections, and browsers ask again by themselves.
#[test]
fn a_stream_ends_by_itself() {
    let app = start(|toolkit| toolkit);
    let mut stream = Stream::open(&app, "", None);
    let began = Instant::now();
    while stream.read() {}
    assert!(began.elapsed() < Duration::from_secs(25), "{:?}", began.elapsed());
    assert!(stream.text.starts_with("retry: 500\n\n"), "{}", stream.text);
}

//! The list as it grows: server-sent events, an exchange each.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};

use actix_web::{
    HttpRequest, HttpResponse,
    body::{BodySize, MessageBody},
    http::header,
    web::Bytes,
};
use tokio::{sync::mpsc, time};

use super::{query::Filter, record::Record, store::Store};

/// What arrives within it is sent together.
const GATHERED: Duration = Duration::from_millis(150);
/// A stream ends by itself and the browser asks for the next: a server that is told to stop waits
/// for what is open.
const LIFE: Duration = Duration::from_secs(15);
/// As long nothing is sent at most.
const SILENCE: Duration = Duration::from_secs(5);
/// As many lists may be open at once.
const STREAMS: usize = 32;
/// As many exchanges are sent of those that arrived while nobody looked; the page has the others.
const MISSED: usize = 200;
/// When the browser asks again, in milliseconds.
const RETRY: &str = "retry: 500\n\n";

static OPEN: AtomicUsize = AtomicUsize::new(0);

/// Answers with what arrives from now on and matches: `id` is that of the record, `data` what
/// `show` makes of it.
///
/// It begins after `Last-Event-ID`, which browsers send when they ask again, or after the record
/// that the page knows as its newest.
pub(super) fn stream(
    request: &HttpRequest,
    store: Arc<Store>,
    filter: Filter,
    known: Option<u64>,
    show: impl Fn(&Record) -> String + 'static,
) -> HttpResponse {
    let Some(open) = Open::one() else {
        return HttpResponse::TooManyRequests().body("too many lists are open\n");
    };
    let last = request.headers().get("last-event-id").and_then(|id| id.to_str().ok());
    let last = last.and_then(|id| id.trim().parse().ok()).or(known);
    let (events, body) = mpsc::channel(16);
    actix_web::rt::spawn(async move {
        let _open = open;
        let newest = store.subscribe();
        let last = last.unwrap_or_else(|| *newest.borrow());
        Feeder { store, filter, show, last, events }.run(newest).await;
    });
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/event-stream"))
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(Events(body))
}

/// Feeds one stream for as long as it lives.
struct Feeder<F> {
    store: Arc<Store>,
    filter: Filter,
    show: F,
    last: u64,
    events: mpsc::Sender<Bytes>,
}

impl<F: Fn(&Record) -> String> Feeder<F> {
    async fn run(mut self, mut newest: tokio::sync::watch::Receiver<u64>) {
        let end = Instant::now() + LIFE;
        let mut text = String::from(RETRY);
        loop {
            self.gather(&mut text);
            if !text.is_empty()
                && self.events.send(Bytes::from(std::mem::take(&mut text))).await.is_err()
            {
                return;
            }
            let Some(left) = end.checked_duration_since(Instant::now()) else { return };
            match time::timeout(left.min(SILENCE), newest.changed()).await {
                Ok(Ok(())) => time::sleep(GATHERED).await,
                // The app's time is over.
                Ok(Err(_)) => return,
                // A comment, by which whoever is gone is found out.
                Err(_) => text.push_str(":\n\n"),
            }
        }
    }

    /// Adds an event for each record that is new and matches.
    fn gather(&mut self, text: &mut String) {
        let new = self.store.since(self.last);
        let Some(newest) = new.last() else { return };
        self.last = newest.id;
        let mut matching: Vec<_> =
            new.iter().filter(|record| self.filter.matches(record)).collect();
        let surplus = matching.len().saturating_sub(MISSED);
        for record in matching.drain(..).skip(surplus) {
            text.push_str("event: exchange\nid: ");
            text.push_str(&record.id.to_string());
            for line in (self.show)(record).lines() {
                text.push_str("\ndata: ");
                text.push_str(line);
            }
            text.push_str("\n\n");
        }
    }
}

/// One of the streams that are open.
struct Open;

impl Open {
    fn one() -> Option<Self> {
        let more = |open| (open < STREAMS).then_some(open + 1);
        OPEN.fetch_update(Ordering::SeqCst, Ordering::SeqCst, more).ok().map(|_| Self)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        OPEN.fetch_sub(1, Ordering::SeqCst);
    }
}

struct Events(mpsc::Receiver<Bytes>);

impl MessageBody for Events {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Infallible>>> {
        self.0.poll_recv(cx).map(|bytes| bytes.map(Ok))
    }
}

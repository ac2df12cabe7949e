//! Waiting, with and without a runtime.

use std::{
    future::Future,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
    time::{Duration, Instant},
};

use super::{NOT_YET, SOON, collector, export, named, span, text, traces};
use crate::testing::{Collector, Outcome};

/// The least of executors: no reactor, no timers.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return value;
        }
        thread::park();
    }
}

/// Sends `names` from another thread, after the caller has most likely begun to wait.
fn later(collector: &Arc<Collector>, names: &'static [&'static str]) -> thread::JoinHandle<()> {
    let collector = collector.clone();
    thread::spawn(move || {
        thread::sleep(Duration::from_millis(20));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(export(&collector, named(names))).unwrap();
    })
}

#[test]
fn blocks_until_things_arrive() {
    let collector = Arc::new(collector());
    let sender = later(&collector, &["a", "b", "c"]);
    let spans = collector.wait_for(|span| span.name != "b", 2, SOON).unwrap();
    assert_eq!(spans.iter().map(|span| span.name.as_str()).collect::<Vec<_>>(), ["a", "c"]);
    assert_eq!(collector.wait_for_spans(1, Duration::ZERO).unwrap().len(), 3);
    let requests = collector.wait_for_requests(|_| true, 1, SOON).unwrap();
    assert_eq!(requests[0].outcome(), &Outcome::Accepted);
    collector.wait_for_counters(|counters| counters.spans == 3, SOON).unwrap();
    sender.join().unwrap();
}

#[test]
fn waits_asynchronously_without_a_runtime() {
    let collector = Arc::new(collector());
    let sender = later(&collector, &["a"]);
    let spans = block_on(collector.wait_for_async(|span| span.name == "a", 1, SOON)).unwrap();
    assert_eq!(spans.len(), 1);
    let requests = block_on(collector.wait_for_requests_async(|_| true, 1, SOON)).unwrap();
    assert_eq!(requests.len(), 1);
    sender.join().unwrap();

    let started = Instant::now();
    let error = block_on(collector.wait_for_spans_async(2, NOT_YET)).unwrap_err();
    assert!(started.elapsed() >= NOT_YET);
    assert_eq!((error.waited, error.wanted.as_str()), (NOT_YET, "2 spans"));
}

#[test]
fn an_asynchronous_wait_lets_others_run() {
    // One thread for the sender and the waiter, as in `#[actix_web::test]`.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let collector = collector();
        let (sent, waited) = tokio::join!(
            export(&collector, named(&["a"])),
            collector.wait_for_spans_async(1, SOON)
        );
        sent.unwrap();
        assert_eq!(waited.unwrap().len(), 1);
    });
}

#[test]
fn futures_can_be_sent_between_threads() {
    fn send<T: Send>(_: &T) {}
    let collector = collector();
    send(&collector.wait_for_spans_async(1, SOON));
    send(&collector.wait_for_async(|_| true, 1, SOON));
    send(&collector.wait_for_log_async(|_| true, SOON));
    send(&collector.wait_for_metric_async("m", |_| true, SOON));
}

#[tokio::test]
async fn an_error_tells_what_did_arrive() {
    let collector = collector();
    let mut one = span("GET /users/{id}");
    one.attributes = vec![text("http.route", "/users/{id}"), text("long", &"x".repeat(100))];
    export(&collector, traces(vec![one])).await.unwrap();
    collector.fail_with(crate::testing::Code::Unavailable, "down", None);
    export(&collector, named(&["b"])).await.unwrap_err();
    let error = collector.wait_for_spans(2, NOT_YET).unwrap_err();
    let expected = "waited 60 ms for 2 spans; there are 1 spans, 0 metric points and 0 log records \
                    from 2 requests on 2 connections, 1 of them answered with an error\n  \
                    span \"GET /users/{id}\" [SERVER] Unset http.route=\"/users/{id}\" long=\"";
    let text = error.to_string();
    assert!(text.starts_with(expected), "{text}");
    assert!(!text.contains(&"x".repeat(60)), "{text}");
    let failed = "\n  request of traces: Failed { code: Unavailable, message: \"down\" }";
    assert!(text.ends_with(failed), "{text}");
}

#[test]
fn extreme_deadlines_do_not_panic() {
    let collector = collector();
    assert!(collector.wait_for_spans(0, Duration::MAX).unwrap().is_empty());
    assert!(block_on(collector.wait_for_spans_async(0, Duration::MAX)).unwrap().is_empty());
    assert!(block_on(collector.wait_for_spans_async(1, Duration::ZERO)).is_err());
    assert!(collector.wait_for_log(|_| true, Duration::ZERO).is_err());
}

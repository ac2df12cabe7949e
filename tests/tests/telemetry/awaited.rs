//! A flush that is awaited.

use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    thread,
    time::{Duration, Instant},
};

use actix_web::{App, HttpServer, web};
use apitoolkit_actix::Telemetry;

use crate::support::{SLACK, SOON, exchanges, failed_parts, pair, record, spans};

#[tokio::test]
async fn everything_recorded_so_far_was_taken() {
    let (collector, telemetry) = pair(|b| b);
    spans(&telemetry, 3);
    record(&telemetry, "hello");
    telemetry.flush_within(SOON).await.unwrap();
    assert_eq!((collector.spans().len(), collector.logs().len()), (3, 1));
    telemetry.shutdown().unwrap();
    telemetry.flush_within(SOON).await.unwrap();
}

/// On the app's one worker, while nothing is received.
#[test]
fn the_worker_serves_others_meanwhile() {
    let (collector, telemetry) = pair(|b| b);
    collector.black_hole();
    exchanges(&telemetry, 1, "ok");
    let telemetry = Arc::new(telemetry);
    let handle = Arc::clone(&telemetry);
    actix_rt::System::new().block_on(async {
        let is_flushing = web::Data::new(AtomicBool::new(false));
        let flush = async |telemetry: web::Data<Telemetry>, is_flushing: web::Data<AtomicBool>| {
            is_flushing.store(true, Ordering::SeqCst);
            let result = telemetry.flush_within(SOON).await;
            result.map_or_else(|error| error.to_string(), |()| "sent".to_owned())
        };
        let look = async |is_flushing: web::Data<AtomicBool>| {
            is_flushing.load(Ordering::SeqCst).to_string()
        };
        let server = HttpServer::new(move || {
            App::new()
                .app_data(web::Data::from(Arc::clone(&handle)))
                .app_data(is_flushing.clone())
                .route("/", web::get().to(look))
                .route("/flush", web::get().to(flush))
        })
        .workers(1)
        .disable_signals()
        .bind(("127.0.0.1", 0))
        .unwrap();
        let url = format!("http://{}", server.addrs()[0]);
        let server = server.run();
        let running = server.handle();
        actix_rt::spawn(server);
        let client = awc::Client::builder().timeout(2 * SOON).finish();
        let flushing = client.get(format!("{url}/flush")).send();
        let flushing = actix_rt::spawn(async { flushing.await.unwrap().body().await.unwrap() });
        loop {
            let mut answer = client.get(&url).send().await.unwrap();
            if answer.body().await.unwrap() == "true" {
                break;
            }
        }
        assert!(!flushing.is_finished(), "nothing was received yet");
        collector.accept();
        assert_eq!(flushing.await.unwrap(), "sent");
        running.stop(true).await;
    });
    assert_eq!(collector.spans().len(), 1);
}

#[tokio::test]
async fn within_its_deadline_and_the_rest_stays_queued() {
    const DEADLINE: Duration = Duration::from_millis(300);
    let (collector, telemetry) = pair(|b| b);
    collector.black_hole();
    spans(&telemetry, 2);
    let begun = Instant::now();
    let result = telemetry.flush_within(DEADLINE).await;
    assert!(begun.elapsed() < DEADLINE + SLACK, "{:?}", begun.elapsed());
    assert!(failed_parts(result).contains(&"traces"));
    collector.accept();
    collector.wait_for_spans_async(2, SOON).await.unwrap();
}

#[tokio::test]
async fn many_at_once_take_turns() {
    let (collector, telemetry) = pair(|b| b);
    let flushes: Vec<_> = (0..20)
        .map(|_| {
            spans(&telemetry, 1);
            tokio::spawn(telemetry.flush_within(SOON))
        })
        .collect();
    for flush in flushes {
        flush.await.unwrap().unwrap();
    }
    assert_eq!(collector.spans().len(), 20);
}

#[tokio::test]
async fn a_shutdown_meanwhile_is_told() {
    let (collector, telemetry) = pair(|b| b.shutdown_timeout(Duration::from_millis(300)));
    collector.black_hole();
    spans(&telemetry, 1);
    let flushing = tokio::spawn(telemetry.flush_within(SOON));
    let stopping = tokio::task::spawn_blocking(move || telemetry.shutdown());
    let begun = Instant::now();
    assert!(stopping.await.unwrap().is_err());
    // Either it began before the shutdown, and says what was lost, or there was nothing left to do.
    let flushed = flushing.await.unwrap();
    assert!(begun.elapsed() < SOON, "{flushed:?} after {:?}", begun.elapsed());
}

struct Unpark(thread::Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

#[test]
fn without_any_runtime() {
    let (collector, telemetry) = pair(|b| b);
    spans(&telemetry, 1);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut flush = pin!(telemetry.flush_within(SOON));
    let result = loop {
        match flush.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(result) => break result,
            Poll::Pending => thread::park(),
        }
    };
    result.unwrap();
    assert_eq!(collector.spans().len(), 1);
}

//! Shutting down, from anywhere.

use std::{
    sync::{Arc, mpsc},
    thread,
    time::{Duration, Instant},
};

use actix_web::{App, HttpResponse, HttpServer, web};
use apitoolkit_actix::{ApiToolkit, CheckError, Telemetry};

use crate::support::{
    SLACK, SOON, assert_accounted, collector, exchanges, failed_parts, pair, record, spans,
};

#[test]
fn from_the_main_function_of_an_actix_app() {
    let (collector, telemetry) = pair(|b| b);
    actix_rt::System::new().block_on(async {
        spans(&telemetry, 3);
        telemetry.shutdown().unwrap();
        assert_eq!(collector.spans().len(), 3);
    });
}

#[tokio::test]
async fn from_a_current_thread_runtime() {
    let (collector, telemetry) = pair(|b| b);
    spans(&telemetry, 3);
    telemetry.flush().unwrap();
    assert_eq!(collector.spans().len(), 3);
    telemetry.shutdown().unwrap();
}

#[test]
fn from_a_plain_thread() {
    let (collector, telemetry) = pair(|b| b);
    spans(&telemetry, 3);
    thread::spawn(move || telemetry.shutdown().unwrap()).join().unwrap();
    assert_eq!(collector.spans().len(), 3);
}

#[test]
fn by_drop() {
    let (collector, telemetry) = pair(|b| b);
    exchanges(&telemetry, 3, "ok");
    record(&telemetry, "hello");
    drop(telemetry);
    assert_eq!(collector.spans().len(), 3);
    assert_eq!(collector.logs().len(), 1);
}

#[test]
fn from_a_handler_whose_own_exchange_is_counted() {
    let (collector, telemetry) = pair(|b| b);
    let telemetry = Arc::new(telemetry);
    let handle = Arc::clone(&telemetry);
    actix_rt::System::new().block_on(async {
        let toolkit = ApiToolkit::builder().telemetry(&handle).build().unwrap();
        let server = HttpServer::new(move || {
            App::new()
                .wrap(toolkit.clone())
                .app_data(web::Data::from(Arc::clone(&handle)))
                .route("/", web::get().to(HttpResponse::Ok))
                .route(
                    "/stop",
                    web::get().to(async |telemetry: web::Data<Telemetry>| {
                        telemetry
                            .shutdown()
                            .map_or_else(|e| e.to_string(), |()| "stopped".to_owned())
                    }),
                )
        })
        .workers(1)
        .disable_signals()
        .bind(("127.0.0.1", 0))
        .unwrap();
        let url = format!("http://{}", server.addrs()[0]);
        let server = server.run();
        let running = server.handle();
        actix_rt::spawn(server);
        let client = awc::Client::default();
        assert_eq!(client.get(&url).send().await.unwrap().status(), 200);
        let mut answer = client.get(format!("{url}/stop")).send().await.unwrap();
        assert_eq!(answer.body().await.unwrap(), "stopped");
        running.stop(true).await;
    });
    let stats = telemetry.stats();
    assert_accounted(&stats);
    assert_eq!((stats.exchanges_created(), stats.exchanges_exported()), (2, 1));
    assert_eq!(stats.dropped_by_reason().collect::<Vec<_>>(), [("shutdown", 1)]);
    assert_eq!(collector.spans().len(), 1);
}

#[test]
fn twice_and_the_second_time_nothing_happens() {
    let (collector, telemetry) = pair(|b| b);
    spans(&telemetry, 1);
    telemetry.shutdown().unwrap();
    let requests = collector.counters().requests();
    collector.stop();
    let start = Instant::now();
    telemetry.shutdown().unwrap();
    telemetry.flush().unwrap();
    drop(telemetry);
    assert!(start.elapsed() < SLACK, "{:?}", start.elapsed());
    assert_eq!(collector.counters().requests(), requests);
}

#[test]
fn from_many_threads_at_once() {
    let (collector, telemetry) = pair(|b| b);
    exchanges(&telemetry, 5, "ok");
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| telemetry.shutdown().unwrap());
        }
    });
    assert_eq!(collector.spans().len(), 5);
    assert_accounted(&telemetry.stats());
}

#[test]
fn what_is_recorded_later_is_counted_as_lost() {
    let (collector, telemetry) = pair(|b| b);
    exchanges(&telemetry, 2, "ok");
    telemetry.shutdown().unwrap();
    exchanges(&telemetry, 3, "ok");
    spans(&telemetry, 4);
    let stats = telemetry.stats();
    assert_accounted(&stats);
    assert_eq!((stats.exchanges_created(), stats.exchanges_exported()), (5, 2));
    assert_eq!(stats.dropped_by_reason().collect::<Vec<_>>(), [("shutdown", 3)]);
    assert_eq!((stats.spans_exported(), stats.spans_dropped()), (2, 4));
    assert_eq!(collector.spans().len(), 2);
    assert!(matches!(telemetry.check(), Err(CheckError::Off(why)) if why.contains("shut down")));
}

#[test]
fn only_the_signals_that_failed_are_named() {
    use apitoolkit_actix::testing::{Code, Fault, Signal};
    for (signal, part) in
        [(Signal::Traces, "traces"), (Signal::Metrics, "metrics"), (Signal::Logs, "logs")]
    {
        // Nothing is sent before it has to be, so that what fails does so while somebody asks.
        let (collector, telemetry) = pair(|b| {
            b.schedule_delay(Duration::from_secs(60))
                .environment([("OTEL_BLRP_SCHEDULE_DELAY", "60000")])
        });
        collector.script([Fault::fail(Code::InvalidArgument, "no").on(signal).forever()]);
        exchanges(&telemetry, 1, "ok");
        record(&telemetry, "hello");
        assert_eq!(failed_parts(telemetry.flush()), [part]);
        exchanges(&telemetry, 1, "ok");
        record(&telemetry, "hello");
        let error = telemetry.shutdown().unwrap_err();
        let failures: Vec<_> = error.failures().collect();
        let [(failed, why)] = failures[..] else { panic!("{failures:?}") };
        let expected =
            format!("{}: the receiver answered InvalidArgument: no", collector.endpoint());
        assert_eq!(failed, part);
        assert!(why.starts_with(&expected), "{why}");
    }
}

#[test]
fn the_process_may_end_a_thread_that_still_records() {
    let (collector, telemetry) = pair(|b| b);
    let (ready, is_ready) = mpsc::channel();
    let (go, may_go) = mpsc::channel::<()>();
    let provider = telemetry.tracer_provider();
    let thread = thread::spawn(move || {
        use opentelemetry::trace::{Span as _, Tracer as _, TracerProvider as _};
        let mut span = provider.tracer("test").start("late");
        ready.send(()).unwrap();
        let _ = may_go.recv();
        span.end();
    });
    is_ready.recv_timeout(SOON).unwrap();
    drop(telemetry);
    go.send(()).unwrap();
    thread.join().unwrap();
    assert_eq!(collector.spans().len(), 0);
}

#[test]
fn with_every_exporter_off_nothing_is_sent_and_check_says_so() {
    for vars in [
        vec![("OTEL_SDK_DISABLED", "true")],
        vec![
            ("OTEL_TRACES_EXPORTER", "none"),
            ("OTEL_METRICS_EXPORTER", "none"),
            ("OTEL_LOGS_EXPORTER", "none"),
        ],
    ] {
        let collector = collector();
        let telemetry = crate::support::builder(&collector).environment(vars).build().unwrap();
        exchanges(&telemetry, 2, "ok");
        record(&telemetry, "hello");
        assert!(matches!(telemetry.check(), Err(CheckError::Off(_))));
        telemetry.flush().unwrap();
        telemetry.shutdown().unwrap();
        assert_eq!(telemetry.stats().exchanges_created(), 0);
        assert_eq!((collector.counters().requests(), collector.counters().connections), (0, 0));
    }
}

//! A process that forks after its telemetry was built: the fork has none of the threads, and of the
//! locks those that another thread held for ever. Each in a process of its own, since a fork takes
//! along whatever other tests are doing.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    process,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use actix_web::{App, HttpServer, web};
use apitoolkit_actix::{ApiToolkit, CheckError, Stats, Telemetry, testing::Collector};
use apitoolkit_tests::Raw;
use fork::Fork;
use tracing::Level;

use crate::{
    children, log,
    support::{
        SOON, assert_accounted, builder, each_exchange, exchanges, failed_parts, pair, record,
        spans,
    },
};

/// Has a fork of this process do something, and waits until it has, with success. One that waits
/// for ever is ended.
fn forked(work: impl FnOnce()) {
    match fork::fork().unwrap() {
        Fork::Child => {
            watch();
            finish(work);
        }
        Fork::Parent(id) => assert_eq!(fork::waitpid(id).unwrap(), 0, "the fork failed"),
    }
}

/// Ends a fork that waits for what never comes.
fn watch() {
    thread::spawn(|| {
        thread::sleep(SOON * 2);
        process::abort();
    });
}

/// Does something in a fork, and ends it.
fn finish(work: impl FnOnce()) -> ! {
    // Nothing of the parent's test is gone on with.
    process::exit(i32::from(catch_unwind(AssertUnwindSafe(work)).is_err()))
}

fn lost(stats: &Stats) -> Vec<(&'static str, u64)> {
    stats.dropped_by_reason().collect()
}

/// Flushing and shutting down fail at once, and say why.
fn assert_ends_at_once(telemetry: &Telemetry) {
    let start = Instant::now();
    let flushed = telemetry.flush();
    assert!(flushed.as_ref().unwrap_err().to_string().contains("forked"), "{flushed:?}");
    assert_eq!(failed_parts(flushed), ["process"]);
    let checked = telemetry.check();
    assert!(matches!(&checked, Err(CheckError::Off(why)) if why.contains("forked")), "{checked:?}");
    assert!(telemetry.tracer_provider().force_flush().is_err());
    assert!(telemetry.logger_provider().force_flush().is_err());
    assert_eq!(failed_parts(telemetry.shutdown()), ["process"]);
    telemetry.shutdown().expect("a second call does nothing");
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    let stats = telemetry.stats();
    assert_eq!(stats.exchanges_pending(), 0, "{stats:?}");
}

/// As a daemon does that builds everything first: the server starts in the fork, and serves.
fn serve(telemetry: &Telemetry, requests: usize) {
    let toolkit = ApiToolkit::builder().telemetry(telemetry).build().unwrap();
    actix_rt::System::new().block_on(async {
        let app =
            move || App::new().wrap(toolkit.clone()).route("/", web::get().to(|| async { "fine" }));
        let server = HttpServer::new(app).workers(1).disable_signals();
        let server = server.bind(("127.0.0.1", 0)).unwrap();
        let address = server.addrs()[0];
        let server = server.run();
        let handle = server.handle();
        let running = actix_rt::spawn(server);
        let ask = move || {
            for _ in 0..requests {
                let request = "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
                assert_eq!(Raw::connect(address).send(request).reply().text(), "fine");
            }
        };
        web::block(ask).await.unwrap();
        handle.stop(true).await;
        running.await.unwrap().unwrap();
    });
}

#[test]
fn a_fork_serves_without_telemetry_and_says_so_once() {
    let name = "forks::a_fork_serves_without_telemetry_and_says_so_once";
    children::run(name, &[], || {
        let (collector, telemetry) = pair(|b| b.schedule_delay(Duration::from_secs(60)));
        exchanges(&telemetry, 5, "ok");
        telemetry.flush().unwrap();
        // On their way at the fork.
        exchanges(&telemetry, 3, "ok");
        let mut telemetry = Some(telemetry);
        let since = log::mark();
        forked(|| {
            let telemetry = telemetry.take().unwrap();
            serve(&telemetry, 4);
            // Of an app on the thread that made the fork, too.
            exchanges(&telemetry, 2, "ok");
            spans(&telemetry, 3);
            record(&telemetry, "hello");
            let stats = telemetry.stats();
            assert_eq!((stats.exchanges_created(), stats.exchanges_exported()), (14, 5));
            assert_eq!((lost(&stats), stats.exchanges_pending()), (vec![("forked", 6)], 3));
            assert_eq!(stats.spans_dropped(), 3);
            let records: Vec<_> = stats.log_records_dropped_by_reason().collect();
            assert_eq!(records, [("forked", 1)]);
            assert_ends_at_once(&telemetry);
            exchanges(&telemetry, 1, "ok");
            assert_eq!(lost(&telemetry.stats()), [("forked", 10)]);
            let start = Instant::now();
            drop(telemetry);
            assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
            let said = since.said(Level::WARN, "");
            let [line] = &said[..] else { panic!("{said:#?}") };
            assert!(line.contains("build `Telemetry` after the fork"), "{line}");
        });
        let telemetry = telemetry.unwrap();
        exchanges(&telemetry, 2, "ok");
        telemetry.shutdown().unwrap();
        let stats = telemetry.stats();
        assert_accounted(&stats);
        assert_eq!((stats.exchanges_exported(), collector.spans().len()), (10, 10));
        assert_eq!(since.said(Level::WARN, ""), [""; 0]);
    });
}

/// Also while that of the parent is still there.
#[test]
fn telemetry_can_be_built_after_the_fork() {
    let name = "forks::telemetry_can_be_built_after_the_fork";
    children::run(name, &[], || {
        log::listen();
        let collector = Collector::start().unwrap();
        let before = builder(&collector).install(true).build().unwrap();
        let toolkit = ApiToolkit::builder().build().unwrap();
        let ask = |times: usize| {
            actix_rt::System::new().block_on(async {
                use actix_web::test;
                let app = App::new().wrap(toolkit.clone());
                let app = app.default_service(web::to(|| async { "fine" }));
                let app = test::init_service(app).await;
                for _ in 0..times {
                    let request = test::TestRequest::get().uri("/x").to_request();
                    let response = test::call_service(&app, request).await;
                    assert_eq!(test::read_body(response).await, "fine");
                }
            });
        };
        ask(1);
        forked(|| {
            ask(1);
            assert_eq!(lost(&before.stats()), [("forked", 1)]);
            let after = builder(&collector).install(true).build().unwrap();
            // The same toolkit, which records with whatever is installed.
            ask(4);
            after.shutdown().unwrap();
            assert_accounted(&after.stats());
            assert_eq!(after.stats().exchanges_exported(), 4);
            assert_eq!(lost(&before.stats()), [("forked", 1)]);
            assert_ends_at_once(&before);
        });
        ask(1);
        before.shutdown().unwrap();
        assert_accounted(&before.stats());
        assert_eq!((before.stats().exchanges_exported(), collector.spans().len()), (2, 6));
    });
}

/// While other threads hold this lock and that, a thread forks in the middle of its work, and both
/// go on with it.
#[test]
fn a_fork_at_any_moment_waits_for_no_lock() {
    const FORKS: usize = 60;
    let name = "forks::a_fork_at_any_moment_waits_for_no_lock";
    children::run(name, &[], || {
        // Nobody listens to the log: who does has locks too, which are not ours.
        let collector = Collector::start().unwrap();
        collector.keep_contents(false);
        let telemetry = builder(&collector).shutdown_timeout(SOON).build().unwrap();
        let over = AtomicBool::new(false);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| each_exchange(&telemetry, "ok", |_| !over.load(Ordering::Relaxed)));
            }
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    spans(&telemetry, 10);
                    record(&telemetry, "hello");
                }
            });
            let _over = SetOnDrop(&over);
            let mut left = None;
            each_exchange(&telemetry, "ok", |n| {
                if let Some(left) = &mut left {
                    // In the fork: some more on this thread, and then on others.
                    spans(&telemetry, 2);
                    record(&telemetry, "hello");
                    *left -= 1;
                    if *left == 0 {
                        finish(|| end_fork(&telemetry));
                    }
                } else if n % 2 == 1 {
                    match fork::fork().unwrap() {
                        Fork::Child => {
                            watch();
                            left = Some(3);
                        }
                        Fork::Parent(id) => assert_eq!(fork::waitpid(id).unwrap(), 0, "fork {n}"),
                    }
                }
                left.is_some() || n < 2 * FORKS
            });
        });
        telemetry.shutdown().unwrap();
        let stats = telemetry.stats();
        assert_accounted(&stats);
        assert!(lost(&stats).iter().all(|(reason, _)| *reason != "forked"), "{stats:?}");
        assert_eq!(collector.counters().spans, stats.spans_exported());
    });
}

/// Also when the test fails.
struct SetOnDrop<'a>(&'a AtomicBool);

impl Drop for SetOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn end_fork(telemetry: &Telemetry) {
    let before = telemetry.stats();
    thread::scope(|scope| {
        scope.spawn(|| {
            exchanges(telemetry, 2, "ok");
            record(telemetry, "hello");
        });
    });
    assert_ends_at_once(telemetry);
    let stats = telemetry.stats();
    assert_eq!(stats.exchanges_created(), before.exchanges_created() + 2, "{stats:?}");
}

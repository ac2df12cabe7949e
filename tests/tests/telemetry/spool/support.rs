use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use actix_web::{App, HttpResponse, test, web};
use apitoolkit_actix::{
    ApiToolkit, Exporter, Stats, Telemetry, TelemetryBuilder,
    testing::{Collector, Span},
};

use crate::support::{SOON, builder, collector};

/// The least that a spool may be given.
pub(super) const SMALL: u64 = 8 * 1024 * 1024;

/// A directory for a spool, removed with the value.
#[derive(Debug)]
pub(super) struct Dir(PathBuf);

impl Dir {
    /// One that does not exist yet.
    pub(super) fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let path = path.join(format!("spool-{}-{n}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// The file that holds what waits.
    pub(super) fn queue(&self) -> PathBuf {
        self.0.join("traces.queue")
    }

    /// The names of all files in it, in order.
    pub(super) fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A receiver that is away.
pub(super) fn away() -> Collector {
    let collector = collector();
    collector.stop();
    collector
}

/// Telemetry with a spool, and without metrics, which have none.
pub(super) fn spooling(collector: &Collector, dir: &Dir) -> TelemetryBuilder {
    builder(collector).spool(dir.path(), SMALL).metrics_exporter(Exporter::None)
}

/// Sends a request to `/n/<number>` for each number, and calls `then` after each.
pub(super) fn numbered(
    telemetry: &Telemetry,
    numbers: impl IntoIterator<Item = usize>,
    body: &'static str,
    mut then: impl FnMut(usize),
) {
    let toolkit = ApiToolkit::builder().telemetry(telemetry).capture_response_body(true);
    let toolkit = toolkit.build().unwrap();
    actix_rt::System::new().block_on(async {
        let answer =
            move || async move { HttpResponse::Ok().content_type("text/plain").body(body) };
        let app = App::new().wrap(toolkit).default_service(web::to(answer));
        let app = test::init_service(app).await;
        for n in numbers {
            let request = test::TestRequest::get().uri(&format!("/n/{n}")).to_request();
            let response = test::call_service(&app, request).await;
            assert_eq!(test::read_body(response).await, body);
            then(n);
        }
    });
}

/// Sends a request for each number, and waits after each until it is on disk.
pub(super) fn spooled(telemetry: &Telemetry, numbers: impl IntoIterator<Item = usize>) {
    let before = telemetry.stats().exchanges_spooled();
    let mut sent = 0;
    numbered(telemetry, numbers, "ok", |_| {
        sent += 1;
        wait_for(telemetry, |stats| stats.exchanges_spooled() == before + sent);
    });
}

/// Waits until the numbers are as they should be.
#[track_caller]
pub(super) fn wait_for(telemetry: &Telemetry, mut are: impl FnMut(&Stats) -> bool) -> Stats {
    let start = Instant::now();
    loop {
        let stats = telemetry.stats();
        if are(&stats) {
            return stats;
        }
        assert!(start.elapsed() < SOON, "{stats:?}");
        thread::sleep(Duration::from_millis(1));
    }
}

/// The numbers of the exchanges, in the order in which they arrived.
pub(super) fn numbers(spans: &[Span]) -> Vec<usize> {
    let paths = spans.iter().filter_map(|span| span.str_attr("url.path"));
    paths.filter_map(|path| path.strip_prefix("/n/")?.parse().ok()).collect()
}

/// Every exchange of this process was exported, lost or is on disk, and no memory is held.
#[track_caller]
pub(super) fn assert_accounted(stats: &Stats) {
    let known = stats.exchanges_exported() + stats.exchanges_dropped() + stats.exchanges_spooled();
    assert_eq!((stats.exchanges_created(), stats.exchanges_pending()), (known, 0), "{stats:?}");
    assert_eq!(stats.buffered_bytes(), 0, "{stats:?}");
}

//! A disk that has no room for the spool: the app and its telemetry go on without.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use actix_web::{
    App, HttpResponse,
    test::{TestRequest, call_and_read_body, init_service},
    web,
};
use apitoolkit_actix::{ApiToolkit, Exporter, testing::Collector};
use apitoolkit_tests::{SOON, log, telemetry};
use tracing::Level;

const DIR: &str = "APITOOLKIT_TESTS_DIR";
const MIB: usize = 1024 * 1024;
/// Each with a body of 64 KiB.
const EXCHANGES: usize = 100;

/// Where files may be of 2 or 4 MiB at most, a spool of 8 MiB has no room, as on a disk that is full.
/// Nothing is lost: spans wait in memory, and leave when the receiver is back.
#[test]
fn a_spool_that_finds_no_room_leaves_its_spans_in_memory() {
    const NAME: &str = "full_disk::a_spool_that_finds_no_room_leaves_its_spans_in_memory";
    if let Some(dir) = env::var_os(DIR) {
        return without_room(Path::new(&dir));
    }
    let dir = Dir::new("no-room");
    // Whoever ignores the signal that comes with the limit gets an error instead. In blocks of 512
    // bytes, or in some shells of 1,024.
    let output = Command::new("sh")
        .args(["-c", r#"trap "" XFSZ; ulimit -f 4096; exec "$0" "$@""#])
        .arg(env::current_exe().unwrap())
        .args(["--exact", NAME, "--nocapture", "--test-threads=1"])
        .env(DIR, &dir.0)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

/// In the child.
fn without_room(dir: &Path) {
    static BODY: [u8; 64 * 1024] = [b'x'; 64 * 1024];
    let text = std::str::from_utf8(&BODY).unwrap();
    assert!(fs::write(dir.join("probe"), vec![0; 5 * MIB]).is_err(), "there is a limit");
    fs::remove_file(dir.join("probe")).unwrap();
    let since = log::mark();
    let collector = Collector::start().unwrap();
    collector.stop();
    let builder = telemetry(&collector).spool(dir, 8 * MIB as u64);
    let telemetry = builder.metrics_exporter(Exporter::None).build().unwrap();
    let toolkit = ApiToolkit::builder().telemetry(&telemetry).capture_response_body(true);
    let toolkit = toolkit.build().unwrap();
    actix_rt::System::new().block_on(async {
        let answer =
            move || async move { HttpResponse::Ok().content_type("text/plain").body(text) };
        let app = App::new().wrap(toolkit).default_service(web::to(answer));
        let app = init_service(app).await;
        for _ in 0..EXCHANGES {
            let request = TestRequest::get().uri("/x").to_request();
            assert_eq!(call_and_read_body(&app, request).await, text);
        }
    });
    let begun = Instant::now();
    let place = dir.to_str().unwrap();
    while since.said(Level::WARN, place).is_empty() {
        assert!(begun.elapsed() < SOON, "nothing was said");
        std::thread::sleep(Duration::from_millis(1));
    }
    let said = since.said(Level::WARN, place);
    assert!(said.len() == 1 && said[0].contains("spans wait in memory meanwhile"), "{said:?}");
    let stats = telemetry.stats();
    assert_eq!((stats.exchanges_created(), stats.exchanges_dropped()), (EXCHANGES as u64, 0));
    collector.restart().unwrap();
    let spans = collector.wait_for_spans(EXCHANGES, SOON).unwrap();
    assert!(spans.iter().all(|span| span.response_body().is_some_and(|body| body == BODY)));
    telemetry.shutdown().unwrap();
    let stats = telemetry.stats();
    assert_eq!((stats.exchanges_exported(), stats.exchanges_dropped()), (EXCHANGES as u64, 0));
    assert_eq!((stats.exchanges_spooled(), stats.buffered_bytes()), (0, 0));
    let left = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name());
    let left: Vec<_> = left.filter(|name| name == "traces.queue").collect();
    assert!(left.is_empty(), "a file that is half made was left behind");
}

/// A directory, removed with the value.
struct Dir(PathBuf);

impl Dir {
    fn new(name: &str) -> Self {
        let name = format!("{name}-{}", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

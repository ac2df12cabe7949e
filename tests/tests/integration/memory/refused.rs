use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, SocketAddr, TcpStream},
};

use actix_web::web::{self, Bytes};
use apitoolkit_actix::testing::Span;
use apitoolkit_tests::{Round, SOON, TestApp, peak_growth};

use super::{CHUNK, MIB};
use crate::children;

/// JSON of 100 MiB, of which the app takes two: with us its peak is hardly higher than without, each
/// in a fresh process, so that nothing is served from what an allocator has kept.
#[test]
fn a_body_far_over_the_apps_limit() {
    // Whatever else the machine does only adds to it.
    let peak = |which: &str| {
        let mut peaks = (0..4).map(|_| peak_of_refused_uploads(which));
        peaks.try_fold(usize::MAX, |least, peak| Some(least.min(peak?)))
    };
    // Absent in such a process.
    let Some((without, with)) = peak("without").zip(peak("with")) else { return };
    println!("100 MiB of JSON: {without} KiB, {with} KiB with us");
    assert!(with <= without + 1024, "{with} {without}");
}

/// By how many KiB memory grows while an app refuses a body as JSON and one as bytes.
fn peak_of_refused_uploads(which: &str) -> Option<usize> {
    const LENGTH: usize = 100 * MIB;
    const WHICH: &str = "APITOOLKIT_TESTS_WHICH";
    let output = children::run(
        "memory::refused::a_body_far_over_the_apps_limit",
        &[(WHICH, which)],
        || {
            let app = TestApp::start(
                |b| b.capture_request_body(true),
                |cfg| {
                    let json = web::JsonConfig::default().limit(2 * MIB);
                    cfg.app_data(json)
                        .app_data(web::PayloadConfig::new(256 * 1024))
                        .route("/json", web::post().to(|_: web::Json<Vec<u8>>| async { "never" }))
                        .route("/bytes", web::post().to(|_: Bytes| async { "never" }));
                },
            );
            let with_us = std::env::var(WHICH).unwrap() == "with";
            let address = if with_us { app.address } else { app.baseline };
            let growth = peak_growth(|round| {
                let paths = ["/json", "/bytes"];
                match round {
                    // By what is announced, of which none is sent.
                    Round::WarmUp => {
                        paths.repeat(5).iter().for_each(|path| refused(address, path, 0, LENGTH));
                        app.held(if with_us { 10 } else { 0 });
                    }
                    Round::Measured => {
                        paths.iter().for_each(|path| refused(address, path, LENGTH, 0))
                    }
                }
            });
            let spans = app.held(if with_us { 12 } else { 0 });
            let status = |span: &Span| span.int_attr("http.response.status_code");
            assert!(spans.iter().all(|span| status(span) == Some(413)));
            println!("{} KiB", growth / 1024);
        },
    )?;
    let text = String::from_utf8(output.stdout).unwrap();
    text.split(" KiB").next().and_then(|text| text.split_whitespace().last())?.parse().ok()
}

/// Sends spaces as JSON in chunks, as long as the server takes them, or announces them only. They
/// are refused.
fn refused(address: SocketAddr, path: &str, length: usize, announced: usize) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(SOON)).unwrap();
    let framing = match announced {
        0 => "Transfer-Encoding: chunked".to_owned(),
        _ => format!("Content-Length: {announced}"),
    };
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: api.test\r\nContent-Type: application/json\r\n{framing}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let chunk = [format!("{CHUNK:x}\r\n").as_bytes(), &[b' '; CHUNK], b"\r\n"].concat();
    let _ = (0..length / CHUNK).take_while(|_| stream.write_all(&chunk).is_ok()).count();
    let _ = stream.shutdown(Shutdown::Write);
    let mut answer = [0; 12];
    // The reset may overtake the answer.
    let status = stream.read_exact(&mut answer).map(|()| answer);
    assert!(status.is_err() || status.is_ok_and(|status| &status == b"HTTP/1.1 413"));
}

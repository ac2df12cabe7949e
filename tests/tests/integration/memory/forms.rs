use std::{io::Write as _, thread, time::Duration};

use actix_web::web;
use apitoolkit_tests::{Round, TestApp, peak_growth};
use futures_util::StreamExt as _;

use super::{CHUNK, MIB, exchange, say};
use crate::{children, requests::request};

/// Forms with a file of 100 MiB, eight at once: they are told, and their files are nowhere.
#[test]
fn eight_forms_with_large_files() {
    const FILE: usize = 100 * MIB;
    say(children::run("memory::forms::eight_forms_with_large_files", &[], || {
        let app = TestApp::start(
            |b| b.capture_request_body(true),
            |cfg| {
                cfg.route(
                    "/",
                    web::post().to(|mut body: web::Payload| async move {
                        let mut length = 0;
                        while let Some(chunk) = body.next().await {
                            length += chunk.unwrap().len();
                        }
                        length.to_string()
                    }),
                );
            },
        );
        let begin = "--b\r\nContent-Disposition: form-data; name=title\r\n\r\nhello\r\n--b\r\n\
            Content-Disposition: form-data; name=f; filename=a\r\nContent-Type: image/png\r\n\r\n";
        let end = "\r\n--b--\r\n";
        let send = |file: usize| {
            let length = (begin.len() + file + end.len()).to_string();
            let kind = ("Content-Type", "multipart/form-data; boundary=b");
            let head = request("POST", "/", &[kind, ("Content-Length", &length)], "");
            exchange(app.address, |stream| {
                stream.write_all(head.as_bytes()).unwrap();
                stream.write_all(begin.as_bytes()).unwrap();
                for _ in 0..file / CHUNK {
                    stream.write_all(&[b'\r'; CHUNK]).unwrap();
                }
                stream.write_all(end.as_bytes()).unwrap();
            })
        };
        let mut most = 0;
        let growth = peak_growth(|round| {
            let file = if round == Round::WarmUp { 10 * MIB } else { FILE };
            thread::scope(|scope| {
                let sending: Vec<_> = (0..8).map(|_| scope.spawn(move || send(file))).collect();
                while sending.iter().any(|thread| !thread.is_finished()) {
                    most = most.max(app.telemetry.stats().buffered_bytes());
                    thread::sleep(Duration::from_millis(1));
                }
            });
        });
        for (n, span) in app.held(16).iter().enumerate() {
            let size = if n < 8 { 10 * MIB } else { FILE };
            let told = format!(
                r#"[{{"name":"title","value":"hello"}},{{"name":"f","file":"[image/png, {size} B]"}}]"#
            );
            assert_eq!(String::from_utf8(span.request_body().unwrap()).unwrap(), told);
        }
        println!("eight forms of 100 MiB: {} KiB more at the peak, {most} B held", growth / 1024);
        assert!(growth < 8 * MIB && most < CHUNK, "{growth} {most}");
    }));
}

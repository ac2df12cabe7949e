//! What is large or without end goes by, and memory stays: each in a process of its own, whose
//! other threads play the client and the same app without us.
#![expect(clippy::print_stdout, reason = "figures for whoever reads along")]

mod forms;
mod refused;

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    process::Output,
    thread,
    time::{Duration, Instant, SystemTime},
};

use actix_web::{
    Error, HttpResponse,
    web::{self, Bytes},
};
use apitoolkit_actix::Telemetry;
use apitoolkit_tests::{Round, SOON, TestApp, peak_growth, resident};
use futures_util::{StreamExt as _, stream};

use crate::{
    children,
    requests::{get, keep_alive, post_bytes},
};

const MIB: usize = 1024 * 1024;
const GIB: usize = 1024 * MIB;
const CHUNK: usize = 64 * 1024;

/// Sends bytes, and counts those of the answer, up to the end of the connection.
fn exchange(address: SocketAddr, mut request: impl FnMut(&mut TcpStream)) -> usize {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(SOON)).unwrap();
    request(&mut stream);
    let mut buffer = vec![0; CHUNK];
    let mut read = 0;
    // A server that does not read everything resets the connection.
    while let Ok(n @ 1..) = stream.read(&mut buffer) {
        read += n;
    }
    read
}

fn wait_until(telemetry: &Telemetry, exchanges: u64) {
    let begun = Instant::now();
    while telemetry.stats().exchanges_exported() < exchanges {
        assert!(begun.elapsed() < SOON, "{:?}", telemetry.stats());
        telemetry.flush().unwrap();
    }
}

/// Passes on what the child says of its memory.
fn say(output: Option<Output>) {
    let Some(output) = output else { return };
    let text = String::from_utf8(output.stdout).unwrap();
    println!("{}", text.lines().find(|line| line.contains(" KiB")).unwrap());
}

/// A tenth of a gibibyte at a time, with nine pauses of a third of a second and more.
#[test]
fn a_gibibyte_that_streams_for_three_seconds() {
    say(children::run("memory::a_gibibyte_that_streams_for_three_seconds", &[], || {
        let app = TestApp::start(
            |b| b.capture_response_body(true),
            |cfg| {
                let route = |length: web::Path<usize>| async move {
                    let block = Bytes::from(vec![b'x'; CHUNK]);
                    let blocks = stream::repeat(block).take(*length / CHUNK).enumerate();
                    let paced = blocks.then(|(n, block)| async move {
                        if n > 0 && n % (GIB / CHUNK / 10) == 0 {
                            actix_rt::time::sleep(Duration::from_millis(340)).await;
                        }
                        Ok::<_, Error>(block)
                    });
                    HttpResponse::Ok().content_type("text/plain").streaming(paced)
                };
                cfg.route("/{length}", web::get().to(route));
            },
        );
        let mut ended = SystemTime::UNIX_EPOCH;
        let growth = peak_growth(|round| {
            let length = if round == Round::WarmUp { 64 * MIB } else { GIB };
            let read = exchange(app.address, |stream| {
                stream.write_all(get(&format!("/{length}")).as_bytes()).unwrap();
            });
            ended = SystemTime::now();
            assert!(read > length);
        });
        let span = app.held(2).remove(1);
        assert_eq!(span.int_attr("http.response.body.size"), Some(GIB as i64));
        let took = span.duration();
        // It ended when the last byte was read, give or take what was buffered.
        assert!(took >= Duration::from_secs(3), "{took:?}");
        assert!(ended.duration_since(span.end).unwrap_or_default() < SOON);
        println!("a streamed response of 1 GiB: {} KiB more at the peak", growth / 1024);
        assert!(growth < 8 * MIB, "{growth}");
    }));
}

#[test]
fn a_million_events() {
    const EVENTS: usize = 1_000_000;
    say(children::run("memory::a_million_events", &[], || {
        let app = TestApp::start(
            |b| b.capture_response_body(true),
            |cfg| {
                let route = |events: web::Path<usize>| async move {
                    let event = Bytes::from_static(b"data: tick\n\n");
                    let events = stream::repeat(event).take(*events).map(Ok::<_, Error>);
                    HttpResponse::Ok().content_type("text/event-stream").streaming(events)
                };
                cfg.route("/{events}", web::get().to(route));
            },
        );
        let growth = peak_growth(|round| {
            let events = if round == Round::WarmUp { EVENTS / 20 } else { EVENTS };
            let mut most = 0;
            let read = exchange(app.address, |stream| {
                stream.write_all(get(&format!("/{events}")).as_bytes()).unwrap();
                most = most.max(app.telemetry.stats().buffered_bytes());
            });
            // What is captured, and the exchange itself.
            assert!(read > events * 12 && most <= 2 * CHUNK, "{read} {most}");
        });
        let span = app.held(2).remove(1);
        assert_eq!(span.int_attr("http.response.body.size"), Some(12 * EVENTS as i64));
        println!("a million events: {} KiB more at the peak", growth / 1024);
        // All of them are twelve.
        assert!(growth < 6 * MIB, "{growth}");
    }));
}

/// A zstd frame of `blocks` runs of 128 KiB of spaces.
fn zstd_bomb(blocks: usize) -> Vec<u8> {
    // No checksum, no size, a window of 8 MiB.
    let mut frame = vec![0x28, 0xB5, 0x2F, 0xFD, 0, 13 << 3];
    for block in 0..blocks {
        let last = u32::from(block + 1 == blocks);
        let header = last | 1 << 1 | (128 * 1024) << 3;
        frame.extend(&header.to_le_bytes()[..3]);
        frame.push(b' ');
    }
    frame
}

/// 16 KiB that become half a gibibyte, a hundred of them at once.
#[test]
fn a_hundred_bombs_at_once() {
    say(children::run("memory::a_hundred_bombs_at_once", &[], || {
        let app = TestApp::start(
            |b| b.capture_request_body(true),
            |cfg| {
                cfg.route("/", web::post().to(|body: Bytes| async move { body.len().to_string() }));
            },
        );
        let bomb = zstd_bomb(4096);
        assert!(bomb.len() <= 16 * 1024 + 16);
        let kind = [("Content-Type", "application/json"), ("Content-Encoding", "zstd")];
        let request = post_bytes("/", &kind, &bomb);
        let mut sent = 0;
        let growth = peak_growth(|round| {
            let bombs = if round == Round::WarmUp { 2 } else { 100 };
            thread::scope(|scope| {
                for _ in 0..bombs {
                    scope.spawn(|| {
                        let stream = |stream: &mut TcpStream| stream.write_all(&request).unwrap();
                        assert!(exchange(app.address, stream) > 0);
                    });
                }
            });
            sent += bombs;
            wait_until(&app.telemetry, sent);
        });
        for span in app.held(102) {
            let body = String::from_utf8(span.request_body().unwrap()).unwrap();
            assert!(body.starts_with("[CLIENT_REDACTED] ["), "{body}");
        }
        println!("a hundred zstd bombs: {} KiB more at the peak", growth / 1024);
        assert!(growth < 32 * MIB, "{growth}");
    }));
}

/// Every request with a method, a path and a user agent that nobody has seen before. As many as the
/// environment says: a million takes minutes.
#[test]
fn strangers_who_never_repeat_themselves() {
    const MANY: &str = "APITOOLKIT_TESTS_STRANGERS";
    let many = std::env::var(MANY).unwrap_or_else(|_| "100000".to_owned());
    say(children::run("memory::strangers_who_never_repeat_themselves", &[(MANY, &many)], || {
        let strangers: usize = many.parse().unwrap();
        let app = TestApp::start(
            |b| b,
            |cfg| {
                cfg.service(web::resource("/any/{x}").to(|| async { "ok" }));
            },
        );
        app.collector.keep_contents(false);
        let mut client = app.connect();
        let mut next = 0;
        let mut ask = |requests: usize| {
            for _ in 0..requests / 50 {
                let mut burst = String::new();
                let methods: Vec<_> = (next..next + 50).map(|n| format!("M{n}")).collect();
                for method in &methods {
                    let path = format!("/{}/{method}", if next % 3 == 0 { "none" } else { "any" });
                    burst += &keep_alive(method, &path, &[("User-Agent", method)], "");
                    next += 1;
                }
                client.send(burst);
                methods.iter().for_each(|method| drop(client.reply_to(method)));
            }
            let stats = || app.telemetry.stats();
            let begun = Instant::now();
            while stats().exchanges_pending() > 0 {
                assert!(begun.elapsed() < SOON, "{:?}", stats());
                app.telemetry.flush().unwrap();
            }
        };
        // Everything that is bounded is full after the first half.
        ask(strangers / 2);
        let before = resident();
        ask(strangers / 2);
        let growth = resident().saturating_sub(before);
        let stats = app.telemetry.stats();
        assert_eq!(stats.exchanges_created(), strangers as u64);
        // A busy machine may send more slowly than requests come.
        let known = stats.exchanges_exported() + stats.exchanges_dropped();
        assert_eq!(stats.exchanges_created(), known);
        println!("{strangers} strangers: {} KiB more in the second half", growth / 1024);
        assert!(growth < 4 * MIB, "{growth}");
    }));
}

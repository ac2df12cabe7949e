//! Clients that take their time, by the hundred: nobody else is slowed, and memory is bounded.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use actix_web::{
    Error, HttpResponse,
    web::{self, Bytes},
};
use apitoolkit_tests::{Raw, SOON, TestApp, p99};
use futures_util::{StreamExt as _, stream};
use socket2::{Domain, Socket, Type};

use crate::requests::{get, keep_alive};

const READERS: usize = 500;
const MIB: usize = 1024 * 1024;
/// Of a response, which is 10 MiB long.
const BLOCK: usize = 64 * 1024;
const BLOCKS: usize = 160;

/// A client for which the system buffers next to nothing.
fn reader(address: SocketAddr) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(4 * 1024).unwrap();
    // The server's side buffers in segments, which are large on this interface.
    socket.set_tcp_mss(536).unwrap();
    socket.connect(&address.into()).unwrap();
    let mut client = TcpStream::from(socket);
    client.set_read_timeout(Some(SOON)).unwrap();
    client.write_all(get("/down").as_bytes()).unwrap();
    client
}

/// How long requests take while others read slowly.
fn latencies(address: SocketAddr) -> Vec<Duration> {
    let mut client = Raw::connect(address);
    let ask = |_| {
        let begun = Instant::now();
        client.send(keep_alive("GET", "/ok", &[], ""));
        assert_eq!(client.reply().text(), "ok");
        begun.elapsed()
    };
    (0..400).map(ask).collect()
}

#[test]
fn five_hundred_slow_readers() {
    const CAP: usize = 16 * 1024;
    let app = TestApp::start(
        |b| b.capture_response_body(true).max_body_bytes(CAP),
        |cfg| {
            cfg.route(
                "/down",
                web::get().to(|| async {
                    let block = Bytes::from(vec![b'x'; BLOCK]);
                    let blocks = stream::repeat(block).take(BLOCKS).map(Ok::<_, Error>);
                    HttpResponse::Ok().content_type("text/plain").streaming(blocks)
                }),
            )
            .route("/ok", web::get().to(|| async { "ok" }));
        },
    );
    let measure = |address| {
        let mut readers: Vec<_> = (0..READERS).map(|_| reader(address)).collect();
        let (over, is_over) = mpsc::channel::<()>();
        let figures = thread::scope(|scope| {
            let readers = &mut readers;
            scope.spawn(move || {
                // A kibibyte of each in a second.
                let mut buffer = [0; 1024];
                loop {
                    for reader in readers.iter_mut() {
                        reader.read_exact(&mut buffer).unwrap();
                    }
                    if is_over.recv_timeout(Duration::from_secs(1))
                        != Err(RecvTimeoutError::Timeout)
                    {
                        break;
                    }
                }
            });
            let took = latencies(address);
            let held = app.telemetry.stats().buffered_bytes();
            drop(over);
            (p99(took), held)
        });
        // Gone, in the middle of it.
        readers.into_iter().for_each(|reader| {
            drop(socket2::SockRef::from(&reader).set_linger(Some(Duration::ZERO)))
        });
        figures
    };
    let (without, _) = measure(app.baseline);
    let (with, held) = measure(app.address);
    println!(
        "{READERS} slow readers: p99 of others {with:?}, without us {without:?}; {held} bytes held"
    );
    // Of each the cap, and the exchange.
    let expected = READERS * CAP..=READERS * (CAP + 8 * 1024) + MIB;
    assert!(expected.contains(&held), "{held}");
    assert!(with <= without * 2 + Duration::from_millis(20), "{with:?} {without:?}");
    let spans = app.held(READERS + 400);
    let broken_off =
        spans.iter().filter(|s| s.str_attr("error.type") == Some("client_disconnected"));
    assert_eq!(broken_off.count(), READERS);
}

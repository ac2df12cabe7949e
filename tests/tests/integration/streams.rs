//! Responses that take their time: each byte leaves when it is produced, and the span ends after the
//! last of them.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant, SystemTime},
};

use actix_web::{
    Error, HttpResponse,
    error::ErrorInternalServerError,
    web::{self, Bytes},
};
use apitoolkit_actix::testing::StatusCode;
use apitoolkit_tests::{Raw, SOON, Settings, TestApp, median};
use futures_util::{StreamExt as _, stream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::requests::get;

type Chunk = &'static str;

/// A route `/` whose one response is what the test sends, when the test sends it.
fn app(kind: &'static str) -> (TestApp, UnboundedSender<Chunk>) {
    let (send, receive) = unbounded_channel::<Chunk>();
    let receive = Arc::new(Mutex::new(Some(receive)));
    let app =
        TestApp::start(
            |b| b.capture_response_body(true),
            move |cfg| {
                let receive = receive.clone();
                cfg.route("/", web::get().to(move || {
            let receive = receive.lock().unwrap().take().unwrap();
            async move { HttpResponse::Ok().content_type(kind).streaming(chunks(receive)) }
        }));
            },
        );
    (app, send)
}

fn chunks(receive: UnboundedReceiver<Chunk>) -> impl stream::Stream<Item = Result<Bytes, Error>> {
    stream::unfold(receive, |mut receive| async move {
        let chunk = receive.recv().await?;
        Some((Ok(Bytes::from_static(chunk.as_bytes())), receive))
    })
}

#[test]
fn events_leave_one_by_one_and_the_span_ends_with_the_last() {
    let (app, send) = app("text/event-stream");
    let mut client = app.connect();
    client.send(get("/"));
    assert!(client.head().starts_with("HTTP/1.1 200"));
    let mut took = Vec::new();
    for _ in 0..50 {
        let sent = Instant::now();
        send.send("data: tick\n\n").unwrap();
        // Nothing follows, so this event is there although no other pushes it out.
        assert_eq!(client.chunk(), b"data: tick\n\n");
        took.push(sent.elapsed());
    }
    // The machine may be busy now and then, and not for half of the events.
    assert!(took.iter().all(|took| *took < Duration::from_secs(1)), "{took:?}");
    assert!(median(took.clone()) < Duration::from_millis(20), "{took:?}");
    assert_eq!(app.telemetry.stats().exchanges_pending(), 1);
    let before_the_end = SystemTime::now();
    drop(send);
    assert_eq!(client.chunk(), b"");
    let span = app.held_one();
    assert!(span.end >= before_the_end);
    assert_eq!((span.status.code, span.str_attr("error.type")), (StatusCode::Unset, None));
    assert_eq!(span.int_attr("http.response.body.size"), Some(50 * 12));
    assert_eq!(span.response_body().unwrap(), "data: tick\n\n".repeat(50).as_bytes());
}

/// The first bytes of a body are out before the next are made, as early as without us.
#[test]
fn the_first_byte_is_no_later() {
    let app = TestApp::start(
        |b| b.capture_response_body(true),
        |cfg| {
            cfg.route(
                "/",
                web::get().to(|| async {
                    let blocks = stream::iter(0..3).then(|n| async move {
                        actix_rt::time::sleep(Duration::from_millis(n * 20)).await;
                        Ok::<_, Error>(Bytes::from(vec![b'x'; 16 * 1024]))
                    });
                    HttpResponse::Ok().content_type("text/plain").streaming(Box::pin(blocks))
                }),
            );
        },
    );
    let ask = |address| {
        let begun = Instant::now();
        let mut client = Raw::connect(address);
        client.send(get("/")).head();
        let first = client.chunk();
        let took = begun.elapsed();
        assert!(!first.is_empty());
        client.rest();
        took
    };
    let (with, without): (Vec<_>, Vec<_>) =
        (0..30).map(|_| (ask(app.address), ask(app.baseline))).unzip();
    let (with, without) = (median(with), median(without));
    assert!(with <= without + Duration::from_millis(5), "{with:?}, without us {without:?}");
    app.held(30);
}

#[test]
fn a_large_stream_is_counted_and_not_kept() {
    const MIB: usize = 1024 * 1024;
    let app = TestApp::start(
        |b| b.capture_response_body(true),
        |cfg| {
            cfg.route(
                "/",
                web::get().to(|| async {
                    let block = Bytes::from(vec![b'x'; MIB]);
                    let blocks = stream::repeat(block).take(64).map(Ok::<_, Error>);
                    HttpResponse::Ok().content_type("text/plain").streaming(blocks)
                }),
            );
        },
    );
    let mut client = app.connect();
    client.send(get("/"));
    client.head();
    let mut total = 0;
    loop {
        let held = app.telemetry.stats().buffered_bytes();
        assert!(held <= 64 * 1024, "{held} bytes held");
        match client.chunk().len() {
            0 => break,
            n => total += n,
        }
    }
    let span = app.held_one();
    assert_eq!(total, 64 * MIB);
    assert_eq!(span.int_attr("http.response.body.size"), Some(64 * MIB as i64));
    assert_eq!(
        String::from_utf8(span.response_body().unwrap()).unwrap(),
        "[CLIENT_REDACTED] [truncated text/plain, 65536 of 67108864 B]"
    );
}

#[test]
fn a_stream_that_fails_cuts_the_answer_short_as_ever() {
    let app = TestApp::start(
        |b| b.capture_response_body(true),
        |cfg| {
            cfg.route(
                "/",
                web::get().to(|| async {
                    let items = [
                        Ok(Bytes::from_static(b"{\"a\":")),
                        Err(ErrorInternalServerError("lost, password=CANARY-1")),
                    ];
                    HttpResponse::Ok()
                        .content_type("application/json")
                        .streaming(stream::iter(items))
                }),
            );
        },
    );
    app.same(get("/"));
    let span = app.held_one();
    assert_eq!(span.int_attr("http.response.status_code"), Some(200));
    assert_eq!(span.str_attr("error.type"), Some("response_body"));
    assert_eq!(span.status.code, StatusCode::Error);
    assert_eq!(span.status.message, "lost, password=[CLIENT_REDACTED]");
    assert_eq!(span.events.len(), 1);
    assert_eq!(
        String::from_utf8(span.response_body().unwrap()).unwrap(),
        "[CLIENT_REDACTED] [truncated application/json, 5 of 5 B]"
    );
}

#[test]
fn slow_clients_slow_nobody_else() {
    const SLOW: usize = 50;
    const READERS: usize = 10;
    // More than the system buffers for a client that does not read.
    const BLOCKS: usize = 32;
    let app = TestApp::start(
        |b| b.capture_request_body(true).capture_response_body(true).max_body_bytes(1024),
        |cfg| {
            cfg.route("/up", web::post().to(|body: Bytes| async move { body.len().to_string() }))
                .app_data(web::PayloadConfig::new(1024 * 1024))
                .route(
                    "/down",
                    web::get().to(|| async {
                        let block = Bytes::from(vec![b'x'; 256 * 1024]);
                        let blocks = stream::repeat(block).take(BLOCKS).map(Ok::<_, Error>);
                        HttpResponse::Ok().content_type("text/plain").streaming(blocks)
                    }),
                )
                .route("/ok", web::get().to(|| async { "ok" }));
        },
    );
    let mut uploads: Vec<_> = (0..SLOW).map(|_| app.connect()).collect();
    for client in &mut uploads {
        client.send(
            "POST /up HTTP/1.1\r\nHost: api.test\r\nContent-Type: text/plain\r\n\
             Content-Length: 4096\r\n\r\n",
        );
        client.send("x".repeat(2048));
    }
    let mut downloads: Vec<_> = (0..READERS).map(|_| app.connect()).collect();
    for client in &mut downloads {
        client.send(get("/down"));
        assert!(client.head().starts_with("HTTP/1.1 200"));
    }
    let begun = Instant::now();
    for _ in 0..100 {
        app.same(get("/ok"));
    }
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
    let held = app.telemetry.stats().buffered_bytes();
    // At most the cap for each slow one, and a little for what is on its way.
    assert!(held <= (SLOW + READERS) * 1024 + 100 * 4096, "{held}");
    for client in &mut uploads {
        client.send("x".repeat(2048));
        assert_eq!(client.reply().text(), "4096");
    }
    for client in &mut downloads {
        let mut total = 0;
        loop {
            match client.chunk().len() {
                0 => break,
                n => total += n,
            }
        }
        assert_eq!(total, BLOCKS * 256 * 1024);
    }
    let spans = app.held(SLOW + READERS + 100);
    assert!(spans.iter().all(|span| span.str_attr("error.type").is_none()));
}

/// More than the budget has room for is under way at once: bodies are given up, and their exchanges
/// are not.
#[test]
fn slow_uploads_share_the_budget() {
    const SLOW: usize = 500;
    const BUDGET: usize = 2 * 1024 * 1024;
    const HALF: usize = 8 * 1024;
    let app = TestApp::with(
        Settings { memory_budget: BUDGET, ..Settings::default() },
        |b| b.capture_request_body(true),
        |_| {
            |cfg: &mut web::ServiceConfig| {
                cfg.route(
                    "/up",
                    web::post().to(|body: Bytes| async move { body.len().to_string() }),
                )
                .route("/ok", web::get().to(|| async { "ok" }));
            }
        },
    );
    let mut uploads: Vec<_> = (0..SLOW).map(|_| app.connect()).collect();
    for client in &mut uploads {
        client.send(format!(
            "POST /up HTTP/1.1\r\nHost: api.test\r\nContent-Type: text/plain\r\n\
             Content-Length: {}\r\n\r\n",
            2 * HALF
        ));
        client.send("x".repeat(HALF));
        assert!(app.telemetry.stats().buffered_bytes() <= BUDGET);
    }
    // All of them have begun to be read when this is answered.
    assert!(app.same(get("/ok")).ends_with("ok"));
    for (n, client) in uploads.iter_mut().enumerate() {
        client.send("x".repeat(HALF));
        assert_eq!(client.reply().text(), (2 * HALF).to_string());
        assert!(app.telemetry.stats().buffered_bytes() <= BUDGET);
        if n % 10 == 0 {
            // Finished ones wait for nothing.
            app.telemetry.flush().unwrap();
        }
    }
    let spans = app.held(SLOW + 1);
    let bare = spans
        .iter()
        .filter(|span| span.str_attr("url.path") == Some("/up") && span.request_body().is_none());
    let shed = app.telemetry.stats().bodies_shed();
    assert_eq!(bare.count() as u64, shed);
    assert!(shed > 0 && shed < SLOW as u64, "{shed}");
    assert!(spans.iter().all(|span| span.str_attr("error.type").is_none()));
}

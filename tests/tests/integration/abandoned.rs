//! Clients that go away, and what their exchanges are recorded as.

use std::{
    sync::{Arc, Mutex, mpsc},
    time::{Duration, Instant, SystemTime},
};

use actix_web::{
    Error, HttpResponse,
    web::{self, Bytes, ServiceConfig},
};
use apitoolkit_actix::testing::{Span, StatusCode};
use apitoolkit_tests::{SOON, Settings, TestApp, of};
use futures_util::{StreamExt as _, stream};
use tokio::sync::Notify;

use crate::requests::{get, keep_alive};

/// What happens in the handlers, told to the test.
#[derive(Clone)]
struct Told(Arc<Mutex<mpsc::Sender<&'static str>>>);

impl Told {
    fn new() -> (Self, mpsc::Receiver<&'static str>) {
        let (tell, told) = mpsc::channel();
        (Self(Arc::new(Mutex::new(tell))), told)
    }

    fn tell(&self, what: &'static str) {
        // The test may be over.
        let _ = self.0.lock().unwrap().send(what);
    }
}

struct OnDrop(Told);

impl Drop for OnDrop {
    fn drop(&mut self) {
        self.0.tell("dropped");
    }
}

/// `/pending` never answers unless it is let, `/body` streams without end, `/silent` sends a head
/// and then nothing.
fn routes(told: Told, go: Arc<Notify>) -> impl Fn(&mut ServiceConfig) + Clone + Send + 'static {
    move |cfg| {
        let (told, go) = (told.clone(), go.clone());
        let pending = move || {
            let (told, go) = (told.clone(), go.clone());
            async move {
                let _guard = OnDrop(told.clone());
                told.tell("running");
                go.notified().await;
                "done"
            }
        };
        cfg.route("/pending", web::to(pending))
            .route(
                "/body",
                web::get().to(|| async {
                    let chunks = stream::repeat(Bytes::from_static(b"0123456789"));
                    HttpResponse::Ok()
                        .content_type("text/plain")
                        .streaming(chunks.map(Ok::<_, Error>))
                }),
            )
            .route(
                "/sized",
                web::get().to(|| async {
                    let chunks =
                        stream::repeat(Bytes::from(vec![b'x'; 65_536])).map(Ok::<_, Error>);
                    HttpResponse::Ok()
                        .content_type("text/plain")
                        .body(actix_web::body::SizedStream::new(1 << 40, chunks))
                }),
            )
            .route(
                "/silent",
                web::get().to(|| async {
                    let chunks = stream::pending::<Result<Bytes, Error>>();
                    HttpResponse::Ok().content_type("text/plain").streaming(chunks)
                }),
            )
            .route("/ok", web::get().to(|| async { "ok" }));
    }
}

fn app(settings: Settings) -> (TestApp, mpsc::Receiver<&'static str>, Arc<Notify>) {
    let (told, hear) = Told::new();
    let go = Arc::new(Notify::new());
    let routes = routes(told, go.clone());
    let app = TestApp::with(settings, |b| b.capture_response_body(true), |_| routes);
    (app, hear, go)
}

fn assert_disconnected(span: &Span, status: Option<i64>) {
    assert_eq!(span.str_attr("error.type"), Some("client_disconnected"));
    assert_eq!((span.status.code, span.status.message.as_str()), (StatusCode::Error, ""));
    assert_eq!(span.int_attr("http.response.status_code"), status);
    assert_eq!(span.events, []);
}

/// The span ended when the client had gone, or when the exchange was dropped, and not when somebody
/// noticed much later.
fn assert_ended_soon_after(span: &Span, moment: SystemTime) {
    let late = span.end.duration_since(moment).unwrap_or_default();
    assert!(late < Duration::from_millis(100), "{late:?}");
}

/// When the handler was dropped.
fn dropped(hear: &mpsc::Receiver<&'static str>) -> SystemTime {
    assert_eq!(hear.recv_timeout(SOON), Ok("dropped"));
    SystemTime::now()
}

#[test]
fn a_client_that_only_stops_sending_gets_its_answer() {
    let (app, hear, go) = app(Settings::default());
    let mut client = app.connect();
    client.send(keep_alive("GET", "/pending", &[], "")).finish();
    assert_eq!(hear.recv_timeout(SOON), Ok("running"));
    go.notify_one();
    assert_eq!(client.reply().text(), "done");
    let span = app.held_one();
    assert_eq!(span.int_attr("http.response.status_code"), Some(200));
    assert_eq!(span.attr("error.type"), None);
}

#[test]
fn a_server_that_takes_it_for_gone_drops_the_exchange() {
    let (app, hear, _go) = app(Settings { half_closed: false, ..Settings::default() });
    let mut client = app.connect();
    client.send(keep_alive("GET", "/pending", &[], ""));
    assert_eq!(hear.recv_timeout(SOON), Ok("running"));
    client.finish();
    let gone = dropped(&hear);
    let span = app.held_one();
    assert_disconnected(&span, None);
    assert_ended_soon_after(&span, gone);
    assert_eq!(span.str_attr("http.route"), Some("/pending"));
}

#[test]
fn a_reset_before_the_head() {
    let (app, hear, _go) = app(Settings::default());
    let mut client = app.connect();
    client.send(keep_alive("GET", "/pending", &[], ""));
    assert_eq!(hear.recv_timeout(SOON), Ok("running"));
    client.reset();
    let gone = dropped(&hear);
    let span = app.held_one();
    assert_disconnected(&span, None);
    assert_ended_soon_after(&span, gone);
    assert_eq!(span.attr("http.response.body.size"), None);
}

#[test]
fn a_reset_within_the_body() {
    let (app, _hear, _go) = app(Settings::default());
    for (n, path) in ["/body", "/sized"].into_iter().enumerate() {
        let mut client = app.connect();
        client.send(get(path));
        client.head();
        client.bytes(100);
        let gone = SystemTime::now();
        client.reset();
        let span = &app.held(n + 1)[n];
        assert_disconnected(span, Some(200));
        assert_ended_soon_after(span, gone);
        let body = String::from_utf8(span.response_body().unwrap()).unwrap();
        assert!(body.starts_with("[CLIENT_REDACTED] [truncated text/plain, "), "{body}");
    }
}

#[test]
fn a_reset_while_the_body_is_silent() {
    let (app, _hear, _go) = app(Settings::default());
    let mut client = app.connect();
    client.send(get("/silent"));
    client.head();
    let gone = SystemTime::now();
    client.reset();
    let span = app.held_one();
    assert_disconnected(&span, Some(200));
    assert_ended_soon_after(&span, gone);
}

#[test]
fn a_reset_within_an_upload() {
    let app = TestApp::start(
        |b| b.capture_request_body(true),
        |cfg| {
            cfg.route(
                "/",
                web::post().to(|body: Result<Bytes, Error>| async move {
                    match body {
                        Ok(_) => HttpResponse::Ok().finish(),
                        Err(error) => error.error_response(),
                    }
                }),
            );
        },
    );
    let mut client = app.connect();
    client.send(
        "POST / HTTP/1.1\r\nHost: api.test\r\nContent-Type: application/json\r\n\
         Content-Length: 100\r\n\r\n{\"password\":\"CANARY-1\"",
    );
    client.reset();
    let created = app.collector.wait_for_spans(1, SOON).unwrap();
    let span = app.held_one();
    assert_eq!(created.len(), 1);
    let body = span.request_body().map(|body| String::from_utf8(body).unwrap());
    // The reset may overtake the bytes.
    if let Some(body) = body {
        assert_eq!(body, "[CLIENT_REDACTED] [truncated application/json, 22 of 100 B]");
    }
}

#[test]
fn a_stream_of_http_2_reset_within_its_body() {
    let (app, _hear, _go) = app(Settings { h2c: true, ..Settings::default() });
    actix_rt::System::new().block_on(async {
        let stream = tokio::net::TcpStream::connect(app.address).await.unwrap();
        let (client, connection) = h2::client::handshake(stream).await.unwrap();
        actix_rt::spawn(connection);
        let mut client = client.ready().await.unwrap();
        let request =
            |path: &str| http::Request::get(format!("http://api.test{path}")).body(()).unwrap();
        let (response, mut sending) = client.send_request(request("/sized"), true).unwrap();
        let mut body = response.await.unwrap().into_body();
        body.data().await.unwrap().unwrap();
        sending.send_reset(h2::Reason::CANCEL);
        drop(body);
        let mut client = client.ready().await.unwrap();
        // The connection serves on.
        let (response, _) = client.send_request(request("/ok"), true).unwrap();
        let mut body = response.await.unwrap().into_body();
        assert_eq!(body.data().await.unwrap().unwrap(), "ok");
    });
    let spans = app.held(2);
    let reset = spans.iter().find(|s| s.str_attr("http.route") == Some("/sized")).unwrap();
    assert_disconnected(reset, Some(200));
    let ok = spans.iter().find(|s| s.str_attr("http.route") == Some("/ok")).unwrap();
    assert_eq!(ok.attr("error.type"), None);
    assert_eq!(ok.str_attr("network.protocol.version"), Some("2"));
}

/// Actix lets the handler finish, with us and without us; what it answers goes nowhere.
#[test]
fn a_stream_of_http_2_reset_while_its_handler_is_at_work() {
    let (app, hear, go) = app(Settings { h2c: true, ..Settings::default() });
    actix_rt::System::new().block_on(async {
        let stream = tokio::net::TcpStream::connect(app.address).await.unwrap();
        let (client, connection) = h2::client::handshake(stream).await.unwrap();
        actix_rt::spawn(connection);
        let request =
            |path: &str| http::Request::get(format!("http://api.test{path}")).body(()).unwrap();
        let mut client = client.ready().await.unwrap();
        let (response, mut sending) = client.send_request(request("/pending"), true).unwrap();
        let mut client = client.ready().await.unwrap();
        let (ok, _) = client.send_request(request("/ok"), true).unwrap();
        assert_eq!(ok.await.unwrap().status(), 200);
        assert_eq!(hear.recv_timeout(SOON), Ok("running"));
        sending.send_reset(h2::Reason::CANCEL);
        drop(response);
        // An answer to what was sent later: the reset has arrived.
        let mut client = client.ready().await.unwrap();
        let (ok, _) = client.send_request(request("/ok"), true).unwrap();
        assert_eq!(ok.await.unwrap().status(), 200);
        go.notify_one();
        let mut client = client.ready().await.unwrap();
        let (ok, _) = client.send_request(request("/ok"), true).unwrap();
        assert_eq!(ok.await.unwrap().status(), 200);
    });
    assert_eq!(hear.recv_timeout(SOON), Ok("dropped"));
    let spans = app.held(4);
    let ended = spans.iter().find(|s| s.str_attr("http.route") == Some("/pending")).unwrap();
    assert_eq!(ended.int_attr("http.response.status_code"), Some(200));
    assert_eq!((ended.status.code, ended.attr("error.type")), (StatusCode::Unset, None));
}

#[test]
fn many_aborts_at_random_moments() {
    let (app, hear, _go) = app(Settings::default());
    // A fixed sequence of moments: before the answer, within its head, within its body.
    let mut asked = 1;
    for n in 0..of(300, 10_000) {
        let mut client = app.connect();
        // The server looks after a connection while a handler pends only if it is to be kept.
        let path = ["/pending", "/body", "/sized", "/ok"][n % 4];
        client.send(keep_alive("GET", path, &[], ""));
        match n % 4 {
            // A reset that the server reads together with the request is taken for a half-close:
            // the handler would pend for ever, with us and without us.
            0 => assert_eq!(hear.recv_timeout(SOON), Ok("running")),
            1 | 2 => drop(client.bytes(1 + n * 37 % 5_000)),
            _ => drop(client.reply()),
        }
        client.reset();
        if n % 4 == 0 {
            assert_eq!(hear.recv_timeout(SOON), Ok("dropped"));
        }
        asked += 1;
    }
    assert!(app.same(get("/ok")).ends_with("ok"));
    let stats = || app.telemetry.stats();
    let quiet = Instant::now();
    while stats().exchanges_pending() > 0 {
        assert!(quiet.elapsed() < SOON, "{:?}", stats());
        app.telemetry.flush().unwrap();
    }
    let created = stats().exchanges_created() as usize;
    assert_eq!(created, asked);
    for span in app.held(created) {
        let expected = match span.str_attr("http.route").unwrap() {
            "/ok" => None,
            _ => Some("client_disconnected"),
        };
        assert_eq!(span.str_attr("error.type"), expected);
    }
}

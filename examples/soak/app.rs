//! The app that is loaded: handlers that answer, stream, call, fail and panic.

use std::{error::Error, net::SocketAddr, panic, sync::Arc, time::Duration};

use actix_web::{
    App, Error as Failure, HttpRequest, HttpResponse, HttpServer, Responder,
    dev::Service as _,
    error::{ErrorBadGateway, ErrorInternalServerError},
    rt,
    web::{self, Data, ServiceConfig},
};
use apitoolkit_actix::{ApiToolkit, Telemetry, observe_request};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use serde_json::json;

use crate::{
    arguments,
    common::questions,
    requests::{CANARY, IGNORED},
    state::State,
    watch::Watch,
};

/// The panics of the handlers.
const ASKED_FOR: &str = "a panic that was asked for";
const SPOOL_BYTES: u64 = 256 * 1024 * 1024;

/// Where what the handlers call is.
struct Upstream(SocketAddr);

/// Serves until its input ends, and answers each line of that with its [`State`].
#[actix_web::main]
pub(crate) async fn serve(app: &arguments::App) -> Result<(), Box<dyn Error>> {
    keep_quiet();
    let mut telemetry = Telemetry::builder()
        .endpoint(&app.endpoint)
        .service_name("soak")
        .batch_size(128)
        .schedule_delay(Duration::from_millis(100));
    if let Some(directory) = &app.spool {
        telemetry = telemetry.spool(directory, SPOOL_BYTES);
    }
    let telemetry = telemetry.build()?;
    let toolkit = ApiToolkit::builder()
        .capture_request_body(true)
        .capture_response_body(true)
        .redact_response_body(["$.people[*].email"])
        .ignore_status([IGNORED])
        .build()?;
    let watch = Arc::new(Watch::default());
    let upstream = upstream()?;
    let state = Arc::clone(&watch);
    let server = HttpServer::new(move || {
        watch.start();
        let outside = Arc::clone(&watch);
        App::new()
            .app_data(Data::from(Arc::clone(&watch)))
            .app_data(Data::new(Upstream(upstream)))
            .app_data(Data::new(reports()))
            .app_data(web::PayloadConfig::new(4 * 1024 * 1024))
            .configure(routes)
            .wrap(toolkit.clone())
            .wrap_fn(move |request, service| {
                outside.request();
                service.call(request)
            })
    })
    .workers(app.workers)
    .disable_signals()
    .bind(("127.0.0.1", 0))?;
    println!("{}", server.addrs().first().ok_or("no address")?);
    let running = rt::spawn(server.run());
    web::block(move || {
        questions::answer(&telemetry, |stats| State::of(stats, &state))?;
        telemetry.shutdown().map_err(std::io::Error::other)
    })
    .await??;
    running.abort();
    Ok(())
}

/// Says nothing of the panics that are asked for.
fn keep_quiet() {
    let others = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if panic.payload().downcast_ref::<String>().is_none_or(|text| text != ASKED_FOR) {
            others(panic);
        }
    }));
}

/// A service that the handlers call, which nobody records.
fn upstream() -> Result<SocketAddr, Box<dyn Error>> {
    let answer = async |at_most: web::Path<u64>| {
        rt::time::sleep(Duration::from_millis(fastrand::u64(0..=*at_most))).await;
        HttpResponse::Ok().json(json!({ "token": CANARY, "todo": "write" }))
    };
    let server =
        HttpServer::new(move || App::new().route("/after/{millis}", web::get().to(answer)))
            .workers(1)
            .disable_signals()
            // Longer than any client's, so that no call meets a connection that is being closed.
            .keep_alive(Duration::from_secs(3_600))
            .bind(("127.0.0.1", 0))?;
    let address = *server.addrs().first().ok_or("no address")?;
    rt::spawn(server.run());
    Ok(address)
}

fn routes(app: &mut ServiceConfig) {
    app.route("/users/{id}", web::get().to(user))
        .route("/reports/{kib}", web::get().to(report))
        .route("/echo", web::post().to(echo))
        .route("/call/{millis}", web::get().to(call))
        .route("/worker", web::get().to(worker))
        .route("/pending", web::get().to(pending))
        .route("/events", web::get().to(events))
        .route("/endless", web::get().to(endless))
        .route("/panic", web::get().to(panics))
        .route("/panic/late", web::get().to(panics_late))
        .route("/failure", web::get().to(failure))
        .route("/ignored", web::get().to(ignored));
}

async fn user(id: web::Path<u64>) -> impl Responder {
    HttpResponse::Ok().json(json!({ "id": *id, "password": CANARY }))
}

async fn report(kib: web::Path<usize>, reports: Data<Reports>) -> impl Responder {
    let report = reports.iter().find(|report| report.len() >= *kib * 1024);
    HttpResponse::Ok().content_type("application/json").body(report.cloned().unwrap_or_default())
}

async fn echo(body: Bytes) -> impl Responder {
    HttpResponse::Ok().json(json!({ "bytes": body.len(), "access_token": CANARY }))
}

/// Calls, and passes on what it is answered after so many milliseconds at most.
async fn call(
    request: HttpRequest,
    millis: web::Path<u64>,
    upstream: Data<Upstream>,
    watch: Data<Watch>,
) -> Result<HttpResponse, Failure> {
    watch.call();
    let call = observe_request(&request).url_wildcard("/after/{millis}");
    let call = call.get(format!("http://{}/after/{millis}", upstream.0));
    let authorization = ("authorization", format!("Bearer {CANARY}"));
    let mut answer = call.insert_header(authorization).send().await.map_err(ErrorBadGateway)?;
    let body = answer.body().await.map_err(ErrorBadGateway)?;
    Ok(HttpResponse::Ok().content_type("application/json").body(body))
}

/// Says which thread it runs on.
async fn worker() -> impl Responder {
    format!("{:?}", std::thread::current().id())
}

async fn pending() -> impl Responder {
    rt::time::sleep(Duration::from_millis(fastrand::u64(50..200))).await;
    "at last"
}

/// A few events, one after the other.
async fn events() -> impl Responder {
    let events = stream::iter(0..10).then(async |n| {
        rt::time::sleep(Duration::from_millis(5)).await;
        Ok::<_, Failure>(Bytes::from(format!("data: {{\"n\":{n},\"token\":\"{CANARY}\"}}\n\n")))
    });
    HttpResponse::Ok().content_type("text/event-stream").streaming(events)
}

/// A body without an end.
async fn endless() -> impl Responder {
    let chunk = Bytes::from(format!("{{\"password\":\"{CANARY}\"}}\n").repeat(200));
    let chunks = stream::repeat(chunk).then(async |chunk| {
        rt::time::sleep(Duration::from_millis(1)).await;
        Ok::<_, Failure>(chunk)
    });
    HttpResponse::Ok().content_type("application/json").streaming(chunks)
}

#[expect(clippy::panic, reason = "what becomes of it is the question")]
async fn panics() -> HttpResponse {
    panic!("{ASKED_FOR}")
}

/// Panics after the head and some of the body.
async fn panics_late() -> impl Responder {
    let chunks = stream::iter(0..3).then(async |n| {
        rt::task::yield_now().await;
        assert!(n < 2, "{ASKED_FOR}");
        Ok::<_, Failure>(Bytes::from_static(b"{\"token\":"))
    });
    HttpResponse::Ok().content_type("application/json").streaming(chunks)
}

async fn failure() -> Result<HttpResponse, Failure> {
    Err(ErrorInternalServerError(format!("no connection with password={CANARY}")))
}

async fn ignored() -> impl Responder {
    let status = actix_web::http::StatusCode::from_u16(IGNORED).unwrap_or_default();
    HttpResponse::build(status).finish()
}

type Reports = Vec<Bytes>;

/// People, as an API returns them: in several sizes.
fn reports() -> Reports {
    [1, 8, 32, 100].map(|kib| people(kib * 1024)).into()
}

fn people(bytes: usize) -> Bytes {
    let person = |id: usize| json!({ "id": id, "name": format!("Person {id}"), "email": format!("{CANARY}@example.org") });
    let one = person(100).to_string().len();
    let people: Vec<_> = (0..=bytes / one).map(person).collect();
    json!({ "people": people, "secret": CANARY }).to_string().into()
}

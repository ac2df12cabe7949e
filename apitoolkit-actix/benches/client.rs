//! What it costs to observe outgoing calls: requests per second over one connection on loopback,
//! beside a bare `awc` client, in the same run.
//!
//! ```sh
//! cargo bench -p apitoolkit-actix --bench client
//! ```
//!
//! The calls are made in a handler, inside an incoming exchange. Short rounds take turns, so that
//! whatever else the machine does hits all alike, and each is compared with the bare one beside it.
//! A bare client that writes a `traceparent` by hand tells how much of it the header is. Recorded
//! calls are redacted on the worker, and their spans end where no exporter is. With
//! `--calls` and a mode it makes so many calls and ends, for counting instructions.
#![expect(clippy::print_stdout, clippy::expect_used, reason = "a bench prints, and may fail")]

use std::{env, net::SocketAddr, rc::Rc, sync::mpsc, thread, time::Duration, time::Instant};

use actix_web::{
    App, HttpResponse, HttpServer,
    dev::Service as _,
    rt,
    test::{TestRequest, init_service},
    web,
};
use apitoolkit_actix::{ApiToolkit, ObservedClient};
use awc::Client;
use opentelemetry_sdk::trace::SdkTracerProvider;

const ROUNDS: usize = 400;
const ROUND: Duration = Duration::from_millis(50);

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Bare,
    /// With the header that every observed call has to have, written by hand.
    Header,
    NotSampled,
    Recorded,
}

const MODES: [(&str, Mode); 4] = [
    ("bare", Mode::Bare),
    ("header", Mode::Header),
    ("not-sampled", Mode::NotSampled),
    ("recorded", Mode::Recorded),
];

fn main() {
    let address = serve();
    let arguments: Vec<_> = env::args().skip(1).filter(|argument| argument != "--bench").collect();
    rt::System::new().block_on(async move {
        match &arguments[..] {
            [flag, mode, calls] if flag == "--calls" => {
                let mode = MODES.iter().find(|known| known.0 == mode).map(|known| known.1);
                let (Some(mode), Ok(calls)) = (mode, calls.parse::<u32>()) else { return };
                let client = client(mode);
                within(mode, async move || {
                    for _ in 0..calls {
                        call(&client, mode, address).await;
                    }
                })
                .await;
            }
            _ => compare(address).await,
        }
    });
}

async fn compare(address: SocketAddr) {
    let clients = MODES.map(|(_, mode)| (mode, Rc::new(client(mode))));
    let mut rates = [const { Vec::new() }; MODES.len()];
    for _ in 0..ROUNDS {
        for ((mode, client), rates) in clients.iter().zip(&mut rates) {
            let (client, mode) = (Rc::clone(client), *mode);
            let (told, rate) = mpsc::channel();
            within(mode, async move || {
                let started = Instant::now();
                let mut calls = 0_u32;
                while started.elapsed() < ROUND {
                    call(&client, mode, address).await;
                    calls += 1;
                }
                let _ = told.send(f64::from(calls) / started.elapsed().as_secs_f64());
            })
            .await;
            rates.push(rate.recv().expect("a rate"));
        }
    }
    let median = |mut rates: Vec<f64>| {
        rates.sort_by(f64::total_cmp);
        rates[rates.len() / 2]
    };
    println!("{:<12} {:>12} {:>18}", "client", "requests/s", "of bare, each round");
    for ((name, _), mode) in MODES.iter().zip(&rates) {
        let of_bare = mode.iter().zip(&rates[0]).map(|(rate, bare)| 100.0 * rate / bare).collect();
        println!("{name:<12} {:>12.0} {:>17.1}%", median(mode.clone()), median(of_bare));
    }
}

/// Runs work in the handler of a request, whose exchange is recorded or not as the mode says.
async fn within(mode: Mode, work: impl AsyncFn() + 'static) {
    let toolkit = ApiToolkit::builder()
        .tracer_provider(&SdkTracerProvider::builder().build())
        .build()
        .expect("a toolkit");
    let work = Rc::new(work);
    let handler = move || {
        let work = Rc::clone(&work);
        async move {
            work().await;
            HttpResponse::Ok().finish()
        }
    };
    let app = init_service(App::new().wrap(toolkit).route("/", web::get().to(handler))).await;
    let sampled = if mode == Mode::Recorded { "01" } else { "00" };
    let parent = format!("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-{sampled}");
    let request = TestRequest::get().uri("/").insert_header(("traceparent", parent));
    app.call(request.to_request()).await.expect("an answer");
}

fn client(mode: Mode) -> Client {
    match mode {
        Mode::Bare | Mode::Header => Client::default(),
        Mode::NotSampled | Mode::Recorded => Client::builder().wrap(ObservedClient::new()).finish(),
    }
}

async fn call(client: &Client, mode: Mode, address: SocketAddr) {
    let mut request = client
        .get(format!("http://{address}/users/42?page=2"))
        .insert_header(("accept", "application/json"))
        .insert_header(("authorization", "Bearer abc"))
        .insert_header(("x-request-id", "1"));
    if mode == Mode::Header {
        let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
        request = request.insert_header(("traceparent", parent));
    }
    let mut answer = request.send().await.expect("an answer");
    let body = answer.body().await.expect("a body");
    assert_eq!(body.len(), 32);
}

fn serve() -> SocketAddr {
    let (started, running) = mpsc::channel();
    thread::spawn(move || {
        rt::System::new().block_on(async move {
            let answer =
                || async { HttpResponse::Ok().body("{\"id\":42,\"name\":\"0123456789abc\"}") };
            let server =
                HttpServer::new(move || App::new().route("/users/{id}", web::get().to(answer)))
                    .workers(1)
                    .disable_signals()
                    .bind(("127.0.0.1", 0))
                    .expect("a free port");
            let _ = started.send(server.addrs()[0]);
            server.run().await
        })
    });
    running.recv().expect("a server")
}

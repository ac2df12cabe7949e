//! What it costs to observe outgoing calls: requests per second over one connection on loopback,
//! beside a bare `awc` client, in the same run.
//!
//! ```sh
//! cargo bench -p apitoolkit-actix --bench client
//! ```
//!
//! Rounds of a second take turns, so that whatever else the machine does hits all alike. Recorded
//! calls are redacted on the worker, and their spans end where no exporter is. With `--calls` and a
//! mode it makes so many calls and ends, for counting instructions.
#![expect(clippy::print_stdout, clippy::expect_used, reason = "a bench prints, and may fail")]

use std::{env, net::SocketAddr, sync::mpsc, thread, time::Duration, time::Instant};

use actix_web::{App, HttpResponse, HttpServer, rt, web};
use apitoolkit_actix::{ApiToolkit, ObservedClient};
use awc::Client;
use opentelemetry::{
    Context, global,
    trace::{SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState},
};
use opentelemetry_sdk::trace::SdkTracerProvider;

const ROUNDS: usize = 11;
const ROUND: Duration = Duration::from_secs(1);

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Bare,
    NotSampled,
    Recorded,
}

const MODES: [(&str, Mode); 3] =
    [("bare", Mode::Bare), ("not-sampled", Mode::NotSampled), ("recorded", Mode::Recorded)];

fn main() {
    global::set_tracer_provider(SdkTracerProvider::builder().build());
    let _toolkit = ApiToolkit::builder().build();
    let address = serve();
    let arguments: Vec<_> = env::args().skip(1).filter(|argument| argument != "--bench").collect();
    rt::System::new().block_on(async move {
        match &arguments[..] {
            [flag, mode, calls] if flag == "--calls" => {
                let mode = MODES.iter().find(|known| known.0 == mode).map(|known| known.1);
                let (Some(mode), Ok(calls)) = (mode, calls.parse()) else { return };
                let client = client(mode);
                for _ in 0..calls {
                    call(&client, mode, address).await;
                }
            }
            _ => compare(address).await,
        }
    });
}

async fn compare(address: SocketAddr) {
    let clients = MODES.map(|(_, mode)| (mode, client(mode)));
    let mut rates = [const { Vec::new() }; MODES.len()];
    for _ in 0..ROUNDS {
        for ((mode, client), rates) in clients.iter().zip(&mut rates) {
            let started = Instant::now();
            let mut calls = 0_u32;
            while started.elapsed() < ROUND {
                call(client, *mode, address).await;
                calls += 1;
            }
            rates.push(f64::from(calls) / started.elapsed().as_secs_f64());
        }
    }
    let median = |rates: &mut Vec<f64>| {
        rates.sort_by(f64::total_cmp);
        rates[rates.len() / 2]
    };
    let medians = rates.each_mut().map(median);
    println!("{:<12} {:>12} {:>10}", "client", "requests/s", "of bare");
    for ((name, _), rate) in MODES.iter().zip(medians) {
        println!("{name:<12} {rate:>12.0} {:>9.1}%", 100.0 * rate / medians[0]);
    }
}

fn client(mode: Mode) -> Client {
    match mode {
        Mode::Bare => Client::default(),
        Mode::NotSampled | Mode::Recorded => Client::builder().wrap(ObservedClient::new()).finish(),
    }
}

/// One call, inside an incoming request's trace as it would be in a handler.
async fn call(client: &Client, mode: Mode, address: SocketAddr) {
    let flags = if mode == Mode::Recorded { TraceFlags::SAMPLED } else { TraceFlags::default() };
    let parent = SpanContext::new(
        TraceId::from(0x0af7_6519_16cd_43dd_u128),
        SpanId::from(0xb7ad_6b71_u64),
        flags,
        true,
        TraceState::default(),
    );
    let request = {
        let _attached = Context::new().with_remote_span_context(parent).attach();
        client
            .get(format!("http://{address}/users/42?page=2"))
            .insert_header(("accept", "application/json"))
            .insert_header(("authorization", "Bearer abc"))
            .insert_header(("x-request-id", "1"))
            .send()
    };
    let mut answer = request.await.expect("an answer");
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

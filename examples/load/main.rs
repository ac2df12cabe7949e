//! A server to load: the same small app bare and with the toolkit, for measuring what the toolkit
//! costs. One worker, so that it can be pinned to a core.
//!
//! ```sh
//! cargo run --release --example load -- --mode spans &
//! wrk -t1 -c32 -d10s http://127.0.0.1:8088/users/42
//! ```

mod process;

use std::{env, process::ExitCode};

use actix_web::{
    App, HttpResponse, HttpServer, Responder,
    middleware::Condition,
    web::{self, ServiceConfig},
};
use apitoolkit_actix::{ApiToolkit, Telemetry};
use bytes::Bytes;

/// What the toolkit does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// It is not there.
    Bare,
    /// It is there and samples nothing.
    Off,
    /// Spans and headers.
    Spans,
    /// Response bodies too: captured, redacted by three paths and the default names.
    Bodies,
}

struct Arguments {
    mode: Mode,
    port: u16,
    endpoint: String,
}

const USAGE: &str = "\
usage: load [--mode bare|off|spans|bodies] [--port 8088] [--endpoint http://127.0.0.1:4317]

  GET /users/{id}   a few bytes
  GET /report       8 KB of JSON with emails, addresses and card numbers

With nothing at the endpoint, what is recorded fills its budget of 32 MiB and the rest is counted
as dropped. Ctrl-C prints what came of it.";

#[actix_web::main]
async fn main() -> ExitCode {
    let arguments = match parse(env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(wrong) => {
            eprintln!("{wrong}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match serve(&arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(arguments: &Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let telemetry = Telemetry::builder()
        .endpoint(&arguments.endpoint)
        .service_name("load")
        .sample_ratio(if arguments.mode == Mode::Off { 0.0 } else { 1.0 })
        .build()?;
    let toolkit = ApiToolkit::builder()
        .capture_response_body(arguments.mode == Mode::Bodies)
        .redact_response_body([
            "$.users[*].email",
            "$.users[*].addresses[*].zip",
            "$.users[*].credit_card",
        ])
        .build()?;
    let with = arguments.mode != Mode::Bare;
    let report = report();
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(report.clone()))
            .wrap(Condition::new(with, toolkit.clone()))
            .configure(routes)
    })
    .workers(1)
    .bind(("127.0.0.1", arguments.port))?;
    eprintln!(
        "{:?} on http://127.0.0.1:{}, pid {}",
        arguments.mode,
        arguments.port,
        std::process::id()
    );
    server.run().await?;
    eprintln!("{}", process::usage());
    eprintln!("{:?}", telemetry.stats());
    if let Err(error) = telemetry.shutdown() {
        eprintln!("{error}");
    }
    Ok(())
}

fn routes(app: &mut ServiceConfig) {
    app.route("/users/{id}", web::get().to(user)).route("/report", web::get().to(serve_report));
}

async fn user(id: web::Path<u64>) -> impl Responder {
    HttpResponse::Ok().body(format!("user {id}"))
}

async fn serve_report(report: web::Data<Bytes>) -> impl Responder {
    HttpResponse::Ok().content_type("application/json").body(Bytes::clone(&report))
}

/// About 8 KB of users, as an API returns them.
fn report() -> Bytes {
    let users: Vec<_> = (0..24)
        .map(|id| {
            serde_json::json!({
                "id": id,
                "name": format!("User Number {id}"),
                "email": format!("user{id}@example.org"),
                "addresses": [
                    { "street": "123 Main St", "city": "Anytown", "state": "CA", "zip": "12345" },
                    { "street": "9 High St", "city": "Elsewhere", "state": "NY", "zip": "54321" },
                ],
                "credit_card": {
                    "number": "4111111111111111", "expiration": "12/28", "cvv": "123",
                },
            })
        })
        .collect();
    serde_json::json!({ "users": users, "page": 1 }).to_string().into()
}

fn parse(mut given: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let mut arguments =
        Arguments { mode: Mode::Spans, port: 8088, endpoint: "http://127.0.0.1:4317".to_owned() };
    while let Some(name) = given.next() {
        let value = given.next().ok_or_else(|| format!("{name} needs a value"))?;
        match (name.as_str(), value.as_str()) {
            ("--mode", "bare") => arguments.mode = Mode::Bare,
            ("--mode", "off") => arguments.mode = Mode::Off,
            ("--mode", "spans") => arguments.mode = Mode::Spans,
            ("--mode", "bodies") => arguments.mode = Mode::Bodies,
            ("--port", port) => {
                arguments.port = port.parse().map_err(|_| format!("{port:?} is not a port"))?;
            }
            ("--endpoint", endpoint) => arguments.endpoint = endpoint.to_owned(),
            _ => return Err(format!("{name} {value}: not known")),
        }
    }
    Ok(arguments)
}

//! An Actix Web app that makes the calls it is told to make, so that one can see what it passes on.
//!
//! ```sh
//! cargo run --example relay -- --port 5000
//! curl -s localhost:5000/test -H 'content-type: application/json' \
//!   -d '[{"url": "http://localhost:5000/test", "arguments": []}]'
//! ```
//!
//! Each element is POSTed to in turn, its `arguments` as the body, beside the request that asked for
//! it: one trace, whatever the calls pass through. This is what the conformance tests of the W3C
//! Trace Context specification drive; they pass, all of them, at strict level 2.
//!
//! Spans go where `OTEL_EXPORTER_OTLP_ENDPOINT` says, by default to `http://localhost:4317`.

mod app;

use std::{env, error::Error, net::Ipv4Addr, process::ExitCode};

use actix_web::{App, HttpServer};
use apitoolkit_actix::{ApiToolkit, Telemetry};

const USAGE: &str = "\
usage: cargo run --example relay [-- --port <port>]

  Serves POST /test on 127.0.0.1. The body is a JSON array of {\"url\", \"arguments\"}: each URL is
  POSTed to in turn with `arguments` as the JSON body. Ctrl-C ends it.

  --port   where to listen; by default 5000
  --help   prints this";

const DEFAULT_PORT: u16 = 5000;

#[actix_web::main]
async fn main() -> ExitCode {
    let arguments: Vec<_> = env::args_os().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(|argument| argument.to_string_lossy()).collect();
    let port = match arguments.iter().map(AsRef::as_ref).collect::<Vec<_>>()[..] {
        [] => Some(DEFAULT_PORT),
        ["--port", port] => port.parse().ok(),
        ["--help" | "-h"] => {
            eprintln!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        _ => None,
    };
    let Some(port) = port else {
        eprintln!("arguments not understood: {}\n\n{USAGE}", arguments.join(" "));
        return ExitCode::from(2);
    };
    if let Err(error) = run(port).await {
        eprintln!("relay: {error}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

async fn run(port: u16) -> Result<(), Box<dyn Error>> {
    let telemetry = Telemetry::from_env()?;
    let toolkit = ApiToolkit::builder().build()?;
    let server = HttpServer::new(move || App::new().wrap(toolkit.clone()).configure(app::routes))
        .bind((Ipv4Addr::LOCALHOST, port))?;
    for address in server.addrs() {
        eprintln!("relay: POST http://{address}/test");
    }
    server.run().await?;
    telemetry.shutdown()?;
    Ok(())
}

//! What the toolkit costs under load, and what becomes of it when nothing receives what it sends.
//!
//! A server to load: the same small app bare and with the toolkit, with one worker, so that it can
//! be pinned to a core:
//! ```sh
//! cargo run --release --example load -- --mode spans &
//! wrk -t1 -c32 -d10s http://127.0.0.1:8088/users/42
//! ```
//! A run at a fixed rate, with the app, the sender of the requests and the receiver of the spans in
//! processes of their own. It fails if anything is lost:
//! ```sh
//! cargo run --release --example load -- --sustained 10000 --seconds 60
//! ```
//! As many requests as the app can answer, while there is no receiver. It fails if memory grows once
//! its budget is used up:
//! ```sh
//! cargo run --release --example load -- --outage --requests 1000000
//! ```
#![expect(clippy::print_stdout, reason = "the results of a program")]

mod app;
mod arguments;
#[path = "../common/mod.rs"]
mod common;
mod outage;
mod receiver;
mod subject;
mod sustained;

use std::{env, error::Error, process::ExitCode};

use arguments::{Task, USAGE};

/// What a run returns: whether all was as it should be.
type Outcome = Result<bool, Box<dyn Error>>;

fn main() -> ExitCode {
    let task = match arguments::parse(env::args().skip(1)) {
        Ok(task) => task,
        Err(wrong) => {
            eprintln!("{wrong}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let outcome = match task {
        Task::Serve(app) => app::serve(&app).map(|()| true),
        Task::Sustained(run) => sustained::run(&run),
        Task::Outage(run) => outage::run(&run),
        Task::Receive => receiver::run().map(|()| true),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

//! An app under load while everything that can go wrong does: the receiver of its telemetry goes
//! away, refuses, dawdles, swallows everything, restarts and answers with every error there is;
//! clients vanish at any moment; handlers panic. The books have to balance all the same.
//! ```sh
//! cargo run --release --example soak -- --duration 60
//! ```
//! The app is a process of its own, so that its memory is its own. This one sends the requests, and
//! receives what the app exports. Every kind of fault takes its turn: for a while load without it,
//! load with it, load until exports have resumed; then everything has to be settled, and what was
//! received is compared with what the app says, and searched for the secrets that were sent.
#![expect(clippy::print_stdout, reason = "the results of a program")]

mod app;
mod arguments;
#[path = "../common/mod.rs"]
#[expect(dead_code, reason = "some of it is for the other example")]
mod common;
mod conductor;
mod faults;
mod ledger;
mod phase;
mod report;
mod requests;
mod rough;
mod state;
mod subject;
mod verdict;
mod watch;

use std::{env, error::Error, process::ExitCode};

use arguments::{Task, USAGE};

fn main() -> ExitCode {
    let task = match arguments::parse(env::args().skip(1)) {
        Ok(task) => task,
        Err(wrong) => {
            eprintln!("{wrong}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let outcome = match task {
        Task::Serve(app) => app::serve(&app).map(|()| Vec::new()),
        Task::Soak(soak) => conductor::run(&soak),
    };
    match outcome {
        Ok(wrong) if wrong.is_empty() => ExitCode::SUCCESS,
        Ok(wrong) => {
            wrong.iter().for_each(|sentence| eprintln!("FAILED: {sentence}"));
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("FAILED: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What a run returns: a sentence for everything that was not as it should be.
type Outcome = Result<Vec<String>, Box<dyn Error>>;

//! As many requests as the app can answer, while nothing receives what it sends.

use std::{error::Error, net::TcpListener};

use crate::{
    Outcome,
    arguments::{Mode, Outage},
    common::memory::mib,
    subject::{CONNECTIONS, requests, start},
};

/// How often memory is read.
const MARKS: u64 = 10;
/// By how much memory may differ once the budget is used up, in MiB: allocators are never quite
/// still.
const TOLERANCE: f64 = 4.0;

/// Small bodies, then large ones.
pub(crate) fn run(asked: &Outage) -> Outcome {
    let small = lasts(asked, "/users/42", "a few bytes")?;
    let large = lasts(asked, "/report", &format!("{} KiB", asked.kib))?;
    Ok(small && large)
}

/// Whether memory stays as it is once the budget is used up.
fn lasts(asked: &Outage, path: &str, body: &str) -> Outcome {
    let endpoint = format!("http://127.0.0.1:{}", unused_port()?);
    let mut app = start(Mode::Bodies, &endpoint, asked.kib)?;
    let requests = requests(path);
    let at_start = mib(app.memory()?.now);
    println!(
        "Bodies of {body}, {CONNECTIONS} connections, nothing at {endpoint}\n\n\
         | requests | requests/s | resident memory, MiB | lost so far |\n|--:|--:|--:|---|\n\
         | 0 | | {at_start:.1} | |"
    );
    // Of the marks at which something had been lost.
    let mut full = Vec::new();
    for mark in 1..=MARKS {
        let driven = app.load(&requests, asked.requests / MARKS, None)?;
        let (counts, memory) = (app.counts()?, mib(app.memory()?.now));
        let sent = asked.requests / MARKS * mark;
        println!("| {sent} | {:.0} | {memory:.1} | {counts} |", driven.rate());
        if counts.lost() > 0 {
            full.push(memory);
        }
    }
    Ok(judge(&full, at_start, mib(app.memory()?.peak)))
}

fn judge(full: &[f64], start: f64, peak: f64) -> bool {
    let [first, rest @ ..] = full else {
        println!("\nNothing was lost yet: send more requests.\n");
        return false;
    };
    let growth = rest.iter().fold(0.0, |most: f64, memory| most.max(memory - first));
    let flat = !rest.is_empty() && growth <= TOLERANCE;
    println!(
        "\n{}: {growth:+.1} MiB at most after the first mark with losses; the peak was {peak:.1} MiB, \
         {:+.1} MiB over the start.\n",
        if flat { "Flat" } else { "Not flat" },
        peak - start
    );
    flat
}

/// A port at which nobody listens.
fn unused_port() -> Result<u16, Box<dyn Error>> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

use std::time::Duration;

use super::{
    Spread,
    server::Server,
    wrk::{self, Round},
};

const SECONDS: u64 = 2;

/// What was measured of a row.
pub(super) struct Figures {
    name: &'static str,
    rounds: Vec<Round>,
    /// Of the worker and of the process, during the rounds.
    cpu: [Duration; 2],
    /// How many spans there should have been, and how many arrived.
    spans: Option<[f64; 2]>,
}

pub(super) fn measure(servers: &mut [Server], rounds: usize) -> Vec<Figures> {
    let mut all: Vec<_> = servers.iter_mut().map(begin).collect();
    for round in 1..=rounds {
        eprintln!("round {round} of {rounds}");
        for (server, figures) in servers.iter_mut().zip(&mut all) {
            turn(server, figures);
        }
    }
    all
}

/// A round that does not count.
fn begin(server: &mut Server) -> Figures {
    wrk::round(server.address, 1);
    server.spans();
    Figures { name: server.row.name, rounds: Vec::new(), cpu: [Duration::ZERO; 2], spans: None }
}

fn turn(server: &mut Server, figures: &mut Figures) {
    let (spans, cpu) = (server.spans(), server.cpu());
    let round = wrk::round(server.address, SECONDS);
    // What is still queued belongs to the round, and does not run into the next row's.
    let arrived = (server.spans() - spans) as f64;
    let used = server.cpu();
    for (sum, (after, before)) in figures.cpu.iter_mut().zip(used.iter().zip(cpu)) {
        *sum += after.saturating_sub(before);
    }
    if server.row.what.signals().spans {
        let [requests, spans] = figures.spans.unwrap_or_default();
        figures.spans = Some([requests + round.requests, spans + arrived]);
    }
    figures.rounds.push(round);
}

const HEAD: &str = "\
| | requests/s | % of bare | p50, µs | p99, µs | CPU of the worker, µs each | of all threads | \
spans that arrived |
|---|--:|--:|--:|--:|--:|--:|--:|";

pub(super) fn print(all: &[Figures]) {
    let [bare, ..] = all else { return };
    println!("{HEAD}");
    for figures in all {
        let rounds = || figures.rounds.iter();
        let beside = rounds().zip(&bare.rounds);
        let share = Spread::of(beside.map(|(own, bare)| own.per_second / bare.per_second * 100.0));
        let requests: f64 = rounds().map(|round| round.requests).sum();
        let [worker, process] = figures.cpu.map(|cpu| cpu.as_secs_f64() * 1e6 / requests);
        println!(
            "| {} | {} | {} | {:.0} | {:.0} | {worker:.1} | {process:.1} | {} |",
            figures.name,
            Spread::of(rounds().map(|round| round.per_second)).text(0),
            share.text(1),
            Spread::of(rounds().map(|round| round.p50)).median,
            Spread::of(rounds().map(|round| round.p99)).median,
            match figures.spans {
                Some([requests, spans]) => format!("{:.1} %", spans / requests * 100.0),
                None => String::new(),
            }
        );
    }
    println!();
}

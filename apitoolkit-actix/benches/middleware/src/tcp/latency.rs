use std::time::Duration;

use super::{Spread, server::Server, wrk};
use crate::{
    app::Sender,
    driver::{Driven, Load},
    rows::Body,
};

const PEAK_ROUNDS: usize = 3;
const SECONDS: u64 = 2;
const PARTS: [(&str, f64); 3] = [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999)];

/// What a row adds to the latencies of another at half of the rate that the other can answer.
pub(super) fn run(servers: &[Server; 2], rounds: usize) {
    let [bare, ours] = servers;
    wrk::round(bare.address, 1);
    let peaks = (0..PEAK_ROUNDS).map(|_| wrk::round(bare.address, SECONDS).per_second);
    let rate = (Spread::of(peaks).median / 2.0).round();
    let requests = Sender::new(Body::None).texts();
    let drive = |server: &Server| {
        let (address, connections) = (server.address, wrk::CONNECTIONS);
        let count = rate as u64 * SECONDS;
        let load = Load { address, requests: &requests, connections, count, rate: Some(rate) };
        load.drive().unwrap_or_else(|error| panic!("{}: {error}", server.row.name))
    };
    // Rounds that do not count.
    servers.iter().for_each(|server| drop(drive(server)));
    let rounds: Vec<_> = (1..=rounds)
        .map(|round| {
            eprintln!("latency, round {round} of {rounds}");
            [drive(bare), drive(ours)]
        })
        .collect();
    print(bare, ours, rate, &rounds);
}

fn print(bare: &Server, ours: &Server, rate: f64, rounds: &[[Driven; 2]]) {
    println!(
        "At {rate:.0} requests/s, half of what {:?} answers at most; from when each was due, \
         microseconds:\n\n| | {} | {} | difference |\n|---|--:|--:|--:|",
        bare.row.name, bare.row.name, ours.row.name
    );
    for (name, part) in PARTS {
        let of = |driven: &Driven| micros(driven.percentile(part));
        let [bare, ours] = [0, 1].map(|row: usize| Spread::of(rounds.iter().map(|r| of(&r[row]))));
        let more = Spread::of(rounds.iter().map(|[bare, ours]| of(ours) - of(bare)));
        println!("| {name} | {} | {} | {} |", bare.text(0), ours.text(0), more.text(0));
    }
    let reached = [0, 1].map(|row: usize| Spread::of(rounds.iter().map(|r| r[row].rate())).text(0));
    println!("| requests/s reached | {} | {} | |", reached[0], reached[1]);
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

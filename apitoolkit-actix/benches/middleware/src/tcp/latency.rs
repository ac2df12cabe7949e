use std::time::Duration;

use super::{Spread, server::Server, wrk};
use crate::{
    app::Sender,
    driver::{Driven, Load},
    rows::Body,
};

const PEAK_ROUNDS: usize = 3;
const PEAK_SECONDS: u64 = 2;
/// A round is so many short turns of each row: where the machine itself stands still for some
/// milliseconds once a second, it then spoils some of the turns and not all.
const TURNS: usize = 8;
const TURN_SECONDS: f64 = 0.5;
const PARTS: [(&str, f64); 3] = [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999)];

/// What came of a turn, and how many spans arrived.
type Turn = (Driven, u64);

/// What a row adds to the latencies of another at half of the rate that the other can answer.
pub(super) fn run(mut servers: [Server; 2], rounds: usize) {
    let bare = servers[0].address;
    wrk::round(bare, 1);
    let peaks = (0..PEAK_ROUNDS).map(|_| wrk::round(bare, PEAK_SECONDS).per_second);
    let rate = (Spread::of(peaks).median / 2.0).round();
    let requests = Sender::new(Body::None).texts();
    let mut drive = |server: &mut Server| {
        let (address, connections) = (server.address, wrk::CONNECTIONS);
        let count = (rate * TURN_SECONDS) as u64;
        let load = Load { address, requests: &requests, connections, count, rate: Some(rate) };
        let before = server.spans();
        let driven = load.drive().unwrap_or_else(|error| panic!("{}: {error}", server.row.name));
        // What is still queued belongs to the turn, and does not run into the other row's.
        (driven, server.spans() - before)
    };
    // Turns that do not count.
    servers.iter_mut().for_each(|server| drop(drive(server)));
    let mut turns = Vec::new();
    for round in 1..=rounds {
        eprintln!("latency, round {round} of {rounds}");
        turns.extend((0..TURNS).map(|_| servers.each_mut().map(&mut drive)));
    }
    print(servers.each_ref().map(|server| server.row.name), rate, &turns);
}

fn print([bare, ours]: [&str; 2], rate: f64, turns: &[[Turn; 2]]) {
    println!(
        "At {rate:.0} requests/s, half of what {bare:?} answers at most, {} turns; from when each was \
         due, microseconds:\n\n| | {bare} | {ours} | difference |\n|---|--:|--:|--:|",
        turns.len(),
    );
    let each = |row: usize| turns.iter().map(move |turn| &turn[row]);
    for (name, part) in PARTS {
        let of = |(driven, _): &Turn| micros(driven.percentile(part));
        let [bare, ours] = [0, 1].map(|row| Spread::of(each(row).map(of)));
        let more = Spread::of(turns.iter().map(|[bare, ours]| of(ours) - of(bare)));
        println!("| {name} | {} | {} | {} |", bare.text(0), ours.text(0), more.text(0));
    }
    let reached = [0, 1].map(|row| Spread::of(each(row).map(|(driven, _)| driven.rate())).text(0));
    println!("| requests/s reached | {} | {} | |", reached[0], reached[1]);
    let sent: usize = each(1).map(|(driven, _)| driven.latencies.len()).sum();
    let arrived: u64 = each(1).map(|(_, spans)| spans).sum();
    println!("| spans that arrived | | {:.1} % | |", arrived as f64 / sent as f64 * 100.0);
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

//! The same over TCP: servers with one worker, and who sends to them, on a core each.

mod latency;
mod server;
mod throughput;
mod wrk;

use crate::{process, rows::Row};
use server::Server;

/// Who is compared; the first is what the others are compared with.
const ROWS: [&str; 6] = [
    "bare",
    "ours, not sampled",
    "ours, spans, headers, metrics",
    "otel, spans, metrics",
    "tracing, spans",
    "sentry, transactions",
];
/// Bare and ours, for what a captured body does to latencies.
const LATENCY_ROWS: [&str; 2] = ["bare, response 8 KiB", "ours, response 8 KiB"];

/// Measures and prints, in so many rounds in which every row takes its turn.
pub(crate) fn run(rounds: usize) {
    assert!(rounds > 0, "there is nothing in no round");
    println!("{}\n", placement());
    throughput::print(&throughput::measure(&mut ROWS.map(start), rounds));
    latency::run(LATENCY_ROWS.map(start), rounds);
}

fn start(name: &str) -> Server {
    Server::start(Row::named(name))
}

fn placement() -> String {
    format!(
        "Over TCP, {} keep-alive connections. Actix's one worker is kept on a core of its own, who \
         sends on core {}; other threads of the servers run on either.",
        wrk::CONNECTIONS,
        process::DRIVER_CORE,
    )
}

/// Lowest, median and highest of the rounds.
#[derive(Debug, Clone, Copy)]
struct Spread {
    lowest: f64,
    median: f64,
    highest: f64,
}

impl Spread {
    fn of(rounds: impl IntoIterator<Item = f64>) -> Self {
        let mut rounds: Vec<f64> = rounds.into_iter().collect();
        rounds.sort_by(f64::total_cmp);
        let [lowest, .., highest] = rounds[..] else {
            return Self { lowest: rounds[0], median: rounds[0], highest: rounds[0] };
        };
        Self { lowest, median: rounds[rounds.len() / 2], highest }
    }

    /// As `median (lowest to highest)`.
    fn text(self, digits: usize) -> String {
        let Self { lowest, median, highest } = self;
        format!("{median:.digits$} ({lowest:.digits$} to {highest:.digits$})")
    }
}

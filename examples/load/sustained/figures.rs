use std::time::Duration;

use crate::common::{
    driver::Driven,
    memory::{Memory, mib},
};

/// What was measured of a run.
#[derive(Debug)]
pub(super) struct Figures {
    pub(super) driven: Driven,
    /// CPU time of the app's process for each exchange.
    pub(super) cpu: Duration,
    /// At the start, early under load, and at the end.
    pub(super) memory: [Memory; 3],
    pub(super) pinned: bool,
}

/// A table of both runs and what lies between them.
pub(super) fn print(bare: &Figures, ours: &Figures) {
    if bare.pinned && ours.pinned {
        println!("The worker and the driver have a core each; other threads run anywhere.");
    } else {
        println!("No thread is kept on a core of its own.");
    }
    println!("\n| {:<34} | {:>10} | {:>10} | {:>10} |", "", "bare", "ours", "difference");
    println!("|{:-<36}|{:->11}:|{:->11}:|{:->11}:|", "", "", "", "");
    row("requests/s", 0, [bare, ours].map(|run| run.driven.rate()));
    for (name, part) in [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999), ("longest", 1.0)] {
        let latencies = [bare, ours].map(|run| micros(run.driven.percentile(part)));
        row(&format!("{name}, µs"), 0, latencies);
    }
    row("CPU of the app, µs each", 1, [bare, ours].map(|run| micros(run.cpu)));
    for (when, at) in ["at the start", "early", "at the end"].into_iter().zip(0..) {
        let memory = [bare, ours].map(|run| run.memory.get(at).map_or(0, |memory| memory.now));
        row(&format!("resident memory {when}, MiB"), 1, memory.map(mib));
    }
    row("at its peak, MiB", 1, [bare, ours].map(|run| mib(run.peak())));
    println!("\nFrom its start to its peak, ours grew by {:.1} MiB.\n", ours.growth());
}

impl Figures {
    fn peak(&self) -> u64 {
        self.memory.iter().map(|memory| memory.peak).max().unwrap_or(0)
    }

    /// From the start to the peak, in MiB.
    fn growth(&self) -> f64 {
        let [start, ..] = self.memory;
        mib(self.peak()) - mib(start.now)
    }
}

fn row(name: &str, digits: usize, [bare, ours]: [f64; 2]) {
    let more = ours - bare;
    println!("| {name:<34} | {bare:>10.digits$} | {ours:>10.digits$} | {more:>+10.digits$} |");
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

//! What is printed.

use std::{collections::BTreeMap, time::Duration};

use crate::{
    arguments::Soak,
    common::{counts::reasons, driver::percentile, memory::mib},
    faults::Kind,
    ledger::Ledger,
    phase::Phase,
    state::State,
    verdict::{self, Run},
};

pub(crate) fn begin(soak: &Soak) {
    let Soak { seconds, rate, seed, workers, .. } = soak;
    println!(
        "{seconds} s, {rate} timed requests/s and {} rough clients/s, {workers} workers, seed {seed}{}\n",
        rate / 5.0,
        if soak.spool { ", with a spool" } else { "" }
    );
    println!(
        "{:>6}  {:<10}  {:>8}  {:>8}  {:>7}  {:>7}  {:>13}  {:>13}  {:>7}  lost, by reason",
        "at, s",
        "receiver",
        "created",
        "exported",
        "dropped",
        "resumed",
        "p50/p99 well",
        "p50/p99 ill",
        "RSS MiB"
    );
}

/// A line for a phase: what it added to that before.
pub(crate) fn phase(phase: &Phase, before: Option<&Phase>, at: Duration) {
    let none = State::default();
    let (now, before) = (&phase.state, before.map_or(&none, |before| &before.state));
    let latencies = |latencies: &[Duration]| {
        let latencies = verdict::sorted(latencies);
        let millis = |part| percentile(&latencies, part).as_secs_f64() * 1e3;
        if latencies.is_empty() {
            String::new()
        } else {
            format!("{:.1}/{:.1} ms", millis(0.5), millis(0.99))
        }
    };
    let resumed = phase.timed.resumed.map(|time| format!("{:.2} s", time.as_secs_f64()));
    println!(
        "{:>6.1}  {:<10}  {:>8}  {:>8}  {:>7}  {:>7}  {:>13}  {:>13}  {:>7.1}  {}",
        at.as_secs_f64(),
        phase.kind.map_or("(warm-up)", Kind::name),
        now.counts.created - before.counts.created,
        now.counts.exported - before.counts.exported,
        now.dropped() - before.dropped(),
        resumed.unwrap_or_default(),
        latencies(&phase.timed.without),
        latencies(&phase.timed.with),
        mib(phase.memory),
        reasons(&more(&now.counts.dropped, &before.counts.dropped)),
    );
}

/// What was added by reason.
fn more(now: &BTreeMap<String, u64>, before: &BTreeMap<String, u64>) -> BTreeMap<String, u64> {
    let was = |reason| before.get(reason).copied().unwrap_or_default();
    let more = now.iter().map(|(reason, count)| (reason.clone(), count - was(reason)));
    more.filter(|(_, count)| *count > 0).collect()
}

/// The table at the end.
pub(crate) fn end(run: &Run, ledger: &Ledger) {
    let state = &run.state;
    let counts = &state.counts;
    println!();
    row("run", format!("{:.1} s", run.took.as_secs_f64()));
    row("requests and calls in the app", format!("{} and {}", state.requests, state.calls));
    row("exchanges created", counts.created);
    row("exported", counts.exported);
    row("ignored", counts.ignored);
    row("dropped", format!("{} ({})", state.dropped(), reasons(&counts.dropped)));
    row("bodies given up", reasons(&counts.shed));
    row("spooled, pending", format!("{}, {}", counts.spooled, counts.pending));
    row("live spans", counts.pending);
    row("active requests", ledger.active.map_or_else(|| "not told".to_owned(), |n| n.to_string()));
    row("received, each once", format!("{} (and {} again)", ledger.exchanges(), ledger.again));
    let searched = mib(ledger.searched / 1024);
    row("secrets received", format!("{} in {searched:.0} MiB", ledger.canaries.len()));
    let sum = |of: fn(&Phase) -> u64| run.all().map(of).sum::<u64>();
    row("clients that vanished", sum(|phase| phase.rough.aborts()));
    row("panics", sum(|phase| phase.rough.panics()));
    row("other rough clients", sum(|phase| phase.rough.others()));
    row("workers that answer", format!("{}, of {} started", run.answering, state.starts));
    let resumed = run.phases.iter().filter_map(|phase| phase.timed.resumed).max();
    row(
        "longest until exports resumed",
        format!("{:.2} s", resumed.unwrap_or_default().as_secs_f64()),
    );
    latencies(run);
    memory(run);
}

fn latencies(run: &Run) {
    for (name, part) in [("p50", 0.5), ("p99", 0.99)] {
        let [well, ill] = run.latencies(part).map(|latency| latency.as_secs_f64() * 1e3);
        let more = (ill / well - 1.0) * 100.0;
        let value = format!("{well:.2} and {ill:.2} ms ({more:+.0} %)");
        row(&format!("{name}, receiver well and ill"), value);
    }
}

fn memory(run: &Run) {
    let end = run.phases.last().unwrap_or(&run.warm).memory;
    row(
        "RSS at the start, warm, end, peak",
        format!(
            "{:.1}, {:.1}, {:.1}, {:.1} MiB",
            mib(run.at_start),
            mib(run.warm.memory),
            mib(end),
            mib(run.peak)
        ),
    );
    let bound = verdict::GROWTH;
    row("most after the warm-up", format!("{:+.1} MiB (allowed {bound:+.1})", run.growth()));
}

fn row(name: &str, value: impl std::fmt::Display) {
    println!("{name:<34}  {value}");
}

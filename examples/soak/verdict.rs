//! What has to hold, and the sentence for each thing that does not.

use std::time::Duration;

use crate::{
    arguments::Soak,
    common::{driver::percentile, memory::mib},
    faults::Kind,
    ledger::Ledger,
    phase::{Phase, RESUMES_WITHIN, Timed},
    state::State,
};

/// By how much memory may have grown since the warm-up, in MiB. In the warm-up as much waited for
/// the receiver as may; allocators are never quite still.
pub(crate) const GROWTH: f64 = 32.0;
/// A p99 under faults is far beyond that without if it is over both of these: so many times it, and
/// so much more. That of all turns is their median, since a busy machine stalls single ones. In a
/// single turn it takes what a busy machine does not do, and waiting for a receiver does.
const ALL_TURNS: (u32, Duration) = (3, Duration::from_millis(100));
const ONE_TURN: (u32, Duration) = (10, Duration::from_secs(1));

/// A whole run.
pub(crate) struct Run {
    /// Resident memory of the app before any load, in KiB.
    pub(crate) at_start: u64,
    pub(crate) warm: Phase,
    pub(crate) phases: Vec<Phase>,
    /// Workers that answered in the end.
    pub(crate) answering: usize,
    pub(crate) state: State,
    /// The app's greatest resident memory, in KiB.
    pub(crate) peak: u64,
    pub(crate) took: Duration,
}

impl Run {
    pub(crate) fn all(&self) -> impl Iterator<Item = &Phase> {
        [&self.warm].into_iter().chain(&self.phases)
    }

    /// From after the warm-up to the greatest at the end of a turn, in MiB.
    pub(crate) fn growth(&self) -> f64 {
        let most = self.phases.iter().map(|phase| phase.memory).max().unwrap_or_default();
        mib(most) - mib(self.warm.memory)
    }

    /// Of the turns' percentiles (0 to 1) with the receiver well, the median, and of those with the
    /// receiver ill.
    pub(crate) fn latencies(&self, part: f64) -> [Duration; 2] {
        let of_turns = |timed: fn(&Timed) -> &Vec<Duration>| {
            let turns = self.phases.iter();
            median(turns.map(|phase| percentile(&sorted(timed(&phase.timed)), part)).collect())
        };
        [of_turns(|timed| &timed.without), of_turns(|timed| &timed.with)]
    }
}

pub(crate) fn sorted(latencies: &[Duration]) -> Vec<Duration> {
    let mut latencies = latencies.to_vec();
    latencies.sort_unstable();
    latencies
}

fn median(mut all: Vec<Duration>) -> Duration {
    all.sort_unstable();
    percentile(&all, 0.5)
}

/// A sentence for everything that does not hold.
pub(crate) fn complaints(run: &Run, ledger: &Ledger, soak: &Soak) -> Vec<String> {
    let mut wrong = Vec::new();
    for phase in run.all() {
        let name = phase.kind.map_or("warm-up", Kind::name);
        let books = books(&phase.state, phase.received);
        wrong.extend(books.into_iter().map(|sentence| format!("after {name}: {sentence}")));
        if phase.kind.is_some() && phase.timed.resumed.is_none() {
            wrong.push(format!("after {name}: no span arrived within {RESUMES_WITHIN:?}"));
        }
        wrong.extend(phase.rough.wrong.iter().take(3).map(|what| format!("during {name}: {what}")));
    }
    wrong.extend(
        books(&run.state, ledger.exchanges()).into_iter().map(|s| format!("at the end: {s}")),
    );
    wrong.extend(ledger.canaries.iter().map(|leak| format!("a secret was received: {leak}")));
    if ledger.nameless > 0 {
        wrong.push(format!("{} spans without an id were received", ledger.nameless));
    }
    if ledger.active != Some(0.0) {
        wrong.push(format!("http.server.active_requests is {:?} at the end, not 0", ledger.active));
    }
    wrong.extend(workers(run, soak));
    if run.growth() > GROWTH {
        wrong.push(format!("memory grew by {:.1} MiB after the warm-up", run.growth()));
    }
    wrong.extend(latencies(run));
    wrong
}

/// What does not add up once everything is settled.
fn books(state: &State, received: u64) -> Vec<String> {
    let counts = &state.counts;
    let mut wrong = Vec::new();
    let mut equal = |what: &str, one: u64, other: &str, another: u64| {
        if one != another {
            wrong.push(format!("{what} {one}, {other} {another}"));
        }
    };
    let (requests, calls) = (state.requests, state.calls);
    equal("exchanges created", counts.created, "requests and calls in the app", requests + calls);
    equal("exchanges still on their way (leaked)", counts.pending, "expected", 0);
    equal("exchanges still on disk", counts.spooled, "expected", 0);
    equal("bytes still held (leaked)", counts.buffered as u64, "expected", 0);
    let settled = counts.exported + counts.ignored + state.dropped();
    equal("exchanges created", counts.created, "exported, ignored and dropped", settled);
    equal("exchanges that the app says were exported", counts.exported, "received", received);
    wrong
}

fn workers(run: &Run, soak: &Soak) -> Vec<String> {
    let mut wrong = Vec::new();
    if run.state.starts != soak.workers as u64 {
        wrong.push(format!("{} starts of {} workers: one died", run.state.starts, soak.workers));
    }
    if run.answering != soak.workers {
        wrong.push(format!("{} of {} workers answer at the end", run.answering, soak.workers));
    }
    wrong
}

fn latencies(run: &Run) -> Vec<String> {
    let [without, with] = run.latencies(0.99);
    let bound = |(times, more): (u32, Duration)| (without * times).max(without + more);
    let turns = run.phases.iter().map(|phase| {
        let p99 = percentile(&sorted(&phase.timed.with), 0.99);
        (phase.kind.map_or("", Kind::name), p99, bound(ONE_TURN))
    });
    let all = [("faults of any kind", with, bound(ALL_TURNS))];
    let far = turns.chain(all).filter(|(_, p99, bound)| p99 > bound);
    far.map(|(what, p99, bound)| {
        format!("p99 is {p99:.1?} under {what}, {without:.1?} without, allowed {bound:.1?}")
    })
    .collect()
}

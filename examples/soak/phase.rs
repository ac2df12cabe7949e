//! One fault's turn.

use std::{
    error::Error,
    io,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use apitoolkit_actix::testing::Collector;

use crate::{
    arguments::Soak,
    common::{driver::Driven, subject::Subject},
    faults::Kind,
    ledger::Ledger,
    rough::{self, Done},
    state::State,
};

/// Requests are sent for so long at a time.
const TURN: f64 = 0.5;
/// Between two looks at whether spans arrive again.
const LOOK: Duration = Duration::from_millis(20);
/// Exports have to have resumed within this time after a fault.
pub(crate) const RESUMES_WITHIN: Duration = Duration::from_secs(30);
/// How long everything may take to be settled once there is no load.
const SETTLES_WITHIN: Duration = Duration::from_secs(20);
/// Of the clients that are timed, so many others misbehave.
const ROUGH_SHARE: f64 = 0.2;

/// What takes part in all phases.
pub(crate) struct Stage<'a> {
    pub(crate) soak: &'a Soak,
    pub(crate) app: Subject,
    pub(crate) receiver: Collector,
    pub(crate) requests: Vec<String>,
    pub(crate) ledger: Ledger,
    pub(crate) seed: u64,
}

/// What came of a turn.
pub(crate) struct Phase {
    pub(crate) kind: Option<Kind>,
    pub(crate) timed: Timed,
    pub(crate) rough: Done,
    /// Once everything was settled.
    pub(crate) state: State,
    /// Distinct exchanges that had been received by then, from the beginning.
    pub(crate) received: u64,
    /// Resident memory of the app then, in KiB.
    pub(crate) memory: u64,
}

/// What the timed requests tell.
#[derive(Default)]
pub(crate) struct Timed {
    pub(crate) without: Vec<Duration>,
    pub(crate) with: Vec<Duration>,
    /// After which time exports had resumed, if they had.
    pub(crate) resumed: Option<Duration>,
}

impl Stage<'_> {
    /// Load until `until`, with a fault in the middle of it if there is a kind; then settles.
    pub(crate) fn turn(
        &mut self,
        kind: Option<Kind>,
        until: Instant,
    ) -> Result<Phase, Box<dyn Error>> {
        let over = AtomicBool::new(false);
        self.seed += 1;
        let (address, rate, seed) = (self.app.address, self.soak.rate * ROUGH_SHARE, self.seed);
        let (timed, rough) = thread::scope(|scope| {
            let rough = scope.spawn(|| rough::misbehave(address, rate, seed, &over));
            let timed = self.timed(kind, until);
            over.store(true, Ordering::Relaxed);
            (timed, rough.join())
        });
        let timed = timed?;
        let rough = rough.map_err(|_| "a rough client panicked")?;
        let state = self.settle()?;
        self.ledger.take(&self.receiver);
        let (received, memory) = (self.ledger.exchanges(), self.app.memory()?.now);
        Ok(Phase { kind, timed, rough, state, received, memory })
    }

    fn timed(&self, kind: Option<Kind>, until: Instant) -> io::Result<Timed> {
        let left = until.saturating_duration_since(Instant::now()).as_secs_f64();
        let mut timed = Timed::default();
        let calm = Instant::now() + Duration::from_secs_f64((left * 0.3).max(TURN));
        while Instant::now() < calm {
            timed.without.extend(self.drive()?.latencies);
        }
        let Some(kind) = kind else { return Ok(timed) };
        let bad = Duration::from_secs_f64((left * 0.4).max(TURN));
        let well = AtomicBool::new(false);
        timed.resumed = thread::scope(|scope| {
            let fault = scope.spawn(|| self.hinder(kind, bad, &well));
            while !fault.is_finished() {
                let is_well = well.load(Ordering::Relaxed);
                let latencies = self.drive()?.latencies;
                if !is_well {
                    timed.with.extend(latencies);
                }
            }
            fault.join().unwrap_or_else(|_| Err(io::Error::other("the receiver panicked")))
        })?;
        Ok(timed)
    }

    /// Has the receiver misbehave for a time, and says when spans arrived again after it.
    fn hinder(&self, kind: Kind, bad: Duration, well: &AtomicBool) -> io::Result<Option<Duration>> {
        let done = kind.act(&self.receiver, Instant::now() + bad);
        let start = Instant::now();
        well.store(true, Ordering::Relaxed);
        done?;
        let before = self.receiver.counters().spans;
        while start.elapsed() < RESUMES_WITHIN {
            if self.receiver.counters().spans > before {
                return Ok(Some(start.elapsed()));
            }
            thread::sleep(LOOK);
        }
        Ok(None)
    }

    fn drive(&self) -> io::Result<Driven> {
        let count = (self.soak.rate * TURN).ceil() as u64;
        self.app.load(&self.requests, count, Some(self.soak.rate))
    }

    /// Lets everything be sent, for as long as that may take.
    pub(crate) fn settle(&mut self) -> Result<State, Box<dyn Error>> {
        let patience = Instant::now() + SETTLES_WITHIN;
        loop {
            let state: State = self.app.ask("flush")?;
            if state.counts.pending + state.counts.spooled == 0 || Instant::now() > patience {
                return Ok(state);
            }
            thread::sleep(LOOK);
        }
    }
}

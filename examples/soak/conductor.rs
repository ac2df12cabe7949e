//! Who has everything happen, in turn.

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
    process,
    time::{Duration, Instant},
};

use apitoolkit_actix::testing::Collector;
use fastrand::Rng;

use crate::{
    Outcome,
    arguments::Soak,
    faults::Kind,
    ledger::Ledger,
    phase::{Phase, Stage},
    report, requests, subject,
    verdict::{self, Run},
};

/// A fault's turn takes so long, if there is the time.
const TURN_SECONDS: f64 = 6.0;
/// Of the whole, for warming up.
const WARM_UP: f64 = 0.1;
/// Requests at a time that are sent as fast as they are answered.
const BURST: u64 = 1_000;

/// Runs the app under load, and says what was wrong.
pub(crate) fn run(soak: &Soak) -> Outcome {
    let receiver = Collector::start()?;
    let spool = if soak.spool { Some(Directory::new()?) } else { None };
    let directory = spool.as_ref().map(|spool| spool.0.as_path());
    let app = subject::start(soak, &receiver.endpoint(), directory)?;
    let at_start = app.memory()?.now;
    let (requests, ledger) = (requests::timed(), Ledger::default());
    let mut stage = Stage { soak, app, receiver, requests, ledger, seed: soak.seed };
    report::begin(soak);
    let run = all_turns(&mut stage, at_start)?;
    report::end(&run, &stage.ledger);
    Ok(verdict::complaints(&run, &stage.ledger, soak))
}

fn all_turns(stage: &mut Stage<'_>, at_start: u64) -> Result<Run, Box<dyn Error>> {
    let start = Instant::now();
    let soak = stage.soak;
    let warm_up = (soak.seconds * WARM_UP).min(10.0);
    fill(stage, Duration::from_secs_f64(warm_up))?;
    let warm = stage.turn(None, start + Duration::from_secs_f64(warm_up))?;
    report::phase(&warm, None, start.elapsed());
    let plan = plan(soak);
    let each = (soak.seconds - warm_up) / plan.len() as f64;
    let mut phases: Vec<Phase> = Vec::new();
    for (kind, n) in plan.into_iter().zip(1..) {
        let until = Duration::from_secs_f64(warm_up + each * f64::from(n));
        let phase = stage.turn(Some(kind), start + until)?;
        report::phase(&phase, Some(phases.last().unwrap_or(&warm)), start.elapsed());
        phases.push(phase);
    }
    let answering = subject::workers_that_answer(&stage.app, soak.workers);
    let state = stage.settle()?;
    stage.ledger.take(&stage.receiver);
    let peak = stage.app.memory()?.peak;
    Ok(Run { at_start, warm, phases, answering, state, peak, took: start.elapsed() })
}

/// Takes the receiver away until as much waits for it as may, so that later growth is a leak.
fn fill(stage: &Stage<'_>, time: Duration) -> Result<(), Box<dyn Error>> {
    stage.receiver.stop();
    let start = Instant::now();
    while start.elapsed() < time.mul_f64(0.4) {
        stage.app.load(&stage.requests, BURST, None)?;
    }
    Ok(stage.receiver.restart()?)
}

/// The kinds in the order of their turns: each once, then at random.
fn plan(soak: &Soak) -> Vec<Kind> {
    let kinds = if soak.kinds.is_empty() { Kind::ALL.to_vec() } else { soak.kinds.clone() };
    let mut rng = Rng::with_seed(soak.seed);
    let mut plan = kinds.clone();
    while (plan.len() as f64 + 1.0) * TURN_SECONDS <= soak.seconds {
        let mut again = kinds.clone();
        rng.shuffle(&mut again);
        plan.extend(again);
    }
    let most = (soak.seconds / TURN_SECONDS) as usize;
    plan.truncate(most.max(kinds.len()));
    plan
}

/// A directory that goes when this is dropped.
struct Directory(PathBuf);

impl Directory {
    fn new() -> Result<Self, Box<dyn Error>> {
        let path = env::temp_dir().join(format!("soak-{}", process::id()));
        fs::create_dir(&path)?;
        Ok(Self(path))
    }
}

impl AsRef<Path> for Directory {
    fn as_ref(&self) -> &Path {
        &self.0
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // What stays is in a directory for what may be deleted.
        let _ = fs::remove_dir_all(&self.0);
    }
}

//! Clients that do not behave.

mod client;
mod deed;

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use fastrand::Rng;

use deed::Deed;

pub(crate) use client::ask;

const THREADS: usize = 12;

/// What they have done, and what was not as it should be.
#[derive(Debug, Default)]
pub(crate) struct Done {
    deeds: BTreeMap<Deed, u64>,
    pub(crate) wrong: Vec<String>,
}

impl Done {
    fn count(&self, which: impl Fn(Deed) -> bool) -> u64 {
        self.deeds.iter().filter(|(deed, _)| which(**deed)).map(|(_, count)| count).sum()
    }

    /// Resets at whatever moment.
    pub(crate) fn aborts(&self) -> u64 {
        self.count(Deed::is_abort)
    }

    pub(crate) fn panics(&self) -> u64 {
        self.count(|deed| matches!(deed, Deed::Panic | Deed::LatePanic))
    }

    pub(crate) fn others(&self) -> u64 {
        self.count(|_| true) - self.aborts() - self.panics()
    }

    pub(crate) fn add(&mut self, more: Self) {
        for (deed, count) in more.deeds {
            *self.deeds.entry(deed).or_default() += count;
        }
        self.wrong.extend(more.wrong);
    }
}

/// Sends such clients at this rate, from several threads, until it is over; returns when all of
/// them are done.
pub(crate) fn misbehave(address: SocketAddr, rate: f64, seed: u64, over: &AtomicBool) -> Done {
    let all = Mutex::new(Done::default());
    let pause = Duration::from_secs_f64(THREADS as f64 / rate);
    thread::scope(|scope| {
        for thread in 0..THREADS as u64 {
            let all = &all;
            scope.spawn(move || {
                let done = one_thread(address, pause, Rng::with_seed(seed ^ (thread << 32)), over);
                all.lock().unwrap_or_else(PoisonError::into_inner).add(done);
            });
        }
    });
    all.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn one_thread(address: SocketAddr, pause: Duration, mut rng: Rng, over: &AtomicBool) -> Done {
    let mut done = Done::default();
    let mut due = Instant::now() + pause.mul_f64(rng.f64());
    while !over.load(Ordering::Relaxed) {
        thread::sleep(due.saturating_duration_since(Instant::now()));
        // Who is late does not catch up: others wait for the same machine.
        due = (due + pause).max(Instant::now());
        let deed = Deed::any(&mut rng);
        *done.deeds.entry(deed).or_default() += 1;
        if let Err(error) = deed.commit(address, &mut rng) {
            done.wrong.push(format!("a client that was to {deed:?}: {error}"));
        }
    }
    done
}

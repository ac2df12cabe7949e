//! The app in a process of its own, as those see it who measure it.

use std::{
    error::Error,
    io,
    net::SocketAddr,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use serde::de::DeserializeOwned;

use super::{
    counts::Counts,
    driver::{Driven, Load},
    helper::Helper,
    memory::Memory,
    process,
};

pub(crate) const CONNECTIONS: usize = 32;
/// How long everything may take to be sent.
const PATIENCE: Duration = Duration::from_secs(10);

/// The app's process; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Subject {
    helper: Helper,
    pub(crate) address: SocketAddr,
    /// Whether its worker has a core of its own.
    pub(crate) pinned: bool,
}

impl Subject {
    /// Starts the app, which prints its address and then answers questions, and waits until it has
    /// answered `request`.
    pub(crate) fn start(command: &mut Command, request: String) -> Result<Self, Box<dyn Error>> {
        let mut helper = Helper::start(command)?;
        let address = helper.line()?.parse()?;
        // It answers once a worker runs.
        let load = Load { address, requests: &[request], connections: 1, count: 1, rate: None };
        load.drive()?;
        Ok(Self { helper, address, pinned: false })
    }

    /// Keeps its one worker on a core of its own, if it can be.
    pub(crate) fn pin(&mut self) {
        self.pinned = process::pin_worker(self.helper.id()).is_some();
    }

    /// Sends so many requests.
    pub(crate) fn load(
        &self,
        requests: &[String],
        count: u64,
        rate: Option<f64>,
    ) -> io::Result<Driven> {
        let address = self.address;
        Load { address, requests, connections: CONNECTIONS, count, rate }.drive()
    }

    pub(crate) fn ask<T: DeserializeOwned>(&mut self, question: &str) -> Result<T, Box<dyn Error>> {
        Ok(serde_json::from_str(&self.helper.ask(question)?)?)
    }

    pub(crate) fn counts(&mut self) -> Result<Counts, Box<dyn Error>> {
        self.ask("counts")
    }

    /// What it counted after everything was sent, or after it had ten seconds for that.
    pub(crate) fn settled(&mut self) -> Result<Counts, Box<dyn Error>> {
        let patience = Instant::now() + PATIENCE;
        loop {
            let counts: Counts = self.ask("flush")?;
            if counts.pending + counts.spooled == 0 || Instant::now() > patience {
                return Ok(counts);
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    pub(crate) fn memory(&self) -> Result<Memory, &'static str> {
        Memory::of(&self.helper.id().to_string()).ok_or("memory is not known here")
    }

    /// CPU time of all its threads so far.
    pub(crate) fn cpu(&self) -> Result<Duration, &'static str> {
        process::cpu(&format!("/proc/{}", self.helper.id())).ok_or("CPU time is not known here")
    }
}

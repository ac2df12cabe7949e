//! The app in a process of its own, as those see it who measure it.

use std::{
    env,
    error::Error,
    io,
    net::SocketAddr,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{
    arguments::Mode,
    counts::Counts,
    driver::{Driven, Load},
    helper::Helper,
    memory::Memory,
    process,
};

pub(crate) const CONNECTIONS: usize = 32;

/// The app's process; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Subject {
    helper: Helper,
    address: SocketAddr,
    /// Whether its worker has a core of its own.
    pub(crate) pinned: bool,
}

impl Subject {
    pub(crate) fn start(mode: Mode, endpoint: &str, kib: usize) -> Result<Self, Box<dyn Error>> {
        let mode = Mode::ALL.iter().find(|(_, known)| *known == mode).map_or("", |(name, _)| name);
        let mut command = Command::new(env::current_exe()?);
        command.args(["--asked", "--port", "0", "--mode", mode, "--endpoint", endpoint]);
        command.args(["--body", &kib.to_string()]).stderr(Stdio::null());
        let mut helper = Helper::start(&mut command)?;
        let address = helper.line()?.parse()?;
        // It answers once its worker runs.
        let request = requests("/users/1");
        let load = Load { address, requests: &request, connections: 1, count: 1, rate: None };
        load.drive()?;
        let pinned = process::pin_worker(helper.id()).is_some();
        Ok(Self { helper, address, pinned })
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

    pub(crate) fn counts(&mut self) -> Result<Counts, Box<dyn Error>> {
        Ok(serde_json::from_str(&self.helper.ask("counts")?)?)
    }

    /// What it counted after everything was sent, or after it had ten seconds for that.
    pub(crate) fn settled(&mut self) -> Result<Counts, Box<dyn Error>> {
        let patience = Instant::now() + Duration::from_secs(10);
        loop {
            let counts: Counts = serde_json::from_str(&self.helper.ask("flush")?)?;
            if counts.pending == 0 || Instant::now() > patience {
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

/// Requests for a path, of a hundred users in turn.
pub(crate) fn requests(path: &str) -> Vec<String> {
    let request = |user: u32| {
        format!(
            "GET {path}?user={user} HTTP/1.1\r\nhost: localhost\r\naccept: application/json\r\n\
             user-agent: load/1.0\r\nauthorization: Bearer secret-of-user-{user}\r\n\r\n"
        )
    };
    (0..100).map(request).collect()
}

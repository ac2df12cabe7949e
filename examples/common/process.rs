//! Processes and their threads, as Linux shows them. Elsewhere nothing is pinned, and no time is
//! known.

use std::{
    fs,
    process::{Command, Stdio},
    time::Duration,
};

/// Where the requests come from.
pub(crate) const DRIVER_CORE: usize = 0;
/// Where the app's worker runs.
const WORKER_CORE: usize = 1;
/// Of `/proc/*/stat`, which is the same on all machines.
const TICKS_PER_SECOND: u64 = 100;
/// How a thread of Actix's begins, as far as Linux keeps names.
const WORKER: &str = "actix-rt|system";

/// CPU time so far of `/proc/<process>`, or of a thread below it.
pub(crate) fn cpu(directory: &str) -> Option<Duration> {
    let stat = fs::read_to_string(format!("{directory}/stat")).ok()?;
    // Names may have blanks in them.
    let (_, fields) = stat.rsplit_once(')')?;
    let times = fields.split_whitespace().skip(11).take(2);
    let ticks: u64 = times.filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Some(Duration::from_millis(ticks * 1_000 / TICKS_PER_SECOND))
}

/// Keeps the one worker of a process on a core of its own, and says where it is in `/proc`. The
/// other threads of the process go where there is room.
pub(crate) fn pin_worker(process: u32) -> Option<String> {
    let mut threads = fs::read_dir(format!("/proc/{process}/task")).ok()?.filter_map(Result::ok);
    let worker = threads.find(|thread| {
        let name = fs::read_to_string(thread.path().join("comm")).unwrap_or_default();
        name.trim_end() == WORKER
    })?;
    pin(worker.file_name().to_str()?, WORKER_CORE).then(|| worker.path().display().to_string())
}

/// Keeps the current thread on this core, and lets it wake up to the microsecond, where Linux may be
/// late by 50 otherwise. Where that cannot be, it is not.
pub(crate) fn prefer_punctual(core: usize) {
    let Ok(this) = fs::read_link("/proc/thread-self") else { return };
    let Some(thread) = this.file_name().and_then(|name| name.to_str()) else { return };
    // Best effort, both.
    let _ = fs::write(format!("/proc/{thread}/timerslack_ns"), "1");
    let _ = pin(thread, core);
}

fn pin(thread: &str, core: usize) -> bool {
    let mut taskset = Command::new("taskset");
    taskset.args(["-cp", &core.to_string(), thread]).stdout(Stdio::null()).stderr(Stdio::null());
    taskset.status().is_ok_and(|status| status.success())
}

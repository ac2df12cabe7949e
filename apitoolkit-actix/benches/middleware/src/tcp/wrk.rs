use std::{fs, net::SocketAddr, process::Command};

use crate::{
    app::Sender,
    measure::{Scratch, output},
    process,
    rows::Body,
};

pub(super) const CONNECTIONS: usize = 32;
const SCRIPT: &str = "
local last = 0
function request()
  last = last % #requests + 1
  return requests[last]
end
";

/// What wrk says of a round.
#[derive(Debug, Clone, Copy)]
pub(super) struct Round {
    pub(super) requests: f64,
    pub(super) per_second: f64,
    /// In microseconds.
    pub(super) p50: f64,
    pub(super) p99: f64,
}

/// Requests as fast as they are answered, for so many seconds.
pub(super) fn round(address: SocketAddr, seconds: u64) -> Round {
    let scratch = Scratch::new();
    let script = scratch.path().join("requests.lua");
    fs::write(&script, requests() + SCRIPT).expect("a script for wrk");
    let mut wrk = Command::new("taskset");
    wrk.args(["-c", &process::DRIVER_CORE.to_string(), "wrk", "-t1", "--latency", "-s"])
        .arg(&script)
        .args([format!("-c{CONNECTIONS}"), format!("-d{seconds}s"), format!("http://{address}/")]);
    let printed = output(&mut wrk, "taskset and wrk");
    for trouble in ["Socket errors", "Non-2xx"] {
        assert!(!printed.contains(trouble), "{printed}");
    }
    let after = |name: &str| {
        let mut words = printed.split_whitespace().skip_while(|word| *word != name);
        words.nth(1).unwrap_or_else(|| panic!("no {name} in {printed}"))
    };
    let total = printed.lines().find_map(|line| line.split_once(" requests in "));
    Round {
        requests: total.expect("a total").0.trim().parse().expect("a number"),
        per_second: after("Requests/sec:").parse().expect("a number"),
        p50: micros(after("50%")),
        p99: micros(after("99%")),
    }
}

/// Those of the calls within the process, as a table of Lua.
fn requests() -> String {
    // Both languages escape them in the same way.
    let texts = Sender::new(Body::None).texts().into_iter().map(|text| format!("{text:?}"));
    format!("local requests = {{ {} }}", texts.collect::<Vec<_>>().join(","))
}

fn micros(time: &str) -> f64 {
    let units = [("us", 1.0), ("ms", 1e3), ("s", 1e6)];
    let read =
        |(unit, micros): &(&str, f64)| Some(time.strip_suffix(unit)?.parse::<f64>().ok()? * micros);
    units.iter().find_map(read).unwrap_or_else(|| panic!("{time} is no time"))
}

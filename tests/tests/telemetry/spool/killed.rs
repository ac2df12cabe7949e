//! A process that is killed while the receiver is away.

use std::{
    collections::HashSet,
    env,
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    time::Duration,
};

use apitoolkit_actix::{Telemetry, TelemetryBuilder};

use super::support::{Dir, SMALL, numbered, numbers, spooling, wait_for};
use crate::support::{SOON, collector};

const DIR: &str = "APITOOLKIT_TESTS_SPOOL";
const ENDPOINT: &str = "APITOOLKIT_TESTS_ENDPOINT";
/// Set for a child that is to make exchanges, where others only send.
const MAKES: &str = "APITOOLKIT_TESTS_MAKES";

/// Runs `test` of this binary in a process of its own, which is told a directory.
pub(super) fn child(test: &str, dir: &Dir, endpoint: &str) -> Child {
    command(test, dir, endpoint).spawn().unwrap()
}

fn command(test: &str, dir: &Dir, endpoint: &str) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(DIR, dir.path())
        .env(ENDPOINT, endpoint)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    command
}

/// In a child: telemetry with the spool it was told.
pub(super) fn told() -> Option<TelemetryBuilder> {
    let (dir, endpoint) = (env::var_os(DIR)?, env::var(ENDPOINT).ok()?);
    let telemetry = Telemetry::builder()
        .environment(std::iter::empty::<(String, String)>())
        .endpoint(endpoint)
        .service_name("child")
        .schedule_delay(Duration::from_millis(1))
        .install(false)
        .spool(dir, SMALL);
    Some(telemetry)
}

/// In a child: sends what is there, and makes exchanges while the receiver is away, until somebody
/// kills it. Says after each that it is on disk.
#[expect(clippy::print_stdout, reason = "the parent listens")]
fn be_killed(telemetry: TelemetryBuilder) {
    let telemetry = telemetry.build().unwrap();
    numbered(&telemetry, 0..100_000, "ok", |n| {
        wait_for(&telemetry, |stats| stats.exchanges_spooled() > n as u64);
        println!("on disk: {n}");
    });
}

/// Waits until a child has said so many times that something is on disk, and kills it.
fn kill_after(rounds: usize, mut child: Child) {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    // The first line may begin with the name of the test.
    let said = lines.filter(|line| line.contains("on disk: ")).take(rounds).count();
    kill(child);
    assert_eq!(said, rounds);
}

fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn the_next_start_sends_what_was_on_disk() {
    const NAME: &str = "spool::killed::the_next_start_sends_what_was_on_disk";
    if let Some(telemetry) = told() {
        return be_killed(telemetry);
    }
    // At another moment each time, once it has begun to write.
    for rounds in [1, 17, 64] {
        let (collector, dir) = (collector(), Dir::new());
        collector.stop();
        kill_after(rounds, child(NAME, &dir, &collector.endpoint()));
        collector.restart().unwrap();
        let telemetry = spooling(&collector, &dir).build().unwrap();
        telemetry.flush().unwrap();
        let arrived = numbers(&collector.spans());
        assert!(arrived.len() >= rounds, "{arrived:?}");
        assert_eq!(arrived, Vec::from_iter(0..arrived.len()), "in order, none twice or missing");
        let stats = telemetry.stats();
        assert_eq!(stats.exchanges_recovered(), arrived.len() as u64);
        assert_eq!((stats.exchanges_created(), stats.spans_dropped()), (0, 0));
        assert_eq!(dir.files(), ["lock"]);
        collector.wait_for_spans(arrived.len(), SOON).unwrap();
    }
}

#[test]
fn killed_again_and_again_while_it_sends() {
    const NAME: &str = "spool::killed::killed_again_and_again_while_it_sends";
    if let Some(telemetry) = told() {
        if env::var_os(MAKES).is_some() {
            return be_killed(telemetry);
        }
        let _sends = telemetry.build().unwrap();
        // Until it is killed, or whoever was to do that is gone.
        let _ = std::io::stdin().read_line(&mut String::new());
        return;
    }
    let (collector, dir) = (collector(), Dir::new());
    collector.stop();
    let makes = command(NAME, &dir, &collector.endpoint()).env(MAKES, "yes").spawn().unwrap();
    kill_after(60, makes);
    let kills = 5;
    collector.restart().unwrap();
    // An answer is on its way at nearly every moment.
    collector.delay(Duration::from_millis(5));
    for n in 1..=kills {
        let sends = child(NAME, &dir, &collector.endpoint());
        collector.wait_for_spans(n * 8, SOON).unwrap();
        kill(sends);
    }
    collector.accept();
    let telemetry = spooling(&collector, &dir).build().unwrap();
    telemetry.flush().unwrap();
    let arrived = numbers(&collector.spans());
    let mut seen = HashSet::new();
    let first: Vec<_> = arrived.iter().copied().filter(|n| seen.insert(*n)).collect();
    assert!(first.len() >= 60, "{first:?}");
    assert_eq!(first, Vec::from_iter(0..first.len()), "in order and none missing");
    assert!(arrived.len() - first.len() <= kills, "one at most each time: {arrived:?}");
    assert_eq!(dir.files(), ["lock"], "and nothing was damaged");
}

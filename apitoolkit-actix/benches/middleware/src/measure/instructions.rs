use std::{fs, path::Path, process::Command, thread};

use super::{Scratch, Threads, output, program};
use crate::rows::Row;

/// The version of valgrind, if there is one.
pub(crate) fn valgrind() -> Option<String> {
    let output = Command::new("valgrind").arg("--version").output().ok()?;
    let version = output.status.success().then_some(output.stdout)?;
    Some(String::from_utf8_lossy(&version).trim().to_owned())
}

/// Instructions per request, as callgrind counts them. Of two runs of different length the
/// difference counts, so that what happens once falls out.
pub(crate) fn instructions(row: &Row) -> Threads<f64> {
    let scratch = Scratch::new();
    let [few, many] = row.counted_calls();
    let count = |calls| run(row, calls, &scratch.path().join(calls.to_string()));
    let (of_few, of_many) = thread::scope(|scope| {
        let of_few = scope.spawn(|| count(few));
        let of_many = count(many);
        (of_few.join().expect("a count"), of_many)
    });
    let each = |few_calls: u64, many_calls: u64| {
        (many_calls as f64 - few_calls as f64) / (many - few) as f64
    };
    Threads { request: each(of_few.request, of_many.request), all: each(of_few.all, of_many.all) }
}

/// All instructions of a process that makes so many calls.
fn run(row: &Row, calls: u64, directory: &Path) -> Threads<u64> {
    fs::create_dir_all(directory).expect("a directory");
    let mut command = Command::new("valgrind");
    command
        .args(["--tool=callgrind", "--separate-threads=yes", "--fair-sched=yes"])
        .arg(format!("--callgrind-out-file={}", directory.join("out").display()))
        .arg(program("row"))
        .args([row.name, "calls", &calls.to_string()]);
    output(&mut command, row.name);
    let mut threads = Threads { request: 0, all: 0 };
    for file in fs::read_dir(directory).expect("callgrind's output") {
        let path = file.expect("a file").path();
        let total = total(&fs::read_to_string(&path).expect("text"));
        // The first thread makes the calls.
        if path.to_string_lossy().ends_with("-01") {
            threads.request = total;
        }
        threads.all += total;
    }
    assert!(threads.request > 0, "{}: no output of the first thread", row.name);
    threads
}

/// The sum of a callgrind file, which is one thread's.
fn total(file: &str) -> u64 {
    let totals = file.lines().filter_map(|line| line.strip_prefix("totals: "));
    totals.map(|total| total.trim().parse::<u64>().expect("a number")).sum()
}

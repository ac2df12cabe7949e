use std::process::Command;

use super::{Threads, output, program};
use crate::rows::Row;

const CALLS: u64 = 1_000;

/// Allocations and bytes per request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allocated {
    pub(crate) count: f64,
    pub(crate) bytes: f64,
}

pub(crate) fn allocated(row: &Row) -> Threads<Allocated> {
    let mut command = Command::new(program("counted-row"));
    let printed = output(command.args([row.name, "allocations", &CALLS.to_string()]), row.name);
    let numbers = printed.split_whitespace().map(|n| n.parse::<f64>().expect("a number"));
    let numbers: Vec<_> = numbers.map(|n| n / CALLS as f64).collect();
    let [count, bytes, others, others_bytes] = numbers[..] else { panic!("printed {printed:?}") };
    assert!(count > 0.0, "{}: allocations are not counted", row.name);
    Threads {
        request: Allocated { count, bytes },
        all: Allocated { count: count + others, bytes: bytes + others_bytes },
    }
}

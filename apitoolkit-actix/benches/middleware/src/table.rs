//! The program that prints the table.

mod machine;
mod print;

use std::{env, process};

use crate::{
    measure::{Threads, allocated, instructions, times, valgrind},
    rows::{ROWS, Row},
    tcp,
};

const USAGE: &str = "\
usage: cargo bench -p apitoolkit-actix --bench middleware -- [options]

  --only <part>        only rows whose name has this in it, and the bare rows beside them
  --instructions       fail if valgrind is not there to count instructions
  --no-instructions    do not count them: they take most of the time
  --tcp                over TCP instead, with wrk: requests per second and latencies
  --rounds <number>    of the rounds over TCP, 9 if not given";

/// What was measured of a row, per request.
pub(crate) struct Figures {
    pub(crate) row: &'static Row,
    pub(crate) nanos: f64,
    pub(crate) instructions: Option<Threads<f64>>,
    pub(crate) allocations: Threads<f64>,
    pub(crate) bytes: Threads<f64>,
}

#[derive(Default)]
struct Options {
    only: Option<String>,
    /// Whether to count instructions; if absent, where it is possible.
    instructions: Option<bool>,
    /// Over TCP, with how many rounds.
    tcp: bool,
    rounds: Option<usize>,
}

const ROUNDS_OVER_TCP: usize = 9;

/// Measures and prints.
pub fn main() {
    let options = match parse(env::args().skip(1)) {
        Ok(options) => options,
        Err(wrong) => {
            eprintln!("{wrong}\n\n{USAGE}");
            process::exit(2);
        }
    };
    if options.tcp {
        machine::print(None);
        return tcp::run(options.rounds.unwrap_or(ROUNDS_OVER_TCP));
    }
    let rows = selected(options.only.as_deref());
    let valgrind = valgrind();
    assert!(valgrind.is_some() || options.instructions != Some(true), "valgrind is not there");
    let counts = options.instructions.unwrap_or(true) && valgrind.is_some();
    machine::print(valgrind.as_deref());
    if !counts {
        println!(
            "Instructions are not counted: {}.\n",
            match valgrind {
                Some(_) => "as asked for",
                None => "valgrind is not installed",
            }
        );
    }
    print::print(&measure(&rows, counts));
}

fn measure(rows: &[&'static Row], counts: bool) -> Vec<Figures> {
    eprintln!("time of {} rows", rows.len());
    let nanos = times(rows);
    let figures = rows.iter().zip(nanos).map(|(row, nanos)| {
        eprintln!("{}", row.name);
        let allocated = allocated(row);
        let (request, all) = (allocated.request, allocated.all);
        Figures {
            row,
            nanos,
            instructions: counts.then(|| instructions(row)),
            allocations: Threads { request: request.count, all: all.count },
            bytes: Threads { request: request.bytes, all: all.bytes },
        }
    });
    figures.collect()
}

/// The rows asked for, with the bare rows that they are compared with.
fn selected(only: Option<&str>) -> Vec<&'static Row> {
    let wanted = |row: &Row| only.is_none_or(|part| row.name.contains(part));
    let beside = |bare: &Row| ROWS.iter().any(|row| wanted(row) && row.bare().name == bare.name);
    ROWS.iter().filter(|row| wanted(row) || beside(row)).collect()
}

fn parse(mut given: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options::default();
    while let Some(name) = given.next() {
        match name.as_str() {
            // What cargo adds.
            "--bench" => {}
            "--only" => options.only = Some(given.next().ok_or("--only needs a part of a name")?),
            "--tcp" => options.tcp = true,
            "--rounds" => {
                let rounds = given.next().and_then(|rounds| rounds.parse().ok());
                options.rounds = Some(rounds.ok_or("--rounds needs a number")?);
            }
            "--instructions" => options.instructions = Some(true),
            "--no-instructions" => options.instructions = Some(false),
            _ => return Err(format!("there is no option {name:?}")),
        }
    }
    Ok(options)
}

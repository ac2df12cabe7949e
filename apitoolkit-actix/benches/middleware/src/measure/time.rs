use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use super::program;
use crate::rows::Row;

const ROUNDS: usize = 20;

/// Nanoseconds per request on the thread of the requests, the median of rounds in which every row
/// takes its turn.
pub(crate) fn times(rows: &[&'static Row]) -> Vec<f64> {
    let mut timed: Vec<_> = rows.iter().map(|row| Timed::start(row)).collect();
    let mut rounds = vec![Vec::new(); rows.len()];
    for _ in 0..ROUNDS {
        for (row, rounds) in timed.iter_mut().zip(&mut rounds) {
            rounds.push(row.round());
        }
    }
    timed.into_iter().for_each(Timed::end);
    rounds.iter_mut().map(|times| median(times)).collect()
}

/// A row's program, which waits for its turns.
struct Timed {
    row: &'static Row,
    process: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Timed {
    fn start(row: &'static Row) -> Self {
        let mut process = Command::new(program("row"))
            .args([row.name, "time"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a process");
        let orders = process.stdin.take().expect("its input");
        let answers = BufReader::new(process.stdout.take().expect("its output"));
        let mut timed = Self { row, process, orders, answers };
        assert_eq!(timed.line(), "ready", "{}", row.name);
        timed
    }

    /// Nanoseconds per request.
    fn round(&mut self) -> f64 {
        writeln!(self.orders, "go").unwrap_or_else(|error| panic!("{}: {error}", self.row.name));
        let line = self.line();
        let (calls, nanos) = line.split_once(' ').expect("calls and nanoseconds");
        let [calls, nanos] = [calls, nanos].map(|n| n.parse::<f64>().expect("a number"));
        nanos / calls
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("a line");
        line.trim_end().to_owned()
    }

    fn end(self) {
        let Self { row, mut process, orders, answers } = self;
        drop((orders, answers));
        let status = process.wait().expect("its status");
        assert!(status.success(), "{}: {status}", row.name);
    }
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

//! What the command line asks for.

use std::{path::PathBuf, str::FromStr};

use crate::faults::Kind;

pub(crate) enum Task {
    Soak(Soak),
    /// The app, for [`Task::Soak`].
    Serve(App),
}

#[derive(Debug)]
pub(crate) struct Soak {
    pub(crate) seconds: f64,
    /// Requests per second whose answers are timed; a fifth as many clients misbehave beside them.
    pub(crate) rate: f64,
    pub(crate) seed: u64,
    pub(crate) workers: usize,
    /// Whether traces wait on disk while the receiver is away.
    pub(crate) spool: bool,
    /// Which faults; every kind if there are none.
    pub(crate) kinds: Vec<Kind>,
}

#[derive(Debug)]
pub(crate) struct App {
    pub(crate) endpoint: String,
    pub(crate) workers: usize,
    pub(crate) spool: Option<PathBuf>,
}

pub(crate) const USAGE: &str = "\
usage: soak [--duration 60] [--rate 1000] [--seed 1] [--workers 2] [--spool] [--fault <kind>]...

  --duration  seconds; in 60 every kind of fault has one turn, later ones come in random order
  --rate      timed requests per second; a fifth as many clients misbehave beside them
  --seed      of what happens at random
  --workers   of the app
  --spool     lets traces wait on disk while the receiver is away
  --fault     only this kind, over and over; may be given several times:
              gone, refusing, slow, black-hole, stalled, restarts, hang-ups, codes, retry-info, partial";

pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Task, String> {
    let mut soak =
        Soak { seconds: 60.0, rate: 1_000.0, seed: 1, workers: 2, spool: false, kinds: vec![] };
    let (mut endpoint, mut directory) = (None, None);
    while let Some(name) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{name} needs a value"));
        match name.as_str() {
            "--duration" => soak.seconds = number(&value()?)?,
            "--rate" => soak.rate = number(&value()?)?,
            "--seed" => soak.seed = number(&value()?)?,
            "--workers" => soak.workers = number(&value()?)?,
            "--spool" => soak.spool = true,
            "--fault" => soak.kinds.push(kind(&value()?)?),
            "--serve" => endpoint = Some(value()?),
            "--directory" => directory = Some(PathBuf::from(value()?)),
            _ => return Err(format!("{name}: not known")),
        }
    }
    if let Some(endpoint) = endpoint {
        return Ok(Task::Serve(App { endpoint, workers: soak.workers, spool: directory }));
    }
    let positive = soak.seconds > 0.0 && soak.rate > 0.0 && soak.workers > 0;
    if positive { Ok(Task::Soak(soak)) } else { Err("all numbers have to be above 0".to_owned()) }
}

fn kind(name: &str) -> Result<Kind, String> {
    let known = Kind::ALL.into_iter().find(|kind| kind.name() == name);
    known.ok_or_else(|| format!("{name:?} is not a kind of fault"))
}

fn number<T: FromStr>(value: &str) -> Result<T, String> {
    value.parse().map_err(|_| format!("{value:?} is not a number, or too large"))
}

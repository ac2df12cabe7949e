//! A fixed rate for a while, to a receiver that takes everything.

mod figures;
mod tally;

use std::{error::Error, thread, time::Duration};

use figures::Figures;
use tally::Tally;

use crate::{
    Outcome,
    arguments::{Mode, Sustained},
    receiver::Receiver,
    subject::{self, CONNECTIONS, requests},
};

/// When memory is read for the first time under load.
const EARLY: Duration = Duration::from_secs(5);
/// How long lower rates are tried after a loss.
const TRIAL_SECONDS: f64 = 10.0;

/// Measures the bare app, then the same with the toolkit.
pub(crate) fn run(asked: &Sustained) -> Outcome {
    let Sustained { rate, seconds, kib } = *asked;
    println!(
        "{rate} requests/s offered for {seconds} s on {CONNECTIONS} connections, answered by one \
         worker with {kib} KiB of JSON"
    );
    let (bare, _) = measure(asked, Mode::Bare)?;
    let (ours, tally) = measure(asked, Mode::Bodies)?;
    figures::print(&bare, &ours);
    println!("{tally}");
    let reached = ours.driven.rate() >= rate * 0.99;
    if !reached {
        println!("The rate was not reached: {:.0}/s of {rate}/s", ours.driven.rate());
    }
    if !tally.is_whole() {
        search(asked)?;
    }
    Ok(reached && tally.is_whole())
}

/// Looks for a rate at which nothing is lost.
fn search(asked: &Sustained) -> Result<(), Box<dyn Error>> {
    let (seconds, kib) = (asked.seconds.min(TRIAL_SECONDS), asked.kib);
    for tenths in (1..10).rev() {
        let rate = asked.rate * f64::from(tenths) / 10.0;
        let (ours, tally) = measure(&Sustained { rate, seconds, kib }, Mode::Bodies)?;
        println!("{rate:.0}/s for {seconds} s, {:.0}/s reached. {tally}", ours.driven.rate());
        if tally.is_whole() {
            break;
        }
    }
    Ok(())
}

fn measure(asked: &Sustained, mode: Mode) -> Result<(Figures, Tally), Box<dyn Error>> {
    let mut receiver = Receiver::start()?;
    let mut app = subject::start(mode, &receiver.endpoint, asked.kib)?;
    let requests = requests("/report");
    let sent = (asked.rate * asked.seconds).round() as u64;
    let (before, spans) = (app.settled()?, receiver.spans()?);
    let (cpu, start) = (app.cpu()?, app.memory()?);
    let (early, driven) = thread::scope(|scope| {
        let driving = scope.spawn(|| app.load(&requests, sent, Some(asked.rate)));
        thread::sleep(EARLY.min(Duration::from_secs_f64(asked.seconds / 2.0)));
        (app.memory(), driving.join())
    });
    let driven = driven.map_err(|_| "the driver panicked")??;
    let counts = app.settled()?;
    let cpu = (app.cpu()? - cpu).div_f64(sent as f64);
    let memory = [start, early?, app.memory()?];
    let tally = Tally { sent, before, counts, received: receiver.spans()? - spans };
    Ok((Figures { driven, cpu, memory, pinned: app.pinned }, tally))
}

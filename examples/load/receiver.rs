//! The receiver at the other end: it counts what it gets and keeps nothing.

use std::{env, error::Error, io, process::Command};

use apitoolkit_actix::testing::Collector;

use crate::common::helper::Helper;

/// The receiver's process: prints its endpoint, and for each line of input how many spans it got.
pub(crate) fn run() -> Result<(), Box<dyn Error>> {
    let collector = Collector::start()?;
    collector.keep_contents(false);
    println!("{}", collector.endpoint());
    for line in io::stdin().lines() {
        line?;
        println!("{}", collector.counters().spans);
    }
    Ok(())
}

/// A receiver in another process.
#[derive(Debug)]
pub(crate) struct Receiver {
    helper: Helper,
    pub(crate) endpoint: String,
}

impl Receiver {
    pub(crate) fn start() -> io::Result<Self> {
        let mut helper = Helper::start(Command::new(env::current_exe()?).arg("--receive"))?;
        let endpoint = helper.line()?;
        Ok(Self { helper, endpoint })
    }

    pub(crate) fn spans(&mut self) -> Result<u64, Box<dyn Error>> {
        Ok(self.helper.ask("spans")?.parse()?)
    }
}

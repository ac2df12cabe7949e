//! The app, as this program starts it.

use std::{collections::BTreeSet, env, error::Error, path::Path, process::Command};

use crate::{arguments::Soak, common::subject::Subject, requests::get};

pub(crate) fn start(
    soak: &Soak,
    endpoint: &str,
    spool: Option<&Path>,
) -> Result<Subject, Box<dyn Error>> {
    let mut command = Command::new(env::current_exe()?);
    command.args(["--serve", endpoint, "--workers", &soak.workers.to_string()]);
    if let Some(directory) = spool {
        command.arg("--directory").arg(directory);
    }
    Subject::start(&mut command, get("/users/1"))
}

/// How many workers answer: connections go to them in turn.
pub(crate) fn workers_that_answer(app: &Subject, workers: usize) -> usize {
    let mut seen = BTreeSet::new();
    for _ in 0..workers * 20 {
        seen.extend(crate::rough::ask(app.address, "/worker"));
        if seen.len() == workers {
            break;
        }
    }
    seen.len()
}

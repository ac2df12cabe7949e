//! What the command line asks for.

use std::{path::PathBuf, str::FromStr};

#[derive(Debug)]
pub(crate) enum Task {
    Serve(Settings),
    Help,
}

#[derive(Debug)]
pub(crate) struct Settings {
    /// Where the blog listens; 0 is any free port.
    pub(crate) port: u16,
    /// Where the notification server listens; 0 is any free port.
    pub(crate) notify_port: u16,
    /// In memory if absent.
    pub(crate) database: Option<PathBuf>,
    /// How many rounds of visits are played, if any.
    pub(crate) demo: Option<u32>,
}

pub(crate) const USAGE: &str = "\
usage: cargo run --example flaskr [-- [--demo] [--rounds <n>] [--port <port>]
                                      [--notify-port <port>] [--database <path>]]

  A blog on 127.0.0.1:8080, and a second app on 127.0.0.1:8123 that it tells of new posts. The link
  to the explorer, which shows what happens in both, is printed as well. Ctrl-C ends them.

  --demo         plays visits of several users, for something to look at
  --rounds       how often each of them comes; by default 6
  --port         where the blog listens; 0 is any free port
  --notify-port  where the other app listens; 0 is any free port
  --database     a file of SQLite that keeps the posts; by default they are in memory
  --help         prints this

  Nothing leaves the process unless OTEL_EXPORTER_OTLP_ENDPOINT says where to.";

const PORT: u16 = 8080;
const NOTIFY_PORT: u16 = 8123;
const ROUNDS: u32 = 6;

pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Task, String> {
    let (mut demo, mut rounds) = (false, ROUNDS);
    let mut settings =
        Settings { port: PORT, notify_port: NOTIFY_PORT, database: None, demo: None };
    while let Some(name) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{name} needs a value"));
        match name.as_str() {
            "--demo" => demo = true,
            "--rounds" => rounds = number(&value()?)?,
            "--port" => settings.port = number(&value()?)?,
            "--notify-port" => settings.notify_port = number(&value()?)?,
            "--database" => settings.database = Some(PathBuf::from(value()?)),
            "--help" | "-h" => return Ok(Task::Help),
            _ => return Err(format!("{name}: not known")),
        }
    }
    settings.demo = demo.then_some(rounds);
    Ok(Task::Serve(settings))
}

fn number<T: FromStr>(value: &str) -> Result<T, String> {
    value.parse().map_err(|_| format!("{value:?} is not a number, or too large"))
}

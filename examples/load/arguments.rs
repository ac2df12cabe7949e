//! What the command line asks for.

/// What the toolkit does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// It is not there.
    Bare,
    /// It is there and samples nothing.
    Off,
    /// Spans and headers.
    Spans,
    /// Response bodies too: captured, redacted by three paths and the default names.
    Bodies,
    /// As [`Spans`](Self::Spans), with the explorer mounted.
    Explorer,
}

impl Mode {
    pub(crate) const ALL: [(&str, Self); 5] = [
        ("bare", Self::Bare),
        ("off", Self::Off),
        ("spans", Self::Spans),
        ("bodies", Self::Bodies),
        ("explorer", Self::Explorer),
    ];
}

#[derive(Debug)]
pub(crate) enum Task {
    Serve(App),
    Sustained(Sustained),
    Outage(Outage),
    /// Counts what arrives, for [`Task::Sustained`].
    Receive,
}

#[derive(Debug)]
pub(crate) struct App {
    pub(crate) mode: Mode,
    pub(crate) port: u16,
    pub(crate) endpoint: String,
    /// Least size of a report.
    pub(crate) kib: usize,
    /// Whether it answers each line of its input with what it counted.
    pub(crate) asked: bool,
}

#[derive(Debug)]
pub(crate) struct Sustained {
    /// Requests per second.
    pub(crate) rate: f64,
    pub(crate) seconds: f64,
    pub(crate) kib: usize,
}

#[derive(Debug)]
pub(crate) struct Outage {
    pub(crate) requests: u64,
    pub(crate) kib: usize,
}

pub(crate) const USAGE: &str = "\
usage: load [--mode bare|off|spans|bodies|explorer] [--port 8088] [--endpoint http://127.0.0.1:4317] [--body 8]
       load --sustained <requests per second> [--seconds 60] [--body 8]
       load --outage [--requests 1000000] [--body 8]

  GET /users/{id}   a few bytes
  GET /report       8 KiB of JSON, or so many as --body says, with emails, addresses and card numbers

The first serves until Ctrl-C, and then prints what came of what was recorded; with nothing at the
endpoint, that fills its budget of 32 MiB and the rest is counted as dropped. The others run the app
in a process of its own and send the requests themselves.";

/// Everything that can be given, with its defaults.
struct Given {
    app: App,
    sustained: Option<f64>,
    seconds: f64,
    outage: bool,
    requests: u64,
    receive: bool,
}

pub(crate) fn parse(arguments: impl Iterator<Item = String>) -> Result<Task, String> {
    let Given { app, sustained, seconds, outage, requests, receive } = read(arguments)?;
    let kib = app.kib;
    match (sustained, outage, receive) {
        (None, false, false) => Ok(Task::Serve(app)),
        (Some(rate), false, false) if rate > 0.0 && seconds > 0.0 => {
            Ok(Task::Sustained(Sustained { rate, seconds, kib }))
        }
        (Some(_), false, false) => Err("rate and seconds have to be above 0".to_owned()),
        (None, true, false) => Ok(Task::Outage(Outage { requests, kib })),
        (None, false, true) => Ok(Task::Receive),
        _ => Err("one of --sustained and --outage at a time".to_owned()),
    }
}

fn read(mut arguments: impl Iterator<Item = String>) -> Result<Given, String> {
    let endpoint = "http://127.0.0.1:4317".to_owned();
    let app = App { mode: Mode::Spans, port: 8088, endpoint, kib: 8, asked: false };
    let (sustained, seconds, requests) = (None, 60.0, 1_000_000);
    let mut given = Given { app, sustained, seconds, outage: false, requests, receive: false };
    while let Some(name) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{name} needs a value"));
        match name.as_str() {
            "--mode" => given.app.mode = mode(&value()?)?,
            "--port" => given.app.port = number(&value()?)?,
            "--endpoint" => given.app.endpoint = value()?,
            "--body" => given.app.kib = number(&value()?)?,
            "--asked" => given.app.asked = true,
            "--sustained" => given.sustained = Some(number(&value()?)?),
            "--seconds" => given.seconds = number(&value()?)?,
            "--outage" => given.outage = true,
            "--requests" => given.requests = number(&value()?)?,
            "--receive" => given.receive = true,
            _ => return Err(format!("{name}: not known")),
        }
    }
    Ok(given)
}

fn mode(name: &str) -> Result<Mode, String> {
    let known = Mode::ALL.iter().find(|(known, _)| *known == name);
    known.map(|(_, mode)| *mode).ok_or_else(|| format!("{name:?} is not a mode"))
}

fn number<T: std::str::FromStr>(value: &str) -> Result<T, String> {
    value.parse().map_err(|_| format!("{value:?} is not a number, or too large"))
}

//! Shows what would leave the process, without a server or an exporter.
//!
//! ```text
//! cargo run --example redact -- --path '$.user.email' [--path ..] [--no-default-rules]
//!                               [--content-type T] [FILE]
//! cargo run --example redact -- --jsonl [FILE]
//! ```
//!
//! Reads a body from FILE or standard input and prints what would be exported of it: the redacted
//! body, or the marker with the reason why it is withheld.
//!
//! With `--jsonl`, reads one object per line and answers with one per line, in the same order:
//!
//! ```text
//! {"id":1, "kind":"body"|"header"|"url"|"cookie"|"form"|"text"|"sql", "name"?:"..",
//!  "value":"..", "content_type"?:"..", "paths"?:["$.."], "default_rules"?:true}
//! {"id":1, "value":".."}
//! {"id":1, "withheld":"unparseable application/json, 17 B"}
//! {"id":1, "error":{"path":"$.[", "offset":2, "message":".."}}
//! ```
//!
//! A value that is not UTF-8 comes and goes as `{"base64":".."}`. `paths` and `default_rules`
//! default to what the command line says.
//!
//! Exit status: 0 when everything was answered (a body that is withheld and an error in a line are
//! answers), 1 when a rule does not compile or a file cannot be read, 2 when the command line is
//! wrong.

mod lines;

use std::{
    error::Error,
    fs::File,
    io::{self, BufRead, BufReader, Read, Write},
    process::ExitCode,
};

use apitoolkit_actix::{Body, BodyText, Redactor, RuleError, Scratch, Side};

const USAGE: &str = "usage: redact [--path JSONPATH].. [--no-default-rules] [--content-type TYPE] \
                     [--jsonl] [FILE]";

fn main() -> ExitCode {
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(message) => return fail(&format!("{message}\n{USAGE}"), 2),
    };
    if options.help {
        return match writeln!(io::stdout(), "{USAGE}") {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        };
    }
    let result = if options.jsonl { answer_lines(&options) } else { print_body(&options) };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error.to_string(), 1),
    }
}

fn fail(message: &str, status: u8) -> ExitCode {
    // There is no one left to tell if standard error is closed.
    let _ = writeln!(io::stderr(), "redact: {message}");
    ExitCode::from(status)
}

#[derive(Default)]
struct Options {
    rules: Rules,
    content_type: Option<String>,
    jsonl: bool,
    help: bool,
    file: Option<String>,
}

/// What a [`Redactor`] is built from.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
struct Rules {
    paths: Vec<String>,
    no_defaults: bool,
}

impl Options {
    fn parse(mut args: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self::default();
        let mut only_files = false;
        while let Some(arg) = args.next() {
            let (flag, inline) = match arg.split_once('=') {
                Some((flag, value)) if flag.starts_with("--") => (flag, Some(value.to_owned())),
                _ => (arg.as_str(), None),
            };
            let value = |args: &mut dyn Iterator<Item = String>| {
                inline
                    .clone()
                    .or_else(|| args.next())
                    .ok_or_else(|| format!("{flag} needs a value"))
            };
            match flag {
                _ if only_files => options.set_file(arg)?,
                "--path" => options.rules.paths.push(value(&mut args)?),
                "--content-type" => options.content_type = Some(value(&mut args)?),
                "--no-default-rules" => options.rules.no_defaults = true,
                "--jsonl" => options.jsonl = true,
                "--help" | "-h" => options.help = true,
                "--" => only_files = true,
                "-" => {}
                _ if flag.starts_with('-') => return Err(format!("unknown option {flag}")),
                _ => options.set_file(arg)?,
            }
        }
        Ok(options)
    }

    fn set_file(&mut self, file: String) -> Result<(), String> {
        match self.file.replace(file) {
            None => Ok(()),
            Some(_) => Err("more than one file".to_owned()),
        }
    }

    fn input(&self) -> io::Result<Box<dyn BufRead>> {
        let Some(file) = &self.file else { return Ok(Box::new(io::stdin().lock())) };
        let opened = File::open(file)
            .map_err(|error| io::Error::new(error.kind(), format!("{file}: {error}")))?;
        Ok(Box::new(BufReader::new(opened)))
    }
}

impl Rules {
    fn redactor(&self) -> Result<Redactor, RuleError> {
        Redactor::builder()
            .redact_request_body(&self.paths)
            .default_body_rules(!self.no_defaults)
            .build()
    }
}

/// A whole input as one body.
fn print_body(options: &Options) -> Result<(), Box<dyn Error>> {
    let redactor = options.rules.redactor()?;
    let mut bytes = Vec::new();
    options.input()?.read_to_end(&mut bytes)?;
    let content_type = options.content_type.as_deref();
    let mut out = io::stdout().lock();
    match redact_body(&redactor, &mut Scratch::default(), &bytes, content_type) {
        Answer::Value(value) => out.write_all(&value)?,
        Answer::Withheld { marker, .. } => writeln!(out, "{marker}")?,
    }
    out.flush()?;
    Ok(())
}

/// One answer for each line.
fn answer_lines(options: &Options) -> Result<(), Box<dyn Error>> {
    let mut service = lines::Service::new(options.rules.clone());
    let mut out = io::stdout().lock();
    let mut input = options.input()?;
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        if !line.trim_ascii().is_empty() {
            writeln!(out, "{}", service.answer(&line))?;
            // Whoever waits for this answer before the next question must get it.
            out.flush()?;
        }
    }
}

/// What becomes of a value.
enum Answer {
    Value(Vec<u8>),
    Withheld { reason: String, marker: String },
}

fn redact_body(
    redactor: &Redactor,
    scratch: &mut Scratch,
    bytes: &[u8],
    content_type: Option<&str>,
) -> Answer {
    let types: Vec<&[u8]> = content_type.iter().map(|value| value.as_bytes()).collect();
    let body = Body::new(bytes).content_type(&types).cap(bytes.len());
    match redactor.body(Side::Request, &body, scratch) {
        BodyText::Empty => Answer::Value(Vec::new()),
        BodyText::Content(content) => Answer::Value(content.into_owned()),
        BodyText::Withheld(withheld) => {
            Answer::Withheld { reason: withheld.description(), marker: withheld.to_string() }
        }
    }
}

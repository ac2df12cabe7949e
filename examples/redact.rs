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

use std::{
    collections::HashMap,
    error::Error,
    fs::File,
    io::{self, BufRead, BufReader, Read, Write},
    process::ExitCode,
};

use apitoolkit_actix::{Body, BodyText, Redactor, RuleError, Scratch, Side};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use serde_json::{Value, json};

const USAGE: &str = "usage: redact [--path JSONPATH].. [--no-default-rules] [--content-type TYPE] \
                     [--jsonl] [FILE]";

const FORM: &str = "application/x-www-form-urlencoded";

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
    let mut service = Service { defaults: options.rules.clone(), ..Service::default() };
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

#[derive(Default)]
struct Service {
    defaults: Rules,
    /// Compiled once for each set of rules.
    redactors: HashMap<Rules, Redactor>,
    scratch: Scratch,
}

/// What a line is answered with if it cannot be redacted.
struct Fault {
    path: Option<String>,
    offset: Option<usize>,
    message: String,
}

impl From<RuleError> for Fault {
    fn from(error: RuleError) -> Self {
        Self {
            path: Some(error.value().to_owned()),
            offset: Some(error.offset()),
            message: error.reason().to_owned(),
        }
    }
}

impl From<String> for Fault {
    fn from(message: String) -> Self {
        Self { path: None, offset: None, message }
    }
}

enum Answer {
    Value(Vec<u8>),
    Withheld { reason: String, marker: String },
}

impl Service {
    fn answer(&mut self, line: &[u8]) -> Value {
        let question: Value = match serde_json::from_slice(line) {
            Ok(question) => question,
            Err(error) => {
                let message = format!("not a JSON object: {error}");
                return json!({"id": null, "error": {"path": null, "offset": null, "message": message}});
            }
        };
        let id = question.get("id").cloned().unwrap_or_default();
        match self.redact(&question) {
            Ok(Answer::Value(value)) => json!({"id": id, "value": shown(value)}),
            Ok(Answer::Withheld { reason, .. }) => json!({"id": id, "withheld": reason}),
            Err(Fault { path, offset, message }) => {
                json!({"id": id, "error": {"path": path, "offset": offset, "message": message}})
            }
        }
    }

    fn redact(&mut self, question: &Value) -> Result<Answer, Fault> {
        let rules = self.rules(question)?;
        let value = bytes(question)?;
        let name = text_field(question, "name")?;
        let kind = text_field(question, "kind")?.unwrap_or("body");
        let content_type = text_field(question, "content_type")?;
        let redactor = redactor(&mut self.redactors, rules)?;
        let text = String::from_utf8_lossy(&value);
        let redacted = match (kind, name) {
            ("body", _) => {
                return Ok(redact_body(redactor, &mut self.scratch, &value, content_type));
            }
            ("form", _) => {
                return Ok(redact_body(redactor, &mut self.scratch, &value, Some(FORM)));
            }
            ("header", Some(name)) => redactor.header(&name.to_lowercase(), &value, false),
            ("header", None) => return Err("a header needs a name".to_owned().into()),
            ("cookie", None) => redactor.header("cookie", &value, false),
            ("cookie", Some(name)) if is_cookie_header(name) => {
                redactor.header(&name.to_lowercase(), &value, false)
            }
            ("cookie", Some(name)) => {
                // The value of one cookie.
                let pair = format!("{name}={text}");
                let redacted = redactor.header("cookie", pair.as_bytes(), false);
                let value = redacted.strip_prefix(&format!("{name}=")).unwrap_or(&redacted);
                value.to_owned().into()
            }
            ("url", _) => redactor.url(&text),
            ("text", _) => redactor.text(&text),
            ("sql", _) => redactor.sql(&text),
            (kind, _) => return Err(format!("unknown kind {kind:?}").into()),
        };
        Ok(Answer::Value(redacted.into_owned().into_bytes()))
    }

    fn rules(&self, question: &Value) -> Result<Rules, Fault> {
        let mut rules = self.defaults.clone();
        match question.get("paths") {
            None | Some(Value::Null) => {}
            Some(Value::Array(paths)) => {
                rules.paths = paths
                    .iter()
                    .map(|path| path.as_str().map(ToOwned::to_owned))
                    .collect::<Option<_>>()
                    .ok_or_else(|| "`paths` holds something that is no string".to_owned())?;
            }
            Some(_) => return Err("`paths` is no array".to_owned().into()),
        }
        match question.get("default_rules") {
            None | Some(Value::Null) => {}
            Some(Value::Bool(on)) => rules.no_defaults = !on,
            Some(_) => return Err("`default_rules` is no boolean".to_owned().into()),
        }
        Ok(rules)
    }
}

fn redactor(known: &mut HashMap<Rules, Redactor>, rules: Rules) -> Result<&Redactor, RuleError> {
    /// More different sets than that are compiled again.
    const MAX_KNOWN: usize = 256;
    if known.len() >= MAX_KNOWN && !known.contains_key(&rules) {
        known.clear();
    }
    Ok(match known.entry(rules) {
        std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
        std::collections::hash_map::Entry::Vacant(entry) => {
            let redactor = entry.key().redactor()?;
            entry.insert(redactor)
        }
    })
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

fn is_cookie_header(name: &str) -> bool {
    ["cookie", "set-cookie"].iter().any(|header| name.eq_ignore_ascii_case(header))
}

fn text_field<'q>(question: &'q Value, field: &str) -> Result<Option<&'q str>, Fault> {
    match question.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("`{field}` is no string").into()),
    }
}

/// The bytes of `value`: a string, or `{"base64":..}`.
fn bytes(question: &Value) -> Result<Vec<u8>, Fault> {
    let value = question.get("value").unwrap_or(&Value::Null);
    if let Some(text) = value.as_str() {
        return Ok(text.as_bytes().to_vec());
    }
    let Some(encoded) = value.get("base64").and_then(Value::as_str) else {
        return Err("`value` is neither a string nor {\"base64\":..}".to_owned().into());
    };
    BASE64.decode(encoded).map_err(|error| format!("`value` is not base64: {error}").into())
}

fn shown(value: Vec<u8>) -> Value {
    match String::from_utf8(value) {
        Ok(text) => Value::String(text),
        Err(error) => json!({"base64": BASE64.encode(error.as_bytes())}),
    }
}

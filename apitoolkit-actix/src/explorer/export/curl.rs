mod body;
#[cfg(test)]
mod tests;

use self::body::Body;
use super::{
    parts::media_type,
    shell::{Variables, Word, comment},
};
use crate::{
    explorer::record::{Kind, Part, Record},
    redact::Redactor,
};

/// Headers that `curl` writes itself, or that belong to one connection or one trace.
const LEFT_OUT: &[&str] = &[
    "accept-encoding",
    "baggage",
    "connection",
    "content-encoding",
    "content-length",
    "expect",
    "keep-alive",
    "te",
    "traceparent",
    "tracestate",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// A command that sends the request again, for a POSIX shell.
///
/// What was redacted is a variable of the shell (`$AUTHORIZATION`), and a comment in front names
/// those that have to be set. What cannot be told, such as a body that was withheld, is said in a
/// comment as well. The body is sent decoded, and the headers of one connection and of one trace
/// are left out. Incoming requests go to `origin`, such as `http://127.0.0.1:8080`; without one to
/// the host that they came to.
pub(in crate::explorer) fn curl(record: &Record, origin: &str) -> String {
    let mut command = Command::default();
    command.url(&address(record, origin));
    command.headers(record, origin);
    let body = command.body(record);
    command.finish(record.method(), &body)
}

#[derive(Default)]
struct Command {
    variables: Variables,
    /// What follows `curl`, one argument or pair of them each.
    arguments: Vec<String>,
    notes: Vec<String>,
}

impl Command {
    fn url(&mut self, url: &str) {
        let (path, rest) = match url.find('?') {
            Some(at) => url.split_at(at),
            None => (url, ""),
        };
        let mut word = Word::default();
        for (number, segment) in path.split('/').enumerate() {
            word.text(if number == 0 { "" } else { "/" });
            self.value(&mut word, segment, Redactor::URL_MARKER, "segment");
        }
        for (number, pair) in rest.split('&').enumerate() {
            word.text(if number == 0 { "" } else { "&" });
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            word.text(name);
            word.text(if pair.contains('=') { "=" } else { "" });
            self.value(&mut word, value, Redactor::URL_MARKER, name.trim_start_matches('?'));
        }
        self.arguments.push(word.finish());
        if url.contains(['[', ']', '{', '}']) {
            self.arguments.push("--globoff".to_owned());
        }
    }

    /// Adds a value, or the variable for it if it is the marker.
    fn value(&mut self, word: &mut Word, value: &str, marker: &str, called: &str) {
        match value == marker {
            true => word.variable(&self.variables.name(called)),
            false => word.text(value),
        }
    }

    fn headers(&mut self, record: &Record, origin: &str) {
        let address = address(record, origin);
        let host = authority(&address);
        let is_form = media_type(record, Part::Request) == "multipart/form-data";
        for (name, values) in record.headers(Part::Request) {
            let is_usual_host = name == "host" && values == [host];
            let is_of_form = name == "content-type" && is_form;
            if name == "accept-encoding" && !values.is_empty() {
                // What it answers is to be readable, as it was for who asked.
                self.arguments.push("--compressed".to_owned());
            }
            if LEFT_OUT.contains(&name) || is_usual_host || is_of_form {
                continue;
            }
            for value in values {
                let word = self.header(name, value);
                self.arguments.push(format!("--header {word}"));
            }
        }
    }

    fn header(&mut self, name: &str, value: &str) -> String {
        let value = value.replace(char::is_control, " ");
        if value.trim().is_empty() {
            // What has a colon and nothing behind it takes a header away.
            return Word::of(&format!("{name};")).finish();
        }
        let mut word = Word::of(&format!("{name}: "));
        let mut pieces = value.split(Redactor::MARKER);
        let mut before = pieces.next().unwrap_or_default();
        word.text(before);
        for piece in pieces {
            let called = match name {
                "cookie" => cookie_before(before),
                name => name,
            };
            word.variable(&self.variables.name(called));
            word.text(piece);
            before = piece;
        }
        word.finish()
    }

    fn finish(mut self, method: &str, body: &Body) -> String {
        let usual = if matches!(body, Body::None) { "GET" } else { "POST" };
        if method == "HEAD" && usual == "GET" {
            self.arguments.insert(0, "--head".to_owned());
        } else if method != usual {
            let method = match method.bytes().all(|b| b.is_ascii_alphanumeric()) {
                true => method.to_owned(),
                false => Word::of(method).finish(),
            };
            self.arguments.insert(0, format!("--request {method}"));
        }
        let mut text = String::new();
        if !self.variables.names().is_empty() {
            let names = self.variables.names().join(", ");
            text.push_str(&comment(&format!("redacted, to be set before: {names}")));
        }
        self.notes.iter().for_each(|note| text.push_str(&comment(note)));
        if let Body::Piped(command) = body {
            text.push_str(command);
            text.push_str(" |\n  ");
        }
        text.push_str("curl ");
        text.push_str(&self.arguments.join(" \\\n  "));
        text.push('\n');
        text
    }
}

/// Where the request is sent.
fn address(record: &Record, origin: &str) -> String {
    if record.kind != Kind::Incoming || origin.is_empty() {
        return record.url();
    }
    let query = if record.query().is_empty() { "" } else { "?" };
    [origin, record.path(), query, record.query()].concat()
}

/// The host and port of a URL.
fn authority(url: &str) -> &str {
    let after = url.split_once("://").map_or(url, |(_, after)| after);
    after.split(['/', '?']).next().unwrap_or_default()
}

/// The name of the cookie whose value ends a text.
fn cookie_before(text: &str) -> &str {
    let last = text.rsplit(';').next().unwrap_or_default().trim();
    match last.split('=').next() {
        Some(name) if !name.is_empty() && last.contains('=') => name,
        _ => "cookie",
    }
}

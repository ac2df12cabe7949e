use serde_json::Value;

use super::{
    super::{
        parts::media_type,
        shell::{Word, printf},
    },
    Command,
};
use crate::{
    explorer::record::{Part, Record},
    redact::Redactor,
};

/// How the body is sent.
pub(super) enum Body {
    /// Not at all.
    None,
    Arguments,
    /// By this command, whose output it is.
    Piped(String),
}

impl Command {
    pub(super) fn body(&mut self, record: &Record) -> Body {
        if let Some(why) = record.withheld(Part::Request) {
            self.notes.push(format!("the body of the request was withheld: {why}"));
            return Body::None;
        }
        let Some(body) = record.body(Part::Request) else {
            if let Some(size) = record.body_size(Part::Request).filter(|size| *size > 0) {
                let note = format!("the body of the request, {size} B, was not captured");
                self.notes.push(note);
            }
            return Body::None;
        };
        let media_type = media_type(record, Part::Request);
        if media_type == "multipart/form-data"
            && let Some(parts) = parts(&body)
        {
            parts.iter().for_each(|part| self.part(part));
            return Body::Arguments;
        }
        if media_type.is_empty() {
            // Otherwise `curl` would say that it is a form.
            self.arguments.push("--header 'content-type:'".to_owned());
        }
        match str::from_utf8(&body) {
            Ok(text) if !text.contains('\0') => {
                let word = match media_type == "application/x-www-form-urlencoded" {
                    true => self.form(text),
                    false => self.text(text),
                };
                self.arguments.push(format!("--data-raw {word}"));
                Body::Arguments
            }
            _ => {
                self.arguments.push("--data-binary @-".to_owned());
                Body::Piped(printf(&body))
            }
        }
    }

    fn form(&mut self, text: &str) -> String {
        let mut word = Word::default();
        for (number, pair) in text.split('&').enumerate() {
            word.text(if number == 0 { "" } else { "&" });
            match pair.split_once('=') {
                Some((name, value)) => {
                    word.text(name);
                    word.text("=");
                    self.value(&mut word, value, Redactor::FORM_MARKER, name);
                }
                None => word.text(pair),
            }
        }
        word.finish()
    }

    /// Text with markers in it: JSON, or anything else.
    fn text(&mut self, text: &str) -> String {
        let mut word = Word::default();
        let mut at = 0;
        for (found, marker) in text.match_indices(Redactor::MARKER) {
            word.text(text.get(at..found).unwrap_or_default());
            let called = key_before(text.get(..found).unwrap_or_default());
            word.variable(&self.variables.name(called.unwrap_or("body")));
            at = found + marker.len();
        }
        word.text(text.get(at..).unwrap_or_default());
        word.finish()
    }

    /// A part of a multipart form, as the rendering has it.
    fn part(&mut self, part: &Value) {
        let name = part.get("name").and_then(Value::as_str).unwrap_or_default();
        if let Some(file) = part.get("file").and_then(Value::as_str) {
            self.notes.push(format!("a file is not kept, put one there: {name}={file}"));
            // The name stands in quotes of curl's own there.
            let quoted = name.replace('\\', r"\\").replace('"', "\\\"");
            let path = name.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
            let word = Word::of(&format!("{quoted}=@{path}")).finish();
            self.arguments.push(format!("--form {word}"));
            return;
        }
        let value = part.get("value").and_then(Value::as_str).unwrap_or_default();
        let mut word = Word::of(&format!("{name}="));
        self.value(&mut word, value, Redactor::MARKER, name);
        self.arguments.push(format!("--form-string {}", word.finish()));
    }
}

/// The name in front of the value that begins where a text ends: `"name": "`, `name=`.
fn key_before(text: &str) -> Option<&str> {
    let text = text.trim_end_matches(|c: char| matches!(c, '"' | '\\') || c.is_whitespace());
    let text = text.strip_suffix([':', '='])?;
    let text = text.trim_end_matches(|c: char| matches!(c, '"' | '\\') || c.is_whitespace());
    let from = text.rfind(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ')));
    let from = from.map_or(0, |at| at + text.get(at..).map_or(1, first_length));
    text.get(from..).map(str::trim).filter(|name| !name.is_empty())
}

fn first_length(text: &str) -> usize {
    text.chars().next().map_or(1, char::len_utf8)
}

fn parts(body: &[u8]) -> Option<Vec<Value>> {
    serde_json::from_slice(body).ok()
}

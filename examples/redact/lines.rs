//! The protocol of `--jsonl`: one question a line, one answer a line.

use std::collections::{HashMap, hash_map::Entry};

use apitoolkit_actix::{Redactor, RuleError, Scratch};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use serde_json::{Value, json};

use crate::{Answer, Rules, redact_body};

const FORM: &str = "application/x-www-form-urlencoded";

/// Answers lines, each by its own rules.
#[derive(Default)]
pub(crate) struct Service {
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

impl Service {
    /// Answers by these rules where a line says nothing else.
    pub(crate) fn new(defaults: Rules) -> Self {
        Self { defaults, ..Self::default() }
    }

    /// The answer to one line, a JSON object.
    pub(crate) fn answer(&mut self, line: &[u8]) -> Value {
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
        Entry::Occupied(entry) => entry.into_mut(),
        Entry::Vacant(entry) => {
            let redactor = entry.key().redactor()?;
            entry.insert(redactor)
        }
    })
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

//! The texts of a message, each with words that say where it stands.

use std::borrow::Cow;

use memchr::memmem;
use prost::{DecodeError, encoding};

use crate::testing::{
    Attributes, LogRecord, Metric, Scope, Signal, Span, Value, contents::Contents,
};

/// One text of a message.
#[derive(Debug)]
pub(super) struct Place {
    /// Where it stands, in words.
    pub(super) name: String,
    /// The attribute keys that lead to it, none if it is no attribute.
    pub(super) keys: Vec<String>,
    pub(super) content: Vec<u8>,
}

pub(super) fn of(signal: Signal, message: &[u8]) -> Result<Vec<Place>, DecodeError> {
    let mut places = Places::default();
    match Contents::decode(signal, message, true)? {
        Contents::Spans(spans) => spans.iter().for_each(|span| places.span(span)),
        Contents::Metrics(points) => points.iter().for_each(|point| places.metric(point)),
        Contents::Logs(records) => records.iter().for_each(|record| places.log(record)),
        Contents::Counted(..) => {}
    }
    Ok(places.found)
}

/// Overwrites the values of every attribute `key` in a raw message with zeros.
///
/// Looks for the encoding of `KeyValue { key = 1, value = 2 }` wherever it stands, because decoding
/// and encoding again would lose the fields that this build does not know.
pub(super) fn blank(raw: &mut Cow<'_, [u8]>, key: &str) {
    let mut pattern = Vec::new();
    encoding::string::encode(1, &key.to_ascii_lowercase(), &mut pattern);
    let lower = raw.to_ascii_lowercase();
    let ends: Vec<_> = memmem::find_iter(&lower, &pattern).map(|at| at + pattern.len()).collect();
    for end in ends {
        let Some(([tag, ..], mut rest)) = raw.get(end..).and_then(|r| r.split_first_chunk::<1>())
        else {
            continue;
        };
        if *tag != 0x12 {
            continue;
        }
        let before = rest.len();
        let Ok(len) = encoding::decode_varint(&mut rest) else { continue };
        let start = end + 1 + (before - rest.len());
        let len = usize::try_from(len).unwrap_or(usize::MAX);
        if let Some(value) = raw.to_mut().get_mut(start..start.saturating_add(len)) {
            value.fill(0);
        }
    }
}

#[derive(Default)]
struct Places {
    found: Vec<Place>,
    /// Those of the record before, which are nearly always the same.
    origin: Option<(Attributes, Scope)>,
}

impl Places {
    fn span(&mut self, span: &Span) {
        self.origin(&span.resource, &span.scope);
        let owner = format!("span {:?}", span.name);
        self.text(format!("{owner} name"), &span.name);
        self.text(format!("{owner} tracestate"), &span.trace_state);
        self.text(format!("{owner} status message"), &span.status.message);
        self.attributes(&owner, &[], &span.attributes);
        for event in &span.events {
            let owner = format!("{owner} event {:?}", event.name);
            self.text(format!("{owner} name"), &event.name);
            self.attributes(&owner, &[], &event.attributes);
        }
        for link in &span.links {
            self.attributes(&format!("{owner} link"), &[], &link.attributes);
        }
    }

    fn metric(&mut self, point: &Metric) {
        self.origin(&point.resource, &point.scope);
        let owner = format!("metric {:?}", point.name);
        self.text(format!("{owner} name"), &point.name);
        self.text(format!("{owner} description"), &point.description);
        self.text(format!("{owner} unit"), &point.unit);
        self.attributes(&owner, &[], &point.attributes);
    }

    fn log(&mut self, record: &LogRecord) {
        self.origin(&record.resource, &record.scope);
        let owner = "log record";
        self.text(format!("{owner} severity"), &record.severity);
        self.text(format!("{owner} event name"), &record.event_name);
        self.value(format!("{owner} body"), &[], &record.body);
        self.attributes(owner, &[], &record.attributes);
    }

    fn origin(&mut self, resource: &Attributes, scope: &Scope) {
        if self.origin.as_ref().is_some_and(|(r, s)| r == resource && s == scope) {
            return;
        }
        self.origin = Some((resource.clone(), scope.clone()));
        self.attributes("resource", &[], resource);
        self.text("scope name".to_owned(), &scope.name);
        self.text("scope version".to_owned(), &scope.version);
        self.attributes("scope", &[], &scope.attributes);
    }

    fn attributes(&mut self, owner: &str, above: &[String], attributes: &Attributes) {
        for (key, value) in attributes.iter() {
            let name = format!("{owner} attribute {key:?}");
            let keys: Vec<_> = above.iter().cloned().chain([key.to_owned()]).collect();
            self.text(format!("{name}, its key"), key);
            self.value(name, &keys, value);
        }
    }

    /// As deep as the protobuf decoder lets a value be, which is bounded.
    fn value(&mut self, name: String, keys: &[String], value: &Value) {
        let content = match value {
            Value::Empty | Value::Bool(_) => return,
            Value::String(text) => text.clone().into_bytes(),
            Value::Bytes(bytes) => bytes.clone(),
            // A card number is a secret as a number too.
            Value::Int(number) => number.to_string().into_bytes(),
            Value::Double(number) => number.to_string().into_bytes(),
            Value::Array(values) => {
                for (index, value) in values.iter().enumerate() {
                    self.value(format!("{name}[{index}]"), keys, value);
                }
                return;
            }
            Value::Map(entries) => return self.attributes(&name, keys, entries),
        };
        self.found.push(Place { name, keys: keys.to_vec(), content });
    }

    fn text(&mut self, name: String, text: &str) {
        if !text.is_empty() {
            self.found.push(Place { name, keys: Vec::new(), content: text.as_bytes().to_vec() });
        }
    }
}

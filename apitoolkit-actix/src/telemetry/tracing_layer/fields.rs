//! The fields of an event or span, redacted and bounded.

use std::{
    error::Error,
    fmt::Debug,
    panic::{AssertUnwindSafe, catch_unwind},
};

use opentelemetry::{KeyValue, Value};
use tracing::field::{Field, Visit};

use super::text::{self, Chain, Rules};
use crate::redact::Redactor;

/// The longest message, in bytes.
const MAX_MESSAGE: usize = 64 * 1024;
/// The longest text of a field, in bytes.
const MAX_VALUE: usize = 8 * 1024;
/// The texts of all fields together, in bytes.
const MAX_VALUES: usize = 64 * 1024;
/// Most fields.
const MAX_FIELDS: usize = 128;

/// What stands for a value that panicked when it was to be written.
const PANICKED: &str = "[panicked]";

/// Fields in which drivers log the statements they run.
const STATEMENTS: [&str; 2] = ["db.statement", "db.query.text"];

/// Takes the fields of an event or span in.
pub(super) struct Fields<'r> {
    rules: Rules<'r>,
    /// The field `message`.
    pub(super) message: Option<String>,
    /// The others, each name once.
    pub(super) attributes: Vec<KeyValue>,
    /// How many bytes of text there is still room for.
    room: usize,
}

impl<'r> Fields<'r> {
    pub(super) fn new(rules: Rules<'r>) -> Self {
        Self { rules, message: None, attributes: Vec::new(), room: MAX_VALUES }
    }

    /// The text of a field, redacted.
    pub(super) fn text_of(&self, name: &str) -> Option<&str> {
        let field = self.attributes.iter().find(|attribute| attribute.key.as_str() == name)?;
        match &field.value {
            Value::String(text) => Some(text.as_str()),
            _ => None,
        }
    }

    /// Takes in the text that `read` makes, given how long it may be.
    fn text(&mut self, field: &Field, read: impl FnOnce(usize, Rules<'_>) -> String) {
        let is_message = field.name() == "message";
        if !is_message && self.rules.redactor.is_secret_field(field.name(), true) {
            return self.put(field.name(), Redactor::MARKER.into());
        }
        let limit = if is_message { MAX_MESSAGE } else { MAX_VALUE.min(self.room) };
        if limit == 0 {
            return;
        }
        // An app's own `Debug` may panic, here as anywhere.
        let text = catch_unwind(AssertUnwindSafe(|| read(limit, self.rules)));
        let mut text = text.unwrap_or_else(|_| PANICKED.to_owned());
        if STATEMENTS.contains(&field.name()) {
            text = self.rules.redactor.sql(&text).into_owned();
        }
        if is_message {
            self.message = Some(text);
        } else {
            self.room = self.room.saturating_sub(text.len());
            self.put(field.name(), text.into());
        }
    }

    fn plain(&mut self, field: &Field, value: Value) {
        if field.name() == "message" {
            self.message = Some(value.to_string());
        } else if self.rules.redactor.is_secret_field(field.name(), false) {
            self.put(field.name(), Redactor::MARKER.into());
        } else {
            self.put(field.name(), value);
        }
    }

    fn put(&mut self, name: &'static str, value: Value) {
        put(&mut self.attributes, KeyValue::new(name, value));
    }
}

/// Adds an attribute, in the place of one of its name if there is one.
pub(super) fn put(attributes: &mut Vec<KeyValue>, attribute: KeyValue) {
    let known = attributes.iter_mut().find(|known| known.key == attribute.key);
    if let Some(known) = known {
        *known = attribute;
    } else if attributes.len() < MAX_FIELDS {
        attributes.push(attribute);
    }
}

impl Visit for Fields<'_> {
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.plain(field, value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.plain(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.record_i128(field, value.into());
    }

    /// OpenTelemetry has no wider integers than `i64`: beyond, the digits as text.
    fn record_i128(&mut self, field: &Field, value: i128) {
        let number = i64::try_from(value).map_or_else(|_| value.to_string().into(), Value::I64);
        self.plain(field, number);
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        let number = i64::try_from(value).map_or_else(|_| value.to_string().into(), Value::I64);
        self.plain(field, number);
    }

    /// JSON has no infinities and no NaN, nor have many backends: their names as text.
    fn record_f64(&mut self, field: &Field, value: f64) {
        let number = if value.is_finite() { value.into() } else { value.to_string().into() };
        self.plain(field, number);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field, |limit, rules| text::scrubbed(value, limit, rules));
    }

    fn record_bytes(&mut self, field: &Field, value: &[u8]) {
        self.text(field, |limit, rules| match std::str::from_utf8(value) {
            Ok(value) => text::scrubbed(value, limit, rules),
            Err(_) => format!("[{} B]", value.len()),
        });
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.text(field, |limit, rules| {
            text::written(format_args!("{}", Chain(value)), limit, rules)
        });
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.text(field, |limit, rules| text::written(format_args!("{value:?}"), limit, rules));
    }
}

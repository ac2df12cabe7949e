use std::borrow::Cow;

use super::{
    text::cut,
    value::{Value, plain},
};
use crate::{redact::Redactor, semconv};

/// Longest key, in bytes.
const MAX_KEY: usize = 255;
/// Most attributes that the app adds to an exchange, apart from who it is for.
const MAX_ATTRIBUTES: usize = 64;
/// Most memory that they take together, in bytes.
const MAX_BYTES: usize = 128 * 1024;

/// What the app says of an exchange, each key once.
#[derive(Debug, Default)]
pub(crate) struct Attributes {
    entries: Vec<(Cow<'static, str>, Value)>,
    bytes: usize,
}

/// Why an attribute was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It has no key.
    NoKey,
    /// The library sets this attribute itself, and a span would hold it twice.
    Own,
    /// There are as many as an exchange may have.
    Full,
}

impl Attributes {
    /// Sets an attribute; the last value of a key wins.
    pub(crate) fn set(&mut self, key: Cow<'static, str>, value: Value) -> Result<(), Refused> {
        if key.trim().is_empty() {
            return Err(Refused::NoKey);
        }
        let key = fit(key);
        if semconv::is_own(&key) {
            return Err(Refused::Own);
        }
        let bytes = size_of_entry(&key, &value);
        let old = self.position(&key);
        let freed = old.and_then(|at| self.entries.get(at)).map_or(0, |(k, v)| size_of_entry(k, v));
        let others = self.entries.iter().filter(|(key, _)| !semconv::is_person(key)).count();
        let is_one_more = old.is_none() && !semconv::is_person(&key);
        if (is_one_more && others >= MAX_ATTRIBUTES) || self.bytes - freed + bytes > MAX_BYTES {
            return Err(Refused::Full);
        }
        self.bytes = self.bytes - freed + bytes;
        match old.and_then(|at| self.entries.get_mut(at)) {
            Some(entry) => entry.1 = value,
            None => self.entries.push((key, value)),
        }
        Ok(())
    }

    /// Takes an attribute out.
    pub(crate) fn remove(&mut self, key: &str) {
        if let Some(at) = self.position(key) {
            let (key, value) = self.entries.remove(at);
            self.bytes -= size_of_entry(&key, &value);
        }
    }

    pub(crate) fn contains(&self, key: &str) -> bool {
        self.position(key).is_some()
    }

    /// How much memory they hold, in bytes.
    pub(crate) fn size(&self) -> usize {
        self.bytes
    }

    /// Less what is secret: whatever has the name of a secret, and what looks like one in texts.
    pub(crate) fn redact(self, redactor: &Redactor) -> Vec<(Cow<'static, str>, Value)> {
        if self.entries.is_empty() {
            return Vec::new();
        }
        self.entries
            .into_iter()
            .map(|(key, value)| {
                let value = redact(&key, value, redactor);
                (key, value)
            })
            .collect()
    }

    fn position(&self, key: &str) -> Option<usize> {
        self.entries.iter().position(|(other, _)| other == key)
    }
}

/// A value less what is secret. Who an exchange is for is told on purpose, though the names sound
/// like secrets (`session.id`): of those only what the app added counts.
pub(crate) fn redact(key: &str, value: Value, redactor: &Redactor) -> Value {
    let is_secret = match semconv::is_person(key) {
        true => redactor.is_added_name(key),
        false => redactor.is_secret_attribute(key),
    };
    if is_secret { Value::Text(Redactor::MARKER.to_owned()) } else { value.redact(redactor) }
}

/// A key without control characters that is not too long.
fn fit(key: Cow<'static, str>) -> Cow<'static, str> {
    if key.len() <= MAX_KEY && !key.contains(char::is_control) {
        return key;
    }
    let text = cut(key.into_owned(), MAX_KEY).replace(['\t', '\n', '\r'], "\u{FFFD}");
    Cow::Owned(cut(plain(text), MAX_KEY))
}

fn size_of_entry(key: &str, value: &Value) -> usize {
    size_of::<(Cow<'static, str>, Value)>() + key.len() + value.size()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(attributes: &mut Attributes, key: &str, value: i64) -> Result<(), Refused> {
        attributes.set(key.to_owned().into(), Value::Int(value))
    }

    fn seen(attributes: Attributes) -> Vec<(String, Value)> {
        let redactor = Redactor::builder().redact_names(["nickname"]).build().unwrap();
        let seen = attributes.redact(&redactor).into_iter();
        seen.map(|(key, value)| (key.into_owned(), value)).collect()
    }

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    #[test]
    fn the_last_value_of_a_key_wins() {
        let mut attributes = Attributes::default();
        for (key, value) in [("user role", 1), ("b", 2), ("user role", 3)] {
            assert_eq!(set(&mut attributes, key, value), Ok(()));
        }
        assert_eq!(attributes.size(), {
            let mut same = Attributes::default();
            set(&mut same, "user role", 9).and_then(|()| set(&mut same, "b", 9)).unwrap();
            same.size()
        });
        assert!(attributes.contains("b"));
        attributes.remove("b");
        attributes.remove("none");
        assert!(!attributes.contains("b"));
        assert_eq!(seen(attributes), [("user role".to_owned(), Value::Int(3))]);
    }

    #[test]
    fn keys_are_bounded() {
        let mut attributes = Attributes::default();
        assert_eq!(set(&mut attributes, "", 1), Err(Refused::NoKey));
        assert_eq!(set(&mut attributes, " \t", 1), Err(Refused::NoKey));
        set(&mut attributes, "a\n\0b", 1).unwrap();
        set(&mut attributes, &"é".repeat(200), 2).unwrap();
        set(&mut attributes, &"\0".repeat(200), 3).unwrap();
        let keys: Vec<_> = seen(attributes).into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["a\u{FFFD}\u{FFFD}b", &"é".repeat(127), &"\u{FFFD}".repeat(85)]);
    }

    #[test]
    fn what_the_library_sets_is_refused() {
        let mut attributes = Attributes::default();
        for key in ["http.route", "error.type", "apitoolkit.msg_id", "http.request.header.x"] {
            assert_eq!(set(&mut attributes, key, 1), Err(Refused::Own), "{key}");
        }
        assert_eq!(seen(attributes), []);
    }

    #[test]
    fn there_are_so_many_and_no_more() {
        let mut attributes = Attributes::default();
        for n in 0..MAX_ATTRIBUTES as i64 {
            set(&mut attributes, &format!("k{n}"), n).unwrap();
        }
        assert_eq!(set(&mut attributes, "another", 1), Err(Refused::Full));
        assert_eq!(set(&mut attributes, "k0", 7), Ok(()), "a new value of one that is there");
        assert_eq!(set(&mut attributes, semconv::USER_ID, 7), Ok(()), "who it is for has room");
        assert_eq!(seen(attributes).len(), MAX_ATTRIBUTES + 1);

        let mut large = Attributes::default();
        let taken = (0..64).filter(|n| {
            large.set(format!("k{n}").into(), Value::text("x".repeat(1 << 20))).is_ok()
        });
        assert!(taken.count() >= 10);
        assert!(large.size() <= MAX_BYTES);
    }

    #[test]
    fn secrets_are_redacted_by_name_and_by_form() {
        let mut attributes = Attributes::default();
        set(&mut attributes, "user.password", 7).unwrap();
        for (key, value) in [
            ("nickname", "Jo"),
            ("note", "token=abcdef123456"),
            ("order.state", "paid"),
            ("cache.key", "users:42"),
            (semconv::SESSION_ID, "s-1"),
            (semconv::USER_EMAIL, "jo@example.org"),
        ] {
            attributes.set(key.into(), text(value)).unwrap();
        }
        let redacted = [
            ("user.password", "[CLIENT_REDACTED]"),
            ("nickname", "[CLIENT_REDACTED]"),
            ("note", "token=[CLIENT_REDACTED]"),
            ("order.state", "paid"),
            ("cache.key", "users:42"),
            (semconv::SESSION_ID, "s-1"),
            (semconv::USER_EMAIL, "jo@example.org"),
        ];
        assert_eq!(seen(attributes), redacted.map(|(key, value)| (key.to_owned(), text(value))));
    }
}

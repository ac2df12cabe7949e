use super::{
    attribute::Scalar,
    text::{cut, keep, keep_owned},
};
use crate::redact::Redactor;

/// Longest text of a value that leaves, in bytes; the texts of a list have it together.
const MAX_TEXT: usize = 8 * 1024;
/// Most values of a list.
const MAX_ITEMS: usize = 128;

/// A value within bounds, not yet redacted.
#[doc(hidden)]
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Text.
    Text(String),
    /// An integer.
    Int(i64),
    /// A finite number.
    Float(f64),
    /// A truth value.
    Bool(bool),
    /// Several of each.
    Texts(Vec<String>),
    /// Several integers.
    Ints(Vec<i64>),
    /// Several finite numbers.
    Floats(Vec<f64>),
    /// Several truth values.
    Bools(Vec<bool>),
}

impl Value {
    pub(crate) fn text(text: String) -> Self {
        Self::Text(plain(keep_owned(text, MAX_TEXT)))
    }

    /// Copies no more of the text than is kept.
    pub(super) fn text_of(text: &str) -> Self {
        Self::text(keep(text, MAX_TEXT))
    }

    pub(super) fn int(number: impl TryInto<i64> + ToString + Copy) -> Self {
        number.try_into().map_or_else(|_| Self::Text(number.to_string()), Self::Int)
    }

    pub(super) fn float(number: f64) -> Self {
        if number.is_finite() { Self::Float(number) } else { Self::Text(number.to_string()) }
    }

    /// Values of one type make a list of it; where one of them had to become text, all do.
    pub(super) fn list<T: Scalar>(items: impl Iterator<Item = T>) -> Self {
        let items: Vec<_> = items.take(MAX_ITEMS).filter_map(T::into_value).collect();
        let all = || items.iter();
        None.or_else(|| all().map(Self::as_int).collect::<Option<_>>().map(Self::Ints))
            .or_else(|| all().map(Self::as_float).collect::<Option<_>>().map(Self::Floats))
            .or_else(|| all().map(Self::as_bool).collect::<Option<_>>().map(Self::Bools))
            .unwrap_or_else(|| {
                let texts = items.into_iter().map(Self::into_text);
                Self::Texts(together(texts, keep_owned))
            })
    }

    fn as_int(&self) -> Option<i64> {
        if let Self::Int(number) = self { Some(*number) } else { None }
    }

    fn as_float(&self) -> Option<f64> {
        if let Self::Float(number) = self { Some(*number) } else { None }
    }

    fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(value) = self { Some(*value) } else { None }
    }

    /// The value as text; a list has none.
    pub(crate) fn into_text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Int(number) => number.to_string(),
            Self::Float(number) => number.to_string(),
            Self::Bool(value) => value.to_string(),
            Self::Texts(_) | Self::Ints(_) | Self::Floats(_) | Self::Bools(_) => String::new(),
        }
    }

    /// Less what is secret, and cut to what leaves.
    pub(crate) fn redact(self, redactor: &Redactor) -> Self {
        match self {
            Self::Text(text) => Self::Text(cut(redactor.text(&text).into_owned(), MAX_TEXT)),
            Self::Texts(texts) => {
                let texts = texts.iter().map(|text| redactor.text(text).into_owned());
                Self::Texts(together(texts, cut))
            }
            other => other,
        }
    }

    /// How much memory the value holds apart from itself, in bytes.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Text(text) => text.capacity(),
            Self::Texts(texts) => {
                texts.iter().map(|text| size_of::<String>() + text.capacity()).sum()
            }
            Self::Ints(items) => size_of_val(items.as_slice()),
            Self::Floats(items) => size_of_val(items.as_slice()),
            Self::Bools(items) => size_of_val(items.as_slice()),
            Self::Int(_) | Self::Float(_) | Self::Bool(_) => 0,
        }
    }
}

/// As many of the texts as leave together, the last of them cut if need be.
fn together(texts: impl Iterator<Item = String>, cut: fn(String, usize) -> String) -> Vec<String> {
    let mut room = MAX_TEXT;
    texts
        .map_while(|text| {
            if room == 0 && !text.is_empty() {
                return None;
            }
            let text = cut(text, room);
            room = room.saturating_sub(text.len());
            Some(text)
        })
        .collect()
}

/// A text whose control characters no receiver chokes on: NUL, for one, fits into no column of
/// PostgreSQL.
pub(super) fn plain(text: String) -> String {
    let is_odd = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r');
    // In UTF-8, 0xC2 begins U+0080 to U+00BF, the rest of the control characters among them.
    let may_be_odd = |byte: &u8| matches!(byte, 0..=8 | 0x0b | 0x0c | 0x0e..=0x1f | 0x7f | 0xc2);
    match text.as_bytes().iter().any(may_be_odd) {
        true => text.replace(is_odd, "\u{FFFD}"),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::AttributeValue;

    fn value(value: impl AttributeValue) -> Value {
        value.into_value().expect("a value")
    }

    fn texts(texts: &[&str]) -> Value {
        Value::Texts(texts.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn texts_and_lists_are_bounded() {
        let redactor = Redactor::builder().build().unwrap();
        let leaves = |value: Value| value.redact(&redactor);
        let Value::Text(long) = leaves(value("é".repeat(1 << 20))) else { panic!() };
        assert_eq!(long, "é".repeat(MAX_TEXT / 2));
        assert!(value("x".repeat(1 << 20)).size() <= 2 * MAX_TEXT);
        assert_eq!(value(vec![1; 500]), Value::Ints(vec![1; MAX_ITEMS]));
        let Value::Texts(many) = leaves(value(vec!["x".repeat(3_000); 500])) else { panic!() };
        assert_eq!(many.iter().map(String::len).collect::<Vec<_>>(), [3_000, 3_000, 2_192]);
        assert!(value(vec!["x".repeat(3_000); 500]).size() <= 2 * MAX_TEXT + MAX_ITEMS * 24);
        assert_eq!(leaves(value(vec![""; 500])), texts(&[""; MAX_ITEMS]));
    }

    #[test]
    fn control_characters_are_replaced() {
        assert_eq!(
            value("a\0b\u{1b}[1m\tc\r\n"),
            Value::Text("a\u{FFFD}b\u{FFFD}[1m\tc\r\n".into())
        );
        assert_eq!(value(["\0", "\u{85}é", "£"]), texts(&["\u{FFFD}", "\u{FFFD}é", "£"]));
    }

    #[test]
    fn a_secret_that_the_end_cuts_in_two_is_found_whole() {
        let redactor = Redactor::builder().build().unwrap();
        let secret = "ghp_0123456789abcdefghijABCDEFGHIJ012345";
        let text = format!("{} {secret}", "x".repeat(MAX_TEXT - 20));
        let Value::Text(text) = value(text).redact(&redactor) else { panic!() };
        assert!(!text.contains("ghp_") && text.len() <= MAX_TEXT, "{}", &text[MAX_TEXT - 30..]);
        // What is redacted before it makes room for what the limit of what is kept cuts in two.
        let secrets = format!("password={} ", "y".repeat(MAX_TEXT / 2)).repeat(3);
        for at in (MAX_TEXT + MAX_TEXT / 2 - 60)..(MAX_TEXT + MAX_TEXT / 2) {
            let text = format!("{:x<at$}", &secrets[..secrets.len().min(at - 1)]);
            let text = format!("{} postgres://app:hunter22@db", &text[..at - 1]);
            let Value::Text(text) = value(text).redact(&redactor) else { panic!() };
            assert!(!text.contains("hunter"), "{at}: {}", &text[text.len().saturating_sub(60)..]);
        }
        assert_eq!(
            value(["ok", "password=hunter22"]).redact(&redactor),
            texts(&["ok", "password=[CLIENT_REDACTED]"])
        );
    }
}

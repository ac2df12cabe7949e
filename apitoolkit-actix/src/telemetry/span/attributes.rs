use std::borrow::Cow;

use crate::{exchange, redact::Made, telemetry::otlp::Key};

/// Takes the attributes of a span, one after the other.
pub(crate) trait Attributes {
    /// The method of an exchange, which comes first.
    fn method<const N: usize>(&mut self, key: &Key<N>, method: &'static str);

    fn text<const N: usize>(&mut self, key: &Key<N>, text: &str);

    /// A text that is known to be one.
    fn ascii<const N: usize>(&mut self, key: &Key<N>, text: &[u8]);

    /// A text in parts.
    fn joined<const N: usize>(&mut self, key: &Key<N>, parts: [&str; 3]);

    /// Bytes, which are encoded with base64.
    fn base64<const N: usize>(&mut self, key: &Key<N>, bytes: &[u8]);

    fn number<const N: usize>(&mut self, key: &Key<N>, number: i64);

    /// A list of texts.
    fn texts(&mut self, key: &str, texts: &[impl AsRef<str>]);

    fn value(&mut self, key: Cow<'static, str>, value: exchange::Value);

    /// What `tell` tells, or what was made of it before.
    #[inline]
    fn once(&mut self, made: Option<&mut Made>, tell: impl FnOnce(&mut Self)) {
        let _ = made;
        tell(self);
    }

    #[inline]
    fn some<const N: usize>(&mut self, key: &Key<N>, text: Option<&str>) {
        if let Some(text) = text {
            self.text(key, text);
        }
    }

    /// A text, unless it is empty: a call whose URL is none has no part of one.
    #[inline]
    fn filled<const N: usize>(&mut self, key: &Key<N>, text: &str) {
        if !text.is_empty() {
            self.text(key, text);
        }
    }

    #[inline]
    fn number_if<const N: usize>(&mut self, key: &Key<N>, number: Option<impl TryInto<i64>>) {
        if let Some(number) = number.and_then(|number| number.try_into().ok()) {
            self.number(key, number);
        }
    }
}

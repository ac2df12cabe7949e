use std::borrow::Cow;

use base64_simd::STANDARD;
use opentelemetry::{Array, KeyValue, StringValue, Value};

use super::{Attributes, to_value};
use crate::{exchange, telemetry::otlp::Key};

/// Attributes as the API has them, for spans of a provider that is not ours. Those have their method
/// from the beginning.
impl Attributes for Vec<KeyValue> {
    fn method<const N: usize>(&mut self, _: &Key<N>, _: &'static str) {}

    fn text<const N: usize>(&mut self, key: &Key<N>, text: &str) {
        self.push(KeyValue::new(key.name, text.to_owned()));
    }

    fn ascii<const N: usize>(&mut self, key: &Key<N>, text: &[u8]) {
        self.push(KeyValue::new(key.name, String::from_utf8_lossy(text).into_owned()));
    }

    fn joined<const N: usize>(&mut self, key: &Key<N>, parts: [&str; 3]) {
        self.push(KeyValue::new(key.name, parts.concat()));
    }

    fn base64<const N: usize>(&mut self, key: &Key<N>, bytes: &[u8]) {
        self.push(KeyValue::new(key.name, STANDARD.encode_to_string(bytes)));
    }

    fn number<const N: usize>(&mut self, key: &Key<N>, number: i64) {
        self.push(KeyValue::new(key.name, number));
    }

    fn texts(&mut self, key: &str, texts: &[impl AsRef<str>]) {
        let texts = texts.iter().map(|text| StringValue::from(text.as_ref().to_owned())).collect();
        self.push(KeyValue::new(key.to_owned(), Value::Array(Array::String(texts))));
    }

    fn value(&mut self, key: Cow<'static, str>, value: exchange::Value) {
        self.push(KeyValue::new(key, to_value(value)));
    }
}

//! Attribute values as they arrived.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use serde_json::{Map, Value as Json, json};

/// The value of an attribute, or the body of a log record.
///
/// The variants are those of OTLP's `AnyValue`.
///
/// ```
/// use apitoolkit_actix::testing::Value;
///
/// let value = Value::Int(200);
/// assert_eq!(value.as_int(), Some(200));
/// assert_eq!(value.as_str(), None);
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub enum Value {
    /// Present, but without a value.
    #[default]
    Empty,
    /// Text.
    String(String),
    /// A truth value.
    Bool(bool),
    /// A signed 64-bit integer.
    Int(i64),
    /// A 64-bit floating point number.
    Double(f64),
    /// Bytes that are not text.
    Bytes(Vec<u8>),
    /// A list; OpenTelemetry's `string[]` is a list of [`Value::String`].
    Array(Vec<Self>),
    /// Nested key-value pairs.
    Map(Attributes),
}

impl Value {
    /// The text, if this is text.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    /// The integer, if this is one; a float is not converted.
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        if let Self::Int(number) = self { Some(*number) } else { None }
    }

    /// The floating point number, if this is one; an integer is not converted.
    #[must_use]
    pub fn as_double(&self) -> Option<f64> {
        if let Self::Double(number) = self { Some(*number) } else { None }
    }

    /// The truth value, if this is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(value) = self { Some(*value) } else { None }
    }

    /// The texts, if this is a list of nothing but texts (`string[]`).
    #[must_use]
    pub fn as_strings(&self) -> Option<Vec<&str>> {
        if let Self::Array(values) = self {
            values.iter().map(Self::as_str).collect()
        } else {
            None
        }
    }

    /// As JSON: bytes become `{"bytes": "<base64>"}`, and a float that JSON cannot express becomes
    /// the text `NaN`, `inf` or `-inf`.
    #[must_use]
    pub fn to_json(&self) -> Json {
        match self {
            Self::Empty => Json::Null,
            Self::String(text) => json!(text),
            Self::Bool(value) => json!(value),
            Self::Int(number) => json!(number),
            Self::Double(number) if number.is_finite() => json!(number),
            Self::Double(number) => json!(number.to_string()),
            Self::Bytes(bytes) => json!({ "bytes": STANDARD.encode(bytes) }),
            Self::Array(values) => values.iter().map(Self::to_json).collect(),
            Self::Map(entries) => entries.to_json(),
        }
    }

    pub(super) fn from_proto(value: Option<AnyValue>) -> Self {
        use any_value::Value as Proto;
        // The protobuf decoder limits the depth of what it returns, so this recursion is bounded.
        match value.and_then(|value| value.value) {
            None => Self::Empty,
            Some(Proto::StringValue(text)) => Self::String(text),
            Some(Proto::BoolValue(value)) => Self::Bool(value),
            Some(Proto::IntValue(number)) => Self::Int(number),
            Some(Proto::StringValueStrindex(index)) => Self::Int(index.into()),
            Some(Proto::DoubleValue(number)) => Self::Double(number),
            Some(Proto::BytesValue(bytes)) => Self::Bytes(bytes),
            Some(Proto::ArrayValue(list)) => {
                Self::Array(list.values.into_iter().map(|v| Self::from_proto(Some(v))).collect())
            }
            Some(Proto::KvlistValue(list)) => Self::Map(Attributes::from_proto(list.values)),
        }
    }
}

/// Attributes in the order in which they arrived, duplicates included.
///
/// Cloning is cheap: the entries are shared.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Attributes {
    entries: Arc<[(String, Value)]>,
}

impl Attributes {
    /// The value of the first attribute with this key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.iter().find_map(|(name, value)| (name == key).then_some(value))
    }

    /// The text of attribute `key`; `None` also when it is of another type.
    #[must_use]
    pub fn str(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Value::as_str)
    }

    /// The integer of attribute `key`; `None` also when it is of another type.
    #[must_use]
    pub fn int(&self, key: &str) -> Option<i64> {
        self.get(key).and_then(Value::as_int)
    }

    /// The truth value of attribute `key`; `None` also when it is of another type.
    #[must_use]
    pub fn bool(&self, key: &str) -> Option<bool> {
        self.get(key).and_then(Value::as_bool)
    }

    /// The `string[]` of attribute `key`; `None` also when it is of another type.
    #[must_use]
    pub fn strings(&self, key: &str) -> Option<Vec<&str>> {
        self.get(key).and_then(Value::as_strings)
    }

    /// Every attribute, in the order of arrival.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.entries.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Keys that occur more than once, each named once, in the order of arrival.
    ///
    /// OpenTelemetry forbids duplicates, so a test of well-formed telemetry wants this empty.
    #[must_use]
    pub fn duplicates(&self) -> Vec<&str> {
        let mut seen = std::collections::BTreeMap::<&str, usize>::new();
        self.iter()
            .filter_map(|(name, _)| {
                let times = seen.entry(name).or_default();
                *times += 1;
                (*times == 2).then_some(name)
            })
            .collect()
    }

    /// How many there are, duplicates counted.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// As a JSON object with sorted keys. A key that arrived again is kept too, as `key (again)`,
    /// so that a comparison of whole spans notices it.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let mut object = Map::new();
        for (name, value) in self.iter() {
            let mut key = name.to_owned();
            while object.contains_key(&key) {
                key.push_str(" (again)");
            }
            object.insert(key, value.to_json());
        }
        // Sorted here, because another crate of the build may have made serde_json keep the order.
        object.into_iter().collect::<std::collections::BTreeMap<_, _>>().into_iter().collect()
    }

    pub(super) fn from_proto(entries: Vec<KeyValue>) -> Self {
        Self { entries: entries.into_iter().map(|e| (e.key, Value::from_proto(e.value))).collect() }
    }
}

impl<K: Into<String>> FromIterator<(K, Value)> for Attributes {
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(entries: I) -> Self {
        Self { entries: entries.into_iter().map(|(key, value)| (key.into(), value)).collect() }
    }
}

use std::borrow::Cow;

use opentelemetry::{Array, Value};

/// The text of a value: of a list its elements, with commas between them.
pub(in crate::explorer) fn plain(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text.as_str()),
        Value::Bool(value) => Cow::Borrowed(if *value { "true" } else { "false" }),
        Value::Array(_) => {
            let mut parts = Vec::new();
            each(value, |part| parts.push(part.to_owned()));
            Cow::Owned(parts.join(", "))
        }
        other => Cow::Owned(other.to_string()),
    }
}

/// Every element of a list as text, or the one text of any other value.
pub(in crate::explorer) fn each(value: &Value, mut take: impl FnMut(&str)) {
    match value {
        Value::Array(Array::String(texts)) => texts.iter().for_each(|text| take(text.as_str())),
        Value::Array(Array::I64(values)) => values.iter().for_each(|n| take(&n.to_string())),
        Value::Array(Array::F64(values)) => values.iter().for_each(|n| take(&n.to_string())),
        Value::Array(Array::Bool(values)) => values.iter().for_each(|b| take(&b.to_string())),
        other => take(&plain(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_values() {
        let list = Value::Array(Array::String(vec!["a".into(), "b c".into()]));
        let values = [Value::I64(-7), Value::F64(0.5), Value::Bool(true), "x".into(), list.clone()];
        assert_eq!(values.each_ref().map(|v| plain(v)), ["-7", "0.5", "true", "x", "a, b c"]);
        let mut seen = Vec::new();
        each(&list, |text| seen.push(text.to_owned()));
        each(&Value::Array(Array::I64(vec![1, 2])), |text| seen.push(text.to_owned()));
        assert_eq!(seen, ["a", "b c", "1", "2"]);
    }
}

//! Lists and maps, where attributes hold them as JSON texts.

use std::collections::HashMap;

use serde::Serialize;

use crate::exchange::RedactedExchange;

/// A JSON object in the order of first appearance; a repeated key holds an array.
pub(super) fn params(params: &[(String, String)]) -> String {
    let mut places = HashMap::with_capacity(params.len());
    let mut grouped: Vec<(&str, Vec<&str>)> = Vec::with_capacity(params.len());
    for (name, value) in params {
        let place = *places.entry(name.as_str()).or_insert(grouped.len());
        match grouped.get_mut(place) {
            Some((_, values)) => values.push(value),
            None => grouped.push((name, vec![value])),
        }
    }
    let members: Vec<_> = grouped
        .iter()
        .map(|(name, values)| match values.as_slice() {
            [value] => format!("{}:{}", json(name), json(value)),
            values => format!("{}:{}", json(name), json(values)),
        })
        .collect();
    format!("{{{}}}", members.join(","))
}

/// Texts and lists of texts always have a JSON form.
fn json(value: &(impl Serialize + ?Sized)) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// `apitoolkit.errors`: what the contract lists, for each error in order.
pub(super) fn errors(exchange: &RedactedExchange) -> String {
    let errors: Vec<_> = exchange
        .errors
        .iter()
        .map(|error| {
            serde_json::json!({
                "when": humantime::format_rfc3339_nanos(error.when).to_string(),
                "error_type": error.error_type,
                "message": error.message,
                "root_error_type": error.root_error_type,
                "root_error_message": error.root_error_message,
                "stack_trace": error.stack_trace.as_deref().unwrap_or_default(),
            })
        })
        .collect();
    serde_json::Value::Array(errors).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_keep_their_order_and_repeats_become_arrays() {
        let pairs = [("b", "1"), ("a", "\"x\""), ("b", "2")];
        let pairs: Vec<_> = pairs.map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        assert_eq!(params(&pairs), r#"{"b":["1","2"],"a":"\"x\""}"#);
        assert_eq!(params(&[]), "{}");
    }
}

//! Lists, where attributes hold them as JSON texts.

use crate::exchange::RedactedExchange;

/// `apitoolkit.errors`: what the contract lists, for each error in order.
pub(super) fn errors(exchange: &RedactedExchange<'_>) -> String {
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

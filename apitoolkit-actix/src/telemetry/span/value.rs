use opentelemetry::{Array, Value};

use crate::exchange;

/// A value as OpenTelemetry has it.
pub(crate) fn to_value(value: exchange::Value) -> Value {
    match value {
        exchange::Value::Text(text) => Value::String(text.into()),
        exchange::Value::Int(number) => Value::I64(number),
        exchange::Value::Float(number) => Value::F64(number),
        exchange::Value::Bool(value) => Value::Bool(value),
        exchange::Value::Texts(texts) => {
            Value::Array(Array::String(texts.into_iter().map(Into::into).collect()))
        }
        exchange::Value::Ints(numbers) => Value::Array(Array::I64(numbers)),
        exchange::Value::Floats(numbers) => Value::Array(Array::F64(numbers)),
        exchange::Value::Bools(values) => Value::Array(Array::Bool(values)),
    }
}

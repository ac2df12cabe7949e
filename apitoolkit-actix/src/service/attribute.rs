use opentelemetry::Value;

/// A value of `attributes(name = value)` in `#[traced_service]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no value of a span attribute",
    label = "neither text, number nor `bool`",
    note = "give a part of it, or its text: `name = value.to_string()`"
)]
pub trait AttributeValue {
    /// The value to record; `None` records nothing.
    fn into_value(self) -> Option<Value>;
}

macro_rules! values {
    ($($ty:ty: |$value:ident| $into:expr),* $(,)?) => {
        $(impl AttributeValue for $ty {
            fn into_value(self) -> Option<Value> {
                let $value = self;
                $into
            }
        })*
    };
}

values!(
    bool: |v| Some(Value::Bool(v)),
    f32: |v| Some(Value::F64(f64::from(v))),
    f64: |v| Some(Value::F64(v)),
    i8: |v| Some(Value::I64(v.into())),
    i16: |v| Some(Value::I64(v.into())),
    i32: |v| Some(Value::I64(v.into())),
    i64: |v| Some(Value::I64(v)),
    u8: |v| Some(Value::I64(v.into())),
    u16: |v| Some(Value::I64(v.into())),
    u32: |v| Some(Value::I64(v.into())),
    // OpenTelemetry has no wider integers than i64: beyond, the digits as text.
    u64: |v| Some(i64::try_from(v).map_or_else(|_| v.to_string().into(), Value::I64)),
    usize: |v| Some(i64::try_from(v).map_or_else(|_| v.to_string().into(), Value::I64)),
    isize: |v| Some(i64::try_from(v).map_or_else(|_| v.to_string().into(), Value::I64)),
    char: |v| Some(Value::String(v.to_string().into())),
    String: |v| Some(Value::String(v.into())),
    &str: |v| Some(Value::String(v.to_owned().into())),
    &String: |v| Some(Value::String(v.clone().into())),
);

impl<T: AttributeValue> AttributeValue for Option<T> {
    fn into_value(self) -> Option<Value> {
        self?.into_value()
    }
}

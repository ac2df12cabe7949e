use std::{borrow::Cow, sync::Arc};

use super::Value;

/// What a custom attribute can hold: text, a number, a `bool`, or a list of one of these.
///
/// `None` sets nothing. Texts are cut to 8 KiB on a character boundary, lists to 128 values (and 8
/// KiB of text together); control characters other than tab and line ends become U+FFFD. What
/// OpenTelemetry has no number for becomes text: integers beyond `i64`, and `NaN`, `inf` and `-inf`.
///
/// The trait is sealed. For a type of your own, give a part of it or its text.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no value of a span attribute",
    label = "neither text, number, `bool` nor a list of these",
    note = "give a part of it, or its text: `value.to_string()`"
)]
pub trait AttributeValue {
    /// The value to record, within bounds; `None` records nothing.
    #[doc(hidden)]
    fn into_value(self) -> Option<Value>;
}

/// A value that a list can hold. Sealed, as [`AttributeValue`] is.
pub trait Scalar: AttributeValue {}

macro_rules! scalars {
    ($($ty:ty: |$value:ident| $into:expr),* $(,)?) => {
        $(
            impl AttributeValue for $ty {
                fn into_value(self) -> Option<Value> {
                    let $value = self;
                    Some($into)
                }
            }
            impl Scalar for $ty {}
        )*
    };
}

scalars!(
    bool: |v| Value::Bool(v),
    f32: |v| Value::float(f64::from(v)),
    f64: |v| Value::float(v),
    i8: |v| Value::Int(v.into()),
    i16: |v| Value::Int(v.into()),
    i32: |v| Value::Int(v.into()),
    i64: |v| Value::Int(v),
    isize: |v| Value::int(v),
    u8: |v| Value::Int(v.into()),
    u16: |v| Value::Int(v.into()),
    u32: |v| Value::Int(v.into()),
    u64: |v| Value::int(v),
    usize: |v| Value::int(v),
    char: |v| Value::text(v.to_string()),
    String: |v| Value::text(v),
    &str: |v| Value::text_of(v),
    &String: |v| Value::text_of(v),
    Cow<'_, str>: |v| Value::text_of(&v),
    Box<str>: |v| Value::text(v.into()),
    Arc<str>: |v| Value::text_of(&v),
);

impl<T: AttributeValue> AttributeValue for Option<T> {
    fn into_value(self) -> Option<Value> {
        self?.into_value()
    }
}

impl<T: Scalar> AttributeValue for Vec<T> {
    fn into_value(self) -> Option<Value> {
        Some(Value::list(self.into_iter()))
    }
}

impl<T: Scalar, const N: usize> AttributeValue for [T; N] {
    fn into_value(self) -> Option<Value> {
        Some(Value::list(self.into_iter()))
    }
}

impl<T: Scalar + Clone> AttributeValue for &[T] {
    fn into_value(self) -> Option<Value> {
        Some(Value::list(self.iter().cloned()))
    }
}

impl<T: Scalar + Clone> AttributeValue for &Vec<T> {
    fn into_value(self) -> Option<Value> {
        self.as_slice().into_value()
    }
}

impl<T: Scalar + Clone, const N: usize> AttributeValue for &[T; N] {
    fn into_value(self) -> Option<Value> {
        self.as_slice().into_value()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(value: impl AttributeValue) -> Value {
        value.into_value().expect("a value")
    }

    fn texts(texts: &[&str]) -> Value {
        Value::Texts(texts.iter().map(ToString::to_string).collect())
    }

    #[test]
    #[expect(clippy::needless_borrows_for_generic_args, reason = "references are values too")]
    fn every_kind_of_value() {
        assert_eq!(value("a"), Value::Text("a".into()));
        assert_eq!(value(&"a".to_owned()), Value::Text("a".into()));
        assert_eq!(value(Cow::Borrowed("a")), Value::Text("a".into()));
        assert_eq!(value(Arc::<str>::from("a")), Value::Text("a".into()));
        assert_eq!(value('a'), Value::Text("a".into()));
        assert_eq!(value(7_u8), Value::Int(7));
        assert_eq!(value(-7_isize), Value::Int(-7));
        assert_eq!(value(0.5_f32), Value::Float(0.5));
        assert_eq!(value(true), Value::Bool(true));
        assert_eq!(value(Some(1)), Value::Int(1));
        assert!(None::<i64>.into_value().is_none());
        assert_eq!(value(["a", "b"]), texts(&["a", "b"]));
        assert_eq!(value(&["a", "b"]), texts(&["a", "b"]));
        assert_eq!(value(vec![1_u16, 2]), Value::Ints(vec![1, 2]));
        assert_eq!(value(&vec![1.5, 2.5]), Value::Floats(vec![1.5, 2.5]));
        assert_eq!(value([true, false].as_slice()), Value::Bools(vec![true, false]));
    }

    #[test]
    fn numbers_that_do_not_fit_become_texts() {
        assert_eq!(value(u64::MAX), Value::Text("18446744073709551615".into()));
        assert_eq!(value(usize::MAX), Value::Text("18446744073709551615".into()));
        assert_eq!(value(f64::NAN), Value::Text("NaN".into()));
        assert_eq!(value(-f32::INFINITY), Value::Text("-inf".into()));
        assert_eq!(value([1, u64::MAX]), texts(&["1", "18446744073709551615"]));
        assert_eq!(value([1.5, f64::NAN]), texts(&["1.5", "NaN"]));
    }
}

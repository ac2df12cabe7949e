//! Whether what a function returned is an error, told by its type.
//!
//! A macro does not know types; method resolution does. `(&Output(&value)).failure()` finds the
//! inherent method for a `Result` whose error has a text, else [`UnknownError`]'s for any other
//! `Result`, else [`NoError`]'s.

use std::{any::type_name, fmt::Display};

/// An error that a service returned.
#[derive(Debug)]
pub struct Failure {
    pub(super) error_type: &'static str,
    /// Not scrubbed.
    pub(super) message: Option<String>,
}

impl Failure {
    pub(super) fn of<E: Display>(error: &E) -> Self {
        Self { error_type: type_name::<E>(), message: Some(error.to_string()) }
    }

    pub(super) fn of_result<T, E: Display>(result: &Result<T, E>) -> Option<Self> {
        result.as_ref().err().map(Self::of)
    }
}

/// A returned value.
#[derive(Debug)]
pub struct Output<'o, T>(pub &'o T);

impl<T, E: Display> Output<'_, Result<T, E>> {
    /// The error, with its text.
    #[must_use]
    pub fn failure(&self) -> Option<Failure> {
        Failure::of_result(self.0)
    }
}

/// For results whose errors have no text.
pub trait UnknownError {
    /// The error, without a text.
    fn failure(&self) -> Option<Failure>;
}

impl<T, E> UnknownError for Output<'_, Result<T, E>> {
    fn failure(&self) -> Option<Failure> {
        let error_type = type_name::<E>();
        self.0.is_err().then_some(Failure { error_type, message: None })
    }
}

/// For what is no result.
pub trait NoError {
    /// Nothing.
    fn failure(&self) -> Option<Failure>;
}

impl<T> NoError for &Output<'_, T> {
    fn failure(&self) -> Option<Failure> {
        None
    }
}

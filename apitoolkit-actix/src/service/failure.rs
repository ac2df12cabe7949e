//! Whether what a function returned is an error, told by its type.
//!
//! A macro does not know types; method resolution does. `(&Output(&value)).failure()` finds the
//! inherent method for a `Result` whose error has a text, else [`UnknownError`]'s for any other
//! `Result`, else [`NoError`]'s.

use std::fmt::Display;

pub use crate::telemetry::Failure;

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
        self.0.is_err().then(Failure::of_type::<E>)
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

//! What the library says while tests run.

pub(crate) use apitoolkit_tests::log::*;

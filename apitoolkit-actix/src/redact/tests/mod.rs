//! Tests through the [`Redactor`](super::Redactor), as the exporter uses it.

mod canaries;
mod cookies;
mod headers;
mod names;
mod options;
mod urls;

use super::{Redactor, marker::MARKER};

fn redactor() -> Redactor {
    Redactor::builder().build().unwrap()
}

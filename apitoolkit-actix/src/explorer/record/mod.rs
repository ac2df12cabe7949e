//! What is kept: spans and log records, as they leave.

mod exception;
mod from_otlp;
mod kind;
mod line;
mod size;
mod span;
#[cfg(test)]
pub(super) mod testing;
mod value;

pub(super) use from_otlp::span_of;
pub(super) use kind::Kind;
pub(super) use line::Line;
#[cfg(feature = "explorer-file")]
pub(super) use line::level_of;
pub(super) use size::size_of_span;
pub(super) use span::{Part, Record};
pub(super) use value::{each, plain};

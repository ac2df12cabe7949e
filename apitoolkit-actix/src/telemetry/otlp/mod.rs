//! Spans as OTLP has them on the wire, written at once.
//!
//! Whoever builds the messages of `opentelemetry-proto` and has them encoded pays for each text
//! twice: once to copy it into the message, once to free it. An exchange has some twenty-five
//! attributes, so that was most of what it cost. The order of the fields is that of the generated
//! code, so that the same span gives the same bytes; tests compare both.

mod attributes;
mod key;
mod span;
pub(super) mod wire;

pub(super) use attributes::AttributeWriter;
pub(super) use key::{AROUND, Key, key};
pub(super) use span::write_span;

#[cfg(test)]
mod tests;

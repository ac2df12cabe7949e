//! JSONPath, as RFC 9535 defines it: from text to a checked syntax tree.
//!
//! The grammar is followed to the letter (white space, numbers, escapes, the types of functions),
//! because a rule that is read differently from how it was meant redacts the wrong thing. Whatever
//! the RFC calls invalid is refused, with the byte where it goes wrong.

mod ast;
mod cursor;
mod filter;
mod function;
mod literal;
mod query;
mod regexp;
#[cfg(test)]
mod tests;

pub(super) use ast::{
    Comparison, Literal, Logical, Number, Operand, Path, Pattern, Query, Segment, Selector, Slice,
};
pub(super) use query::parse;
pub(super) use regexp::{OF_DOCUMENT, Regexp};

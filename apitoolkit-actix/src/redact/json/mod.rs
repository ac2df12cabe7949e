//! The JSON engine: one pass over the bytes, which says what to cut out of them.
//!
//! Nothing is parsed into values and printed again. What no rule selects leaves byte for byte as it
//! came: key order, spacing, `1e400`, `-0`, duplicate keys. The parts:
//!
//! - [`path`]: the rules as text, by the letter of RFC 9535. The parser is our own: that of
//!   `jsonpath-rust` 1.0 accepts selectors that the RFC refuses, and a rule that is read otherwise
//!   than it was meant leaks.
//! - [`automaton`]: all rules that one pass can follow, compiled into one machine.
//! - [`locate`]: the others (filters, places counted from an array's end), found in an index of the
//!   document.
//! - [`walk`]: the pass, on the tokens of [`scan`]; it validates as it goes, because what is no
//!   JSON cannot be redacted for certain. [`keys`] remembers what the rules say of a key.
//! - [`embedded`]: JSON inside JSON strings, mapped back through their escapes ([`escape`]).
//! - [`splice`]: the document less what was selected.

mod automaton;
mod embedded;
mod escape;
mod fault;
mod keys;
mod locate;
mod path;
mod rules;
mod scan;
mod scratch;
#[cfg(feature = "explorer")]
mod selected;
mod splice;
#[cfg(test)]
mod tests;
mod walk;

pub(crate) use fault::JsonFault;
pub(crate) use rules::JsonRules;
pub(crate) use scratch::JsonScratch;

//! I-Regexp (RFC 9485), rewritten for the regex engine at hand.
//!
//! The two dialects differ where it matters: `.` excludes both `\n` and `\r`, there is no `\d`, and
//! a character class has neither set operations nor classes inside. `^` and `$` are ordinary
//! characters to the RFC; at the two ends of a branch they are taken as the anchors that they are
//! everywhere else, which is also what the JSONPath compliance suite expects.

mod translation;

use regex::{Regex, RegexBuilder};
use translation::Translation;

/// Compiled size that a rule's pattern may have, in bytes: repetitions of repetitions grow without
/// end.
pub(crate) const OF_RULE: usize = 8 << 20;

/// The same for a pattern that a document brings.
pub(crate) const OF_DOCUMENT: usize = 1 << 20;

/// A compiled pattern.
#[derive(Clone, Debug)]
pub(crate) struct Regexp {
    regex: Regex,
    /// Characters and classes that it has, repetitions spelt out.
    weight: usize,
}

impl Regexp {
    /// Compiles a pattern that has to match the `whole` text, or any part of it, and may take
    /// `size` bytes ([`OF_RULE`] or [`OF_DOCUMENT`]).
    ///
    /// # Errors
    /// What keeps the pattern from being an I-Regexp, or that it is too large.
    pub(crate) fn compile(pattern: &str, whole: bool, size: usize) -> Result<Self, &'static str> {
        let Translation { output, weight, .. } = Translation::of(pattern)?;
        let output = if whole { format!(r"\A(?:{output})\z") } else { output };
        let regex = RegexBuilder::new(&output)
            .size_limit(size)
            .dfa_size_limit(size)
            .build()
            .map_err(|_| "an unknown property, an inverted range, or too large")?;
        Ok(Self { regex, weight })
    }

    /// What it may have cost to compile, in units of a few nanoseconds.
    pub(crate) fn compilation_cost(&self) -> usize {
        self.weight.saturating_mul(500).saturating_add(5_000)
    }

    /// What it may cost to look at a text: at each byte, the engine may be at as many places of
    /// the pattern as it has, but hardly at more than the text had chances to lead to.
    pub(crate) fn cost(&self, text: &str) -> usize {
        let places = self.weight.min(2 * text.len());
        (text.len() + 8).saturating_mul(places + 8) / 2
    }

    pub(crate) fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }
}

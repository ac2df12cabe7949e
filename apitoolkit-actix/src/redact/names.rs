//! Which names are sensitive: the defaults, what the application adds, what it takes off.
//!
//! Names are compared *folded*: letter case, `-`, `_`, `.` and white space do not count, so
//! `api-key`, `api_key`, `apiKey`, `API.KEY` and `Api Key` are one name. Case is folded for all of
//! Unicode, because `ſecret` and `toKen` (with the Kelvin sign) read as what they imitate.

mod defaults;
mod fold;
mod lookup;
mod search;
#[cfg(test)]
mod tests;

use fold::Folded;
use lookup::FoldedNames;
use search::{contains_stem, has_sensitive_word};

/// Where a name stands; each place has its own defaults and its own way to compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NameKind {
    /// A header: the whole name, or any sensitive word in it.
    Header,
    /// A cookie: as a header.
    Cookie,
    /// A query parameter: the whole name, or one part of `user[password]`, `user.password`,
    /// `token[]`.
    Query,
    /// A form field or a JSON name: as a query parameter, or containing one of the sensitive
    /// stems.
    Body,
}

/// A compiled set of sensitive names.
///
/// - A name the application added is always matched (whole, or as one part of a bracketed or
///   dotted name where the kind has parts).
/// - A name it keeps is never matched *by the defaults*; to keep `token` does not keep
///   `user_token`, and does not undo an addition of the same name.
#[derive(Clone, Debug)]
pub(crate) struct NameSet {
    kind: NameKind,
    defaults: bool,
    /// Default names less the kept ones.
    exact: FoldedNames,
    /// Names the application added.
    extra: FoldedNames,
    /// Names that words and stems must pass over.
    keep: FoldedNames,
}

impl NameSet {
    /// Compiles the names of one kind: the defaults if `defaults`, less `keep`, and `extra`.
    pub(crate) fn new(kind: NameKind, defaults: bool, extra: &[String], keep: &[String]) -> Self {
        let names: &[&str] = match kind {
            NameKind::Header | NameKind::Cookie => defaults::HEADERS,
            NameKind::Query => defaults::QUERY,
            NameKind::Body => defaults::BODY,
        };
        let names = if defaults { names } else { &[] };
        let harmless = match kind {
            NameKind::Header | NameKind::Cookie => defaults::HARMLESS_HEADERS,
            NameKind::Query | NameKind::Body => &[],
        };
        let keep =
            FoldedNames::new(keep.iter().map(String::as_str).chain(harmless.iter().copied()));
        let mut exact = FoldedNames::new(names.iter().copied());
        exact.remove(&keep);
        let extra = FoldedNames::new(extra.iter().map(String::as_str));
        Self { kind, defaults, exact, extra, keep }
    }

    /// Whether nothing can ever match.
    pub(crate) fn is_empty(&self) -> bool {
        !self.defaults && self.extra.is_empty()
    }

    /// Whether the value under `name` is a secret.
    ///
    /// `name` is raw: percent-decoded, JSON-unescaped, in its own case. Work is linear in its
    /// length, without allocation up to 64 bytes.
    pub(crate) fn matches(&self, name: &str) -> bool {
        let mut folded = Folded::default();
        folded.fold(name);
        let whole = folded.as_bytes();
        if self.extra.contains(whole) {
            return true;
        }
        match self.kind {
            NameKind::Header | NameKind::Cookie => {
                self.defaults
                    && !self.keep.contains(whole)
                    && (self.exact.contains(whole) || has_sensitive_word(name))
            }
            NameKind::Query | NameKind::Body => {
                let kept = self.keep.contains(whole);
                if !name.bytes().any(|b| matches!(b, b'[' | b']' | b'.')) {
                    return !kept && self.matches_part(whole);
                }
                self.matches_parts(name, kept)
            }
        }
    }

    /// Whether the application added the name, or a dotted part of it.
    pub(crate) fn is_added(&self, name: &str) -> bool {
        let mut folded = Folded::default();
        std::iter::once(name).chain(name.split('.')).any(|name| {
            folded.fold(name);
            self.extra.contains(folded.as_bytes())
        })
    }

    /// The bracketed parts of a name, and of each the dotted ones; `kept` is said of the whole.
    fn matches_parts(&self, name: &str, kept: bool) -> bool {
        let mut folded = Folded::default();
        name.split(['[', ']']).any(|bracketed| {
            folded.fold(bracketed);
            let part = folded.as_bytes();
            if self.extra.contains(part) || (!kept && self.matches_part(part)) {
                return true;
            }
            bracketed.contains('.')
                && bracketed.split('.').any(|dotted| {
                    folded.fold(dotted);
                    let part = folded.as_bytes();
                    self.extra.contains(part) || (!kept && self.exact.contains(part))
                })
        })
    }

    /// The defaults on one folded part of a name.
    fn matches_part(&self, part: &[u8]) -> bool {
        self.exact.contains(part)
            || (self.kind == NameKind::Body
                && self.defaults
                && contains_stem(part)
                && !self.keep.contains(part))
    }
}

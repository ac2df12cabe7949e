//! The document less what was selected.

use std::{borrow::Cow, iter};

/// What takes the place of a selected value, as a JSON string.
pub(super) const MARKER: &str = "[CLIENT_REDACTED]";

/// A range to replace by the marker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    pub(super) start: usize,
    pub(super) end: usize,
    /// In how many JSON strings the range stands: that often the marker's quotes are escaped.
    pub(super) nesting: u8,
}

/// Puts edits into order and drops those inside others.
pub(super) fn normalise(edits: &mut Vec<Edit>) {
    edits.sort_unstable_by_key(|edit| (edit.start, usize::MAX - edit.end));
    let mut covered = 0;
    edits.retain(|edit| {
        let is_new = edit.start >= covered;
        covered = covered.max(edit.end);
        is_new
    });
}

/// Applies edits that are in order and apart.
pub(super) fn splice<'b>(json: &'b [u8], edits: &[Edit]) -> Cow<'b, [u8]> {
    if edits.is_empty() {
        return Cow::Borrowed(json);
    }
    let removed: usize = edits.iter().map(|edit| edit.end - edit.start).sum();
    let added: usize = edits.iter().map(|edit| MARKER.len() + 2 * quote_length(edit.nesting)).sum();
    let mut out = Vec::with_capacity(json.len() - removed + added);
    let mut at = 0;
    for edit in edits {
        out.extend_from_slice(json.get(at..edit.start).unwrap_or_default());
        push_quote(edit.nesting, &mut out);
        out.extend_from_slice(MARKER.as_bytes());
        push_quote(edit.nesting, &mut out);
        at = edit.end;
    }
    out.extend_from_slice(json.get(at..).unwrap_or_default());
    Cow::Owned(out)
}

/// `"`, `\"`, `\\\"` …
fn push_quote(nesting: u8, out: &mut Vec<u8>) {
    out.extend(iter::repeat_n(b'\\', quote_length(nesting) - 1));
    out.push(b'"');
}

fn quote_length(nesting: u8) -> usize {
    1 << nesting.min(16)
}

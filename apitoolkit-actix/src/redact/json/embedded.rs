//! JSON inside JSON strings.
//!
//! A string whose text is a JSON document is redacted by name, and so are the strings in that
//! document, three levels deep. The places found are mapped back through the escapes, so that the
//! rest of the string stays as it was written.

use std::borrow::Cow;

use super::{
    automaton::State,
    escape::{self, Lone, RawOffsets},
    fault::JsonFault,
    rules::Compiled,
    scratch::{Level, Memory},
    splice::Edit,
    walk,
};

/// JSON in strings in JSON in strings …; what is deeper is replaced unseen.
pub(super) const MAX_DEPTH: usize = 3;

/// Whether a string that begins with this byte could be JSON: a bracket, white space (maybe outside
/// ASCII) or an escape.
#[inline(always)]
pub(super) fn may_begin(first: Option<&u8>) -> bool {
    const TABLE: [bool; 256] = {
        let mut table = [false; 256];
        let mut i = 0;
        // White space outside ASCII is in U+0085 to U+00A0, U+1680, U+2000 to U+205F, U+3000; the
        // byte order mark is U+FEFF.
        let bytes = *b"{[ \\\xC2\xE1\xE2\xE3\xEF";
        while i < bytes.len() {
            table[bytes[i] as usize] = true;
            i += 1;
        }
        table
    };
    first.is_some_and(|&first| TABLE[usize::from(first)])
}

/// Redacts a string's content, `raw`, which begins at `base` in its document: adds to `edits`.
pub(super) fn redact(
    rules: &Compiled,
    memory: &mut Memory,
    raw: &[u8],
    base: usize,
    text: &mut Vec<u8>,
    edits: &mut Vec<Edit>,
    deeper: &mut [Level],
) {
    let Some(b'{' | b'[' | b'"') = escape::first_visible(raw) else { return };
    let whole = Edit { start: base - 1, end: base + raw.len() + 1, nesting: 0 };
    let Some(level) = deeper.first_mut() else {
        edits.push(whole);
        return;
    };
    level.edits.clear();
    text.clear();
    escape::decode_into(raw, Lone::Replaced, text);
    let (start, end) = trimmed(text);
    let document = text.get(..end).unwrap_or_default();
    match walk::walk(rules, memory, document, start, State::DEAD, deeper) {
        Ok(()) => {
            let mut offsets = RawOffsets::new(raw);
            for edit in deeper.first().map(|level| level.edits.as_slice()).unwrap_or_default() {
                edits.push(Edit {
                    start: base + offsets.of(edit.start),
                    end: base + offsets.of(edit.end),
                    nesting: edit.nesting + 1,
                });
            }
        }
        Err(JsonFault::Unparseable { .. }) if !mentions_denied(rules, text) => {}
        Err(_) => edits.push(whole),
    }
}

/// Where the text begins and ends without the white space around it.
fn trimmed(text: &[u8]) -> (usize, usize) {
    let Ok(text) = str::from_utf8(text) else { return (0, text.len()) };
    let from_start = text.trim_start_matches(escape::is_blank);
    let start = text.len() - from_start.len();
    (start, start + from_start.trim_end_matches(escape::is_blank).len())
}

/// Whether a text that is nearly JSON has a denied name in front of a colon, be it in a string in a
/// string in it.
fn mentions_denied(rules: &Compiled, text: &[u8]) -> bool {
    let mut text = String::from_utf8_lossy(text);
    for _ in 0..=2 * MAX_DEPTH {
        if has_denied_key(rules, &text) {
            return true;
        }
        let unescaped = match escape::decode(text.as_bytes(), Lone::Replaced) {
            Cow::Borrowed(_) => return false,
            Cow::Owned(unescaped) => String::from_utf8(unescaped).unwrap_or_default(),
        };
        text = Cow::Owned(unescaped);
    }
    // Escaped more often than anything honest is.
    true
}

/// Whether a denied name stands in front of a colon: quoted either way, or bare after `{` or `,`.
fn has_denied_key(rules: &Compiled, text: &str) -> bool {
    // Between two colons there is one candidate, so the work stays linear.
    let mut parts = text.split(':');
    let _after_the_last_colon = parts.next_back();
    parts.any(|part| {
        let part = part.trim_end();
        let name = match part.strip_suffix(['"', '\'']) {
            Some(quoted) => quoted.rsplit(['"', '\'']).next().unwrap_or_default(),
            None => {
                let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '$' | '.');
                let before = part.trim_end_matches(is_name);
                if !before.trim_end().ends_with(['{', ',']) {
                    return false;
                }
                part.get(before.len()..).unwrap_or_default()
            }
        };
        // A name with escapes comes again, unescaped.
        !name.is_empty() && rules.denies(name.as_bytes())
    })
}

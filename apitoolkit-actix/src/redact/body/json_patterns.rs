//! Credentials and card numbers in the values of JSON, whatever their names.

use std::borrow::Cow;

use crate::redact::{lists::Lists, marker::MARKER, splice::Splicer, text};

/// Applies the text patterns to every string value and the card check to every number of `json`,
/// which has been parsed before: it is valid.
pub(super) fn scrub<'j>(lists: &Lists, json: &'j [u8]) -> Cow<'j, [u8]> {
    let mut splicer = Splicer::new(json);
    let mut at = 0;
    while let Some(&byte) = json.get(at) {
        match byte {
            b'"' => {
                let end = string_end(json, at + 1);
                if !is_key(json, end)
                    && let Some(inner) = json.get(at + 1..end.saturating_sub(1))
                    && let Some(scrubbed) = scrub_string(lists, inner)
                {
                    splicer.replace(at, end, &scrubbed);
                }
                at = end;
            }
            b'0'..=b'9' => {
                let rest = json.get(at..).unwrap_or_default();
                let len = rest.iter().take_while(|b| b.is_ascii_digit()).count();
                let is_whole = !matches!(rest.get(len), Some(b'.' | b'e' | b'E'));
                if is_whole && text::is_card_number(rest.get(..len).unwrap_or_default()) {
                    splicer.replace(at, at + len, &format!("\"{MARKER}\""));
                }
                at += len;
            }
            _ => at += 1,
        }
    }
    splicer.finish()
}

/// Text patterns and card numbers.
pub(crate) fn scrub_text<'t>(lists: &Lists, text: &'t str) -> Cow<'t, str> {
    match text::scrub(lists, text) {
        Cow::Borrowed(text) => text::scrub_cards(text),
        Cow::Owned(text) => Cow::Owned(text::scrub_cards(&text).into_owned()),
    }
}

/// The offset after the closing quote of the string whose content begins at `start`.
fn string_end(json: &[u8], start: usize) -> usize {
    let mut at = start;
    while let Some(found) = json.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += found;
        if json.get(at) == Some(&b'"') {
            return at + 1;
        }
        at += 2;
    }
    json.len()
}

fn is_key(json: &[u8], end: usize) -> bool {
    json.get(end..)
        .and_then(|rest| rest.iter().find(|b| !b.is_ascii_whitespace()))
        .is_some_and(|&b| b == b':')
}

/// The scrubbed string, quotes included; `None` if nothing was found.
fn scrub_string(lists: &Lists, raw: &[u8]) -> Option<String> {
    let raw = str::from_utf8(raw).ok()?;
    if !raw.contains('\\') {
        return match scrub_text(lists, raw) {
            Cow::Borrowed(_) => None,
            Cow::Owned(scrubbed) => Some(format!("\"{scrubbed}\"")),
        };
    }
    let Ok(decoded) = serde_json::from_str::<String>(&format!("\"{raw}\"")) else {
        // Lone surrogates: no text, so nobody can say what is in it.
        return Some(format!("\"{MARKER}\""));
    };
    match scrub_text(lists, &decoded) {
        Cow::Borrowed(_) => None,
        Cow::Owned(scrubbed) => {
            serde_json::to_string(&scrubbed).ok().or_else(|| Some(format!("\"{MARKER}\"")))
        }
    }
}

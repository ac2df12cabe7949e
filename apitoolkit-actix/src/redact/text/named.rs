//! Values after sensitive names: `password=…`, `"token": "…"`, `api_key => …`.

use super::value;
use crate::redact::{lists::Lists, marker};

/// The longest name that is looked for.
const MAX_NAME: usize = 128;
/// How much white space and quoting may stand between a name and its separator.
const MAX_GAP: usize = 16;

/// The value of a sensitive name whose separator is at `at`.
pub(super) fn value_after(lists: &Lists, bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    let separator = separator_len(bytes, at)?;
    let name = name_before(bytes, at)?;
    let tight = name.end == at && bytes.get(at) != Some(&b':');
    let raw = bytes.get(name.start..name.end)?;
    // A position in a source file: `src/session.rs:12:5`.
    let is_digit = bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
    if raw.ends_with(b".rs") && bytes.get(at) == Some(&b':') && is_digit {
        return None;
    }
    if !is_sensitive(lists, raw, tight) && !is_sensitive_phrase(lists, bytes, &name) {
        return None;
    }
    let whole_line = bytes.get(at) == Some(&b':') && is_whole_line(raw);
    let (start, end) = value::range(bytes, at + separator, whole_line)?;
    is_left(bytes, start, end).then_some((start, end))
}

/// Whether there is a value, and it is no marker yet.
pub(super) fn is_left(bytes: &[u8], start: usize, end: usize) -> bool {
    let done = [marker::MARKER, marker::URL_MARKER, marker::FORM_MARKER];
    bytes.get(start..end).is_some_and(|value| {
        !value.is_empty() && !done.iter().any(|marker| marker.as_bytes() == value)
    })
}

pub(super) struct Name {
    pub(super) start: usize,
    pub(super) end: usize,
}

/// How long the separator at `at` is: `=`, `:`, `=>`, `:=`, `==`, `%3D`, `%3A`.
fn separator_len(bytes: &[u8], at: usize) -> Option<usize> {
    let before = at.checked_sub(1).and_then(|before| bytes.get(before));
    match bytes.get(at..)? {
        // A path in code: `auth::token::Error`.
        [b':', b':', ..] => None,
        [b':', ..] if before == Some(&b':') => None,
        [b'%', b'3', b'D' | b'd' | b'A' | b'a', ..]
        | [b':' | b'=', b'=' | b'>' | b'~', b'>', ..] => Some(3),
        [b':' | b'=', b'=' | b'>' | b'~', ..] => Some(2),
        [b':' | b'=', ..] => Some(1),
        _ => None,
    }
}

/// The name that ends before `at`, but for white space and quotes.
pub(super) fn name_before(bytes: &[u8], at: usize) -> Option<Name> {
    let lowest = at.saturating_sub(MAX_NAME + MAX_GAP);
    let end = at - gap_len(bytes.get(lowest..at)?);
    let len = bytes.get(lowest..end)?.iter().rev().take_while(|&&b| is_name_byte(b)).count();
    let run = bytes.get(end - len..end)?;
    let lead = encoded_lead(run);
    let run = run.get(lead..)?;
    let lead = lead + run.iter().take_while(|&&b| matches!(b, b'-' | b'.' | b'$' | b'[')).count();
    // One letter is no name of ours, nor is a time of day.
    let has_letter = run.iter().any(|&b| b.is_ascii_alphabetic() || b >= 0x80 || b == b'%');
    (has_letter && len - lead > 1).then_some(Name { start: end - len + lead, end })
}

/// How much white space and quoting, also encoded, the text ends with.
fn gap_len(text: &[u8]) -> usize {
    const ENCODED: &[&[u8]] =
        &[b"%22", b"%27", b"%20", b"%5C", b"&quot;", b"&apos;", b"&#34;", b"&#39;", b"\\u0022"];
    let mut gap = 0;
    while gap < MAX_GAP {
        let Some(before) = text.get(..text.len() - gap) else { break };
        gap += match before.last() {
            Some(b' ' | b'\t' | b'"' | b'\'' | b'`' | b'\\' | b'!' | b'?') => 1,
            _ => match ENCODED.iter().find(|encoded| before.ends_with(encoded)) {
                Some(encoded) => encoded.len(),
                None => break,
            },
        };
    }
    gap
}

/// How much of a run belongs to an encoded URL or JSON text before the name: `%3Ftoken`.
fn encoded_lead(run: &[u8]) -> usize {
    let is_separator = |encoded: &[u8]| match encoded {
        [b'%', high, low] => {
            let hex = |digit: u8| char::from(digit).to_digit(16);
            // `%` is one when it is encoded itself.
            hex(*high).zip(hex(*low)).is_some_and(|(high, low)| {
                let byte = (high * 16 + low) as u8;
                byte != b'%' && !is_name_byte(byte)
            })
        }
        _ => false,
    };
    run.windows(3).rposition(is_separator).map_or(0, |at| at + 3)
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80 || b"_-.%$[]\\".contains(&byte)
}

fn is_sensitive(lists: &Lists, name: &[u8], tight: bool) -> bool {
    if lists.is_in_text(name, tight) {
        return true;
    }
    // A JSON text in a string: `{\"token`, `\ntoken`.
    let tail = name
        .iter()
        .rposition(|&b| matches!(b, b'\\' | b'['))
        .map(|cut| name.get(cut + 1..).unwrap_or_default());
    tail.is_some_and(|tail| tail.len() > 1 && lists.is_in_text(tail, tight))
}

/// `API key: …`, `card number: …`: names of two words.
fn is_sensitive_phrase(lists: &Lists, bytes: &[u8], name: &Name) -> bool {
    let Some(space) = name.start.checked_sub(1) else {
        return false;
    };
    if bytes.get(space) != Some(&b' ') {
        return false;
    }
    let lowest = space.saturating_sub(MAX_NAME);
    let len = bytes
        .get(lowest..space)
        .unwrap_or_default()
        .iter()
        .rev()
        .take_while(|b| b.is_ascii_alphabetic())
        .count();
    len > 0 && bytes.get(space - len..name.end).is_some_and(|words| lists.is_phrase(words))
}

/// Names whose value has several words.
fn is_whole_line(name: &[u8]) -> bool {
    const NAMES: &[&str] = &[
        "authorization",
        "proxy-authorization",
        "cookie",
        "set-cookie",
        "x-forwarded-client-cert",
        "passphrase",
    ];
    NAMES.iter().any(|whole| name.eq_ignore_ascii_case(whole.as_bytes()))
}

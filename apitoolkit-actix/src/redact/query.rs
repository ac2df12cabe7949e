//! Query strings and what looks like them: fragments, matrix parameters.

use std::{borrow::Cow, iter};

use super::{find, lists::Lists, marker::URL_MARKER, percent, splice::Splicer, text, url};

/// How often URLs inside of query values are followed. Deeper ones are redacted whole.
const MAX_NESTING: u8 = 3;

/// Redacts the values of sensitive parameters; keys, order and all other bytes stay.
///
/// `;` is a separator to some readers and a part of the value to others. Both are heeded: the
/// value of a sensitive name goes up to the next `&`, and a name after `;` is looked at too.
pub(crate) fn redact<'q>(lists: &Lists, query: &'q str) -> Cow<'q, str> {
    redact_nested(lists, query, 0)
}

/// [`redact`] inside a value that is nested `depth` levels deep.
pub(crate) fn redact_nested<'q>(lists: &Lists, query: &'q str, depth: u8) -> Cow<'q, str> {
    let mut splicer = Splicer::new(query.as_bytes());
    let mut start = 0;
    for pair in split(query) {
        redact_pair(lists, pair, start, depth, &mut splicer);
        start += pair.len() + 1;
    }
    splicer.finish_str(query)
}

/// What stands between `&`.
fn split(query: &str) -> impl Iterator<Item = &str> + Clone {
    let mut rest = Some(query);
    iter::from_fn(move || {
        let text = rest?;
        let (pair, after) = match find::split(b'&', text) {
            Some((pair, after)) => (pair, Some(after)),
            None => (text, None),
        };
        rest = after;
        Some(pair)
    })
}

/// The pairs of a query, decoded. One that is redacted before stays so.
pub(crate) fn pairs(query: &str) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> + Clone {
    split(query).filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = find::split(b'=', pair).unwrap_or((pair, ""));
        (percent::decode_form(name), percent::decode_form(value))
    })
}

/// Redacts every value, and what has no name.
pub(crate) fn redact_all(query: &str) -> String {
    let pairs: Vec<_> = query
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((name, _)) => format!("{name}={URL_MARKER}"),
            None if pair.is_empty() => String::new(),
            None => URL_MARKER.to_owned(),
        })
        .collect();
    pairs.join("&")
}

fn redact_pair(lists: &Lists, pair: &str, start: usize, depth: u8, splicer: &mut Splicer<'_>) {
    let whole = find::split(b'=', pair);
    if let Some((name, value)) = whole
        && lists.is_query(name.as_bytes())
    {
        mark(name, value, start, splicer);
        return;
    }
    if !find::has_any(*b";\n\r", pair) {
        if let Some((name, value)) = whole
            && holds_secret(lists, value, depth)
        {
            mark(name, value, start, splicer);
        }
        return;
    }
    let mut at = start;
    for part in pair.split([';', '\n', '\r']) {
        // The name of a whole pair was looked at.
        let is_part = part.len() < pair.len();
        if let Some((name, value)) = part.split_once('=')
            && ((is_part && lists.is_query(name.as_bytes())) || holds_secret(lists, value, depth))
        {
            mark(name, value, at, splicer);
        }
        at += part.len() + 1;
    }
    // A value is also looked at whole: the URL in it may hold a `;` of its own.
    if let Some((name, value)) = pair.split_once('=')
        && value.contains(';')
        && !value.contains('=')
        && holds_secret(lists, value, depth)
    {
        mark(name, value, start, splicer);
    }
}

fn mark(name: &str, value: &str, start: usize, splicer: &mut Splicer<'_>) {
    if !value.is_empty() {
        let from = start + name.len() + 1;
        splicer.replace(from, from + value.len(), URL_MARKER);
    }
}

/// Whether the value of a harmless name is a URL with a secret in it, a token, or alike.
pub(crate) fn holds_secret(lists: &Lists, value: &str, depth: u8) -> bool {
    // Most values are a word or a number.
    if value.len() < 8 && !find::has_any(*b"=%@", value) {
        return false;
    }
    let Some(decoded) = percent::decode_fully(value) else { return true };
    if matches!(text::scrub(lists, &decoded), Cow::Owned(_)) {
        return true;
    }
    if !decoded.contains(['=', '@']) {
        return false;
    }
    if depth >= MAX_NESTING {
        return true;
    }
    let holds = if decoded.contains(['?', '/', '#', ':']) {
        url::redact_nested(lists, &decoded, depth + 1)
    } else {
        redact_nested(lists, &decoded, depth + 1)
    };
    matches!(holds, Cow::Owned(_))
}

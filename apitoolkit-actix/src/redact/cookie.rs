//! Cookies: redacted value by value, so that names stay.

use std::borrow::Cow;

use super::{lists::Lists, marker::MARKER, splice::Splicer, text};

/// Redacts a `Cookie` header: the values of sensitive names, and all that are long enough for a
/// session id. A piece without a name is redacted whole: a bare token must never pass for a name.
pub(crate) fn redact<'c>(lists: &Lists, cookies: &'c str) -> Cow<'c, str> {
    if !is_well_formed(cookies) {
        return Cow::Borrowed(MARKER);
    }
    let mut splicer = Splicer::new(cookies.as_bytes());
    let mut start = 0;
    for piece in cookies.split(';') {
        redact_piece(lists, piece, start, &mut splicer, |name, value| {
            lists.is_cookie("cookie", name, value)
        });
        start += piece.len() + 1;
    }
    splicer.finish_str(cookies)
}

/// Redacts a `Set-Cookie` header: the cookie's value; the attributes stay.
pub(crate) fn redact_set<'c>(lists: &Lists, cookie: &'c str) -> Cow<'c, str> {
    if !is_well_formed(cookie) {
        return Cow::Borrowed(MARKER);
    }
    let mut splicer = Splicer::new(cookie.as_bytes());
    let mut start = 0;
    for (position, piece) in cookie.split(';').enumerate() {
        // What is no attribute that anyone defined is the rest of a value that held a `;`, or a
        // second cookie.
        if position == 0 || !is_attribute(piece) {
            redact_piece(lists, piece, start, &mut splicer, |name, value| {
                position > 0 || lists.is_cookie("set-cookie", name, value)
            });
        }
        start += piece.len() + 1;
    }
    splicer.finish_str(cookie)
}

/// Quotes must pair up: within an open one, `;` may be a part of the value.
fn is_well_formed(cookies: &str) -> bool {
    cookies.bytes().filter(|&b| b == b'"').count() % 2 == 0
        && !cookies.split('"').skip(1).step_by(2).any(|quoted| quoted.contains(';'))
}

fn redact_piece(
    lists: &Lists,
    piece: &str,
    at: usize,
    splicer: &mut Splicer<'_>,
    is_secret: impl Fn(&[u8], &str) -> bool,
) {
    let trimmed = piece.trim();
    if trimmed.is_empty() {
        return;
    }
    let lead = piece.len() - piece.trim_start().len();
    let start = at + lead;
    let end = start + trimmed.len();
    let Some((name, value)) = trimmed.split_once('=') else {
        splicer.replace(start, end, MARKER);
        return;
    };
    if name.trim().is_empty() || !is_token(name.trim_end()) {
        splicer.replace(start, end, MARKER);
    } else if !value.is_empty()
        && (is_secret(name.trim_end().as_bytes(), value)
            // Cookies that a comma separates, as RFC 2965 had them, and tokens known by their form.
            || matches!(text::scrub(lists, value), Cow::Owned(_)))
    {
        splicer.replace(start + name.len() + 1, end, MARKER);
    }
}

/// RFC 6265 has names as tokens; brackets and the like are seen in the wild, separators not.
fn is_token(name: &str) -> bool {
    name.len() <= 256
        && !name.bytes().any(|b| b.is_ascii_control() || b" \t\"(),/:;<=>?@{}\\".contains(&b))
}

fn is_attribute(piece: &str) -> bool {
    let (name, value) = piece.split_once('=').map_or((piece, None), |(n, v)| (n, Some(v.trim())));
    let name = name.trim().to_ascii_lowercase();
    let Some(value) = value else {
        return matches!(name.as_str(), "" | "secure" | "httponly" | "partitioned");
    };
    match name.as_str() {
        "expires" => value.len() <= 40 && !value.contains('='),
        "max-age" => value.bytes().all(|b| b.is_ascii_digit() || b == b'-'),
        "domain" => value.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]_".contains(&b)),
        "path" => !value.contains('='),
        "samesite" => ["strict", "lax", "none"].iter().any(|v| value.eq_ignore_ascii_case(v)),
        "priority" => ["low", "medium", "high"].iter().any(|v| value.eq_ignore_ascii_case(v)),
        _ => false,
    }
}

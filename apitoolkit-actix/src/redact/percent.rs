//! Percent-encoding, as far as redaction has to see through it.

use std::borrow::Cow;

use super::find;

/// How many encodings on top of each other are undone. A name that is encoded more often is taken
/// for a secret.
const MAX_DECODINGS: usize = 3;

/// `text` percent-decoded once; what is not UTF-8 becomes U+FFFD.
pub(crate) fn decode(text: &str) -> Cow<'_, str> {
    if !text.as_bytes().contains(&b'%') {
        return Cow::Borrowed(text);
    }
    percent_encoding::percent_decode_str(text).decode_utf8_lossy()
}

/// `text` with `+` as a space and percent-decoded once, as forms and queries are read.
pub(crate) fn decode_form(text: &str) -> Cow<'_, str> {
    if !find::has_any(*b"++%", text) {
        return Cow::Borrowed(text);
    }
    if !text.as_bytes().contains(&b'+') {
        return decode(text);
    }
    Cow::Owned(decode(&text.replace('+', " ")).into_owned())
}

/// Whether `test` holds for `name` as it stands or percent-decoded up to three times. Also with
/// `\u0070`-like escapes undone and without control characters, which many readers drop.
///
/// A name that is still encoded after that counts as one for which it holds.
pub(crate) fn any_spelling(name: &[u8], test: impl Fn(&str) -> bool) -> bool {
    let mut name = String::from_utf8_lossy(name);
    for _ in 0..=MAX_DECODINGS {
        if test(&readable(&name)) {
            return true;
        }
        let decoded = decode(&name);
        if decoded == name {
            return false;
        }
        name = Cow::Owned(decoded.into_owned());
    }
    true
}

/// `text` percent-decoded until nothing changes; `None` if that takes too long.
pub(crate) fn decode_fully(text: &str) -> Option<Cow<'_, str>> {
    let mut text = decode(text);
    for _ in 1..MAX_DECODINGS {
        let decoded = decode(&text);
        if decoded == text {
            return Some(text);
        }
        text = Cow::Owned(decoded.into_owned());
    }
    if decode(&text) == text { Some(text) } else { None }
}

fn readable(name: &str) -> Cow<'_, str> {
    if !name.chars().any(|c| c == '\\' || c == '+' || c.is_control()) {
        return Cow::Borrowed(name);
    }
    let mut out = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(c) = rest.chars().next() {
        let escaped = rest.strip_prefix("\\u").and_then(|hex| {
            let code = u32::from_str_radix(hex.get(..4)?, 16).ok()?;
            Some((char::from_u32(code)?, hex.get(4..)?))
        });
        if let Some((c, after)) = escaped {
            out.push(c);
            rest = after;
            continue;
        }
        if c != '\\' && c != '+' && !c.is_control() {
            out.push(c);
        }
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_token(name: &str) -> bool {
        any_spelling(name.as_bytes(), |name| name == "token")
    }

    #[test]
    fn names_are_seen_through_up_to_three_encodings() {
        for name in ["token", "%74oken", "%2574oken", "%252574oken", "t\\u006fken", "tok\0en"] {
            assert!(is_token(name), "{name}");
        }
        assert!(!is_token("tokens"));
        assert!(!is_token("%zz"));
        // Encoded more often than anyone undoes: taken for a secret.
        assert!(is_token("%2525252561"));
    }

    #[test]
    fn values_are_decoded_until_stable() {
        assert_eq!(decode_fully("a%252Fb").as_deref(), Some("a/b"));
        assert_eq!(decode_fully("100%").as_deref(), Some("100%"));
        assert_eq!(decode_fully("%2525252561"), None);
        assert_eq!(decode_form("a+b%2B"), "a b+");
    }
}

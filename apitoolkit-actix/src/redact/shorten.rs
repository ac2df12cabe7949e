//! Bounding what is exported, after redaction.

use std::borrow::Cow;

/// Cuts a redacted text to `max` bytes, on a character boundary, and says so.
pub(crate) fn shorten(text: Cow<'_, str>, max: usize) -> Cow<'_, str> {
    if text.len() <= max {
        return text;
    }
    let head = head(&text, max);
    Cow::Owned(format!("{head}… [cut, {} B]", text.len()))
}

/// As much of `text` as fits into `max` bytes.
pub(crate) fn head(text: &str, max: usize) -> &str {
    if text.len() <= max {
        return text;
    }
    let mut end = max;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_between_characters_and_says_so() {
        assert_eq!(shorten(Cow::Borrowed("õäöü"), 8), "õäöü");
        assert_eq!(shorten(Cow::Borrowed("õäöü"), 7), "õäö… [cut, 8 B]");
        assert_eq!(head("õ", 1), "");
    }
}

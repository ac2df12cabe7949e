//! Looking for a few bytes in a text, which is short as a rule: a part of a URL.

/// In texts that are longer, vectors find a byte faster than it takes to set them up.
const SHORT: usize = 32;

/// Where the first of a byte is.
pub(super) fn byte(wanted: u8, text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    match bytes.len() < SHORT {
        true => bytes.iter().position(|byte| *byte == wanted),
        false => memchr::memchr(wanted, bytes),
    }
}

/// Whether any of three bytes is there.
pub(super) fn has_any([a, b, c]: [u8; 3], text: &str) -> bool {
    let bytes = text.as_bytes();
    match bytes.len() < SHORT {
        true => bytes.iter().any(|byte| *byte == a || *byte == b || *byte == c),
        false => memchr::memchr3(a, b, c, bytes).is_some(),
    }
}

/// The two parts of a text around the first of a byte.
pub(super) fn split(wanted: u8, text: &str) -> Option<(&str, &str)> {
    let at = byte(wanted, text)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long_texts_are_searched_alike() {
        for length in [0, 1, 5, SHORT - 1, SHORT, SHORT + 1, 500] {
            for at in (0..length).chain([usize::MAX]) {
                let text: String = (0..length).map(|n| if n == at { '=' } else { 'x' }).collect();
                let found = (at < length).then_some(at);
                assert_eq!(byte(b'=', &text), found);
                assert_eq!(split(b'=', &text), text.split_once('='));
                for wanted in [*b"=&;", *b"&=;", *b"&;="] {
                    assert_eq!(has_any(wanted, &text), found.is_some(), "{text}");
                }
                assert!(!has_any(*b"&;%", &text));
            }
        }
    }
}

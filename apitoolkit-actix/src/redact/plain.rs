//! Bytes that mean nothing: neither in a URL, where they could be or hide a secret, nor in JSON.

/// Whether nothing in a path begins an encoding, a parameter or what follows a password, and JSON has
/// it as it is.
#[inline]
pub(crate) fn is_plain_path(path: &str) -> bool {
    path.bytes().all(|byte| meaning(byte) & SPECIAL == 0)
}

/// How many bytes a query begins with that could be a value for which the same holds. What separates
/// values ends it too, and what stands for a space.
#[inline]
pub(crate) fn plain_value_len(query: &str) -> usize {
    query.bytes().position(|byte| meaning(byte) != 0).unwrap_or(query.len())
}

#[inline]
fn meaning(byte: u8) -> u8 {
    MEANINGS.get(usize::from(byte)).copied().unwrap_or(SPECIAL)
}

const SPECIAL: u8 = 1;
const ENDS_VALUE: u8 = 2;

static MEANINGS: [u8; 256] = {
    let mut meanings = [0; 256];
    let mut byte = 0;
    while byte < meanings.len() {
        meanings[byte] = match byte as u8 {
            ..b' ' | b'"' | b'\\' | b'%' | b'@' | b'=' => SPECIAL,
            b'&' | b';' | b'+' => ENDS_VALUE,
            _ => 0,
        };
        byte += 1;
    }
    meanings
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_plain_is_written_as_it_is() {
        for byte in 0..=0x7F_u8 {
            let character = char::from(byte);
            let text = format!("a{character}");
            let is_escaped = serde_json::to_string(&text).unwrap() != format!("\"{text}\"");
            let is_special = is_escaped || b"%@=".contains(&byte);
            let ends = is_special || b"&;+".contains(&byte);
            assert_eq!(plain_value_len(&text), 2 - usize::from(ends), "{byte}");
            assert_eq!(is_plain_path(&text), !is_special, "{byte}");
        }
        assert!(is_plain_path("") && is_plain_path("/caf\u{e9}/\u{7f}"));
        assert_eq!((plain_value_len(""), plain_value_len("caf\u{e9}&")), (0, 5));
    }
}

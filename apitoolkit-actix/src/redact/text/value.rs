//! How far a value in running text goes. In doubt, further.

/// The longest name that is looked for after a delimiter.
const MAX_LOOKAHEAD: usize = 64;

/// The bytes of the value that begins, after white space, at `from`; the quotes around it are not
/// in the range. With `whole_line`, a value without quotes ends with its line.
pub(super) fn range(bytes: &[u8], from: usize, whole_line: bool) -> Option<(usize, usize)> {
    let rest = bytes.get(from..)?;
    let start = from + rest.iter().position(|b| !b.is_ascii_whitespace())?;
    let backslashes = count_backslashes(bytes.get(start..)?);
    let quote_at = start + backslashes;
    if let Some(&quote @ (b'"' | b'\'' | b'`')) = bytes.get(quote_at) {
        return Some((quote_at + 1, quoted_end(bytes, quote_at + 1, quote, backslashes)));
    }
    if whole_line {
        let line = bytes.get(start..)?;
        let len = memchr::memchr2(b'\n', b'\r', line).unwrap_or(line.len());
        return Some((start, start + len));
    }
    Some((start, bare_end(bytes, start)))
}

fn count_backslashes(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|&&b| b == b'\\').count()
}

/// Where a quoted value ends. A quote that was escaped `n` times (`"`, `\"`, `\\\"` …) is closed
/// by one escaped as often. Without a closing quote, all the rest is the value.
fn quoted_end(bytes: &[u8], start: usize, quote: u8, escapes: usize) -> usize {
    let period = 2 * (escapes + 1);
    let mut backslashes = 0;
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        if byte == b'\\' {
            backslashes += 1;
        } else {
            if byte == quote && backslashes % period == escapes {
                let next = bytes.get(at + 1);
                if escapes == 0 && next == Some(&quote) && at > start {
                    // A doubled quote stands for one in the value.
                    at += 2;
                    backslashes = 0;
                    continue;
                }
                if !next.is_some_and(u8::is_ascii_alphanumeric) {
                    return at - escapes.min(at - start);
                }
            }
            backslashes = 0;
        }
        at += 1;
    }
    bytes.len()
}

/// Where a value without quotes ends.
fn bare_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'(' | b'[' | b'{' => at = balanced_end(bytes, at),
            b'"' | b'\'' | b'`' => {
                if !is_literal_prefix(bytes.get(start..at).unwrap_or_default()) {
                    return at;
                }
                at = (quoted_end(bytes, at + 1, byte, 0) + 1).min(bytes.len());
            }
            b' ' | b'\t' | b'\n' | b'\r' => match after_space(bytes, start, at) {
                Some(next) => at = next,
                None => return at,
            },
            b if b.is_ascii_control() => return at,
            b',' | b';' | b'&' | b')' | b']' | b'}' | b'<' | b'>'
                if is_delimiter(bytes, at, byte) && (byte != b'>' || at > start) =>
            {
                return at;
            }
            _ => at += 1,
        }
    }
    at
}

/// `b"…"`, `br#"…"`, `N'…'`: a quote that opens after the value has begun.
fn is_literal_prefix(before: &[u8]) -> bool {
    matches!(
        before,
        b"b" | b"r"
            | b"br"
            | b"r#"
            | b"br#"
            | b"u"
            | b"L"
            | b"N"
            | b"E"
            | b"X"
            | b"x"
            | b"&"
            | b"B"
    )
}

/// Values of two words: `Bearer …`, and Rust's `Secret { … }`. Where to go on, if so.
fn after_space(bytes: &[u8], start: usize, at: usize) -> Option<usize> {
    let word = bytes.get(start..at)?;
    let gap = bytes.get(at..)?.iter().take_while(|b| b.is_ascii_whitespace()).count();
    let next = at + gap;
    if bytes.get(next) == Some(&b'{')
        && word.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
    {
        return Some(next);
    }
    let is_scheme = SCHEMES.iter().any(|scheme| word.eq_ignore_ascii_case(scheme.as_bytes()));
    (is_scheme && next < bytes.len()).then_some(next)
}

/// Words before a value.
const SCHEMES: &[&str] = &[
    "bearer",
    "basic",
    "digest",
    "token",
    "negotiate",
    "apikey",
    "hawk",
    "ntlm",
    "dpop",
    "key",
    // What YAML puts between a name and its value.
    "-",
    "|",
    "|-",
    ">",
    ">-",
    "!!str",
];

/// Passwords hold commas and semicolons too: one ends the value only where something else follows.
fn is_delimiter(bytes: &[u8], at: usize, byte: u8) -> bool {
    let Some(rest) = bytes.get(at + 1..) else { return true };
    match rest.first() {
        None => return true,
        Some(next) if next.is_ascii_whitespace() || b"\"'`\\,;&)]}<>".contains(next) => {
            return true;
        }
        Some(_) => {}
    }
    if matches!(byte, b')' | b']' | b'}' | b'>' | b'<') {
        return !rest.first().is_some_and(|b| b.is_ascii_alphanumeric());
    }
    let name = rest
        .iter()
        .take(MAX_LOOKAHEAD)
        .take_while(|&&b| b.is_ascii_alphanumeric() || b"_-.%[]".contains(&b))
        .count();
    name > 0 && matches!(rest.get(name), Some(b'=' | b':'))
}

/// The end of the bracket that opens at `at`, strings in it being skipped. Brackets of all kinds
/// count as one: the text need not be well formed.
fn balanced_end(bytes: &[u8], at: usize) -> usize {
    let mut depth = 0usize;
    let mut at = at;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            b'"' => {
                at = quoted_end(bytes, at + 1, b'"', 0);
            }
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

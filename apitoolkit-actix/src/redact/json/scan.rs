//! The tokens of JSON (RFC 8259), validated and skipped.
//!
//! Every function takes the place where its token begins and returns the one after it. A mistake is
//! an `Err` with its place. UTF-8 is validated before, for the document as a whole.

/// A place, or the place of a mistake.
pub(super) type Scanned = Result<usize, usize>;

/// Skips white space.
#[inline(always)]
pub(super) fn blank(json: &[u8], at: usize) -> usize {
    match json.get(at) {
        Some(b' ' | b'\n' | b'\r' | b'\t') => blank_run(json, at + 1),
        _ => at,
    }
}

#[inline(never)]
fn blank_run(json: &[u8], mut at: usize) -> usize {
    // Indentation, eight columns at once.
    while word(json, at) == Some(SPACES) {
        at += 8;
    }
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = json.get(at) {
        at += 1;
    }
    at
}

/// Skips the rest of a string whose opening quote ends at `at`.
#[inline(always)]
pub(super) fn string(json: &[u8], mut at: usize) -> Scanned {
    while let Some(word) = word(json, at) {
        let special = special(word);
        if special == 0 {
            at += 8;
            continue;
        }
        at += first_byte(special);
        match json.get(at) {
            Some(b'"') => return Ok(at + 1),
            Some(b'\\') => at = escape(json, at)?,
            _ => return Err(at),
        }
    }
    string_tail(json, at)
}

/// As [`string`], within eight bytes of the end.
#[inline(never)]
fn string_tail(json: &[u8], mut at: usize) -> Scanned {
    loop {
        match json.get(at) {
            Some(b'"') => return Ok(at + 1),
            Some(b'\\') => at = escape(json, at)?,
            Some(0..0x20) | None => return Err(at),
            Some(_) => at += 1,
        }
    }
}

#[inline]
fn escape(json: &[u8], at: usize) -> Scanned {
    match json.get(at + 1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
        Some(b'u') => match json.get(at + 2..at + 6) {
            Some(digits) if digits.iter().all(u8::is_ascii_hexdigit) => Ok(at + 6),
            _ => Err(at),
        },
        _ => Err(at),
    }
}

/// Skips a number, `true`, `false` or `null`.
#[inline(always)]
pub(super) fn scalar(json: &[u8], at: usize) -> Scanned {
    match json.get(at) {
        Some(b'-' | b'0'..=b'9') => number(json, at),
        Some(b't') => literal(json, at, b"true"),
        Some(b'f') => literal(json, at, b"false"),
        Some(b'n') => literal(json, at, b"null"),
        _ => Err(at),
    }
}

#[inline(always)]
fn literal(json: &[u8], at: usize, literal: &[u8]) -> Scanned {
    let end = at + literal.len();
    if json.get(at..end) == Some(literal) { Ok(end) } else { Err(at) }
}

#[inline(always)]
fn number(json: &[u8], mut at: usize) -> Scanned {
    if json.get(at) == Some(&b'-') {
        at += 1;
    }
    at = match json.get(at) {
        Some(b'0') => at + 1,
        Some(b'1'..=b'9') => digits(json, at + 1),
        _ => return Err(at),
    };
    match json.get(at) {
        Some(b'.' | b'e' | b'E') => fraction(json, at),
        _ => Ok(at),
    }
}

fn fraction(json: &[u8], mut at: usize) -> Scanned {
    if json.get(at) == Some(&b'.') {
        at = some_digits(json, at + 1)?;
    }
    if let Some(b'e' | b'E') = json.get(at) {
        at += 1;
        if let Some(b'+' | b'-') = json.get(at) {
            at += 1;
        }
        at = some_digits(json, at)?;
    }
    Ok(at)
}

fn some_digits(json: &[u8], at: usize) -> Scanned {
    let end = digits(json, at);
    if end == at { Err(at) } else { Ok(end) }
}

#[inline(always)]
fn digits(json: &[u8], mut at: usize) -> usize {
    while let Some(b'0'..=b'9') = json.get(at) {
        at += 1;
    }
    at
}

const ONES: u64 = u64::from_ne_bytes([1; 8]);
const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
const SPACES: u64 = u64::from_ne_bytes([b' '; 8]);

/// Eight bytes, the first the lowest.
#[inline(always)]
pub(super) fn word(json: &[u8], at: usize) -> Option<u64> {
    json.get(at..)?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
}

/// The high bit of each byte that ends a plain run of a string: `"`, `\` and control characters.
/// Bits above the first one may be wrong.
#[inline(always)]
pub(super) fn special(word: u64) -> u64 {
    let quote = word ^ (ONES * b'"' as u64);
    let backslash = word ^ (ONES * b'\\' as u64);
    let is_zero = |bytes: u64| bytes.wrapping_sub(ONES) & !bytes;
    let is_control = word.wrapping_sub(ONES * 0x20) & !word;
    (is_zero(quote) | is_zero(backslash) | is_control) & HIGH
}

/// The place of the first byte that [`special`] marks.
#[inline(always)]
pub(super) fn first_byte(special: u64) -> usize {
    special.trailing_zeros() as usize / 8
}

//! The text behind the escapes of a JSON string.
//!
//! `raw` is what stands between the quotes of a string that was already validated. Half a surrogate
//! pair is legal there, and no character: it is decoded into three bytes that are either no UTF-8
//! (and so equal to nothing that a rule can name) or U+FFFD.

use std::{borrow::Cow, cmp::Ordering};

use memchr::memchr;

/// What half a surrogate pair becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lone {
    /// Three bytes of generalised UTF-8 (WTF-8).
    Distinct,
    /// U+FFFD.
    Replaced,
}

/// Appends the decoded form of `raw`.
pub(super) fn decode_into(raw: &[u8], lone: Lone, out: &mut Vec<u8>) {
    let mut rest = raw;
    while let Some(plain) = memchr(b'\\', rest) {
        let (before, escaped) = rest.split_at(plain);
        out.extend_from_slice(before);
        let (length, code) = escape(escaped);
        push_code(code, lone, out);
        rest = escaped.get(length..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
}

/// The decoded form of `raw`, borrowed where nothing is escaped.
pub(super) fn decode(raw: &[u8], lone: Lone) -> Cow<'_, [u8]> {
    if memchr(b'\\', raw).is_none() {
        return Cow::Borrowed(raw);
    }
    let mut out = Vec::with_capacity(raw.len());
    decode_into(raw, lone, &mut out);
    Cow::Owned(out)
}

/// Compares two strings as texts, by Unicode scalar values (RFC 9535, section 2.3.5.2.2).
pub(super) fn compare(a: &[u8], b: &[u8]) -> Ordering {
    decode(a, Lone::Distinct).cmp(&decode(b, Lone::Distinct))
}

/// The first character that is not white space, if it is ASCII.
pub(super) fn first_visible(raw: &[u8]) -> Option<u8> {
    let mut at = 0;
    loop {
        let rest = raw.get(at..)?;
        let (length, c) = match rest {
            [b'\\', ..] => {
                let (length, code) = escape(rest);
                (length, char::from_u32(code)?)
            }
            [ascii @ 0..0x80, ..] => (1, char::from(*ascii)),
            _ => {
                let chunk = rest.get(..4).unwrap_or(rest);
                let c = chunk.utf8_chunks().next()?.valid().chars().next()?;
                (c.len_utf8(), c)
            }
        };
        if !is_blank(c) {
            return u8::try_from(c).ok().filter(u8::is_ascii);
        }
        at += length;
    }
}

/// White space of any kind, or a byte order mark.
pub(super) fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{feff}'
}

/// Finds the places in `raw` for places in its decoded form, in ascending order.
#[derive(Debug)]
pub(super) struct RawOffsets<'r> {
    raw: &'r [u8],
    raw_at: usize,
    decoded_at: usize,
}

impl<'r> RawOffsets<'r> {
    pub(super) fn new(raw: &'r [u8]) -> Self {
        Self { raw, raw_at: 0, decoded_at: 0 }
    }

    /// Where in `raw` the byte `decoded` of its decoded form begins.
    pub(super) fn of(&mut self, decoded: usize) -> usize {
        while self.decoded_at < decoded {
            let rest = self.raw.get(self.raw_at..).unwrap_or_default();
            let wanted = decoded - self.decoded_at;
            let (raw, decoded) = match memchr(b'\\', rest.get(..wanted).unwrap_or(rest)) {
                Some(0) => {
                    let (length, code) = escape(rest);
                    (length, encoded_length(code))
                }
                Some(plain) => (plain, plain),
                None if rest.is_empty() => break,
                None => (wanted, wanted),
            };
            self.raw_at += raw;
            self.decoded_at += decoded;
        }
        self.raw_at
    }
}

/// The length of the escape that `rest` begins with, and the code point it stands for.
fn escape(rest: &[u8]) -> (usize, u32) {
    let code = match rest.get(1) {
        Some(b'b') => 0x8,
        Some(b'f') => 0xC,
        Some(b'n') => 0xA,
        Some(b'r') => 0xD,
        Some(b't') => 0x9,
        Some(b'u') => return unicode_escape(rest),
        Some(&plain) => u32::from(plain),
        None => return (1, u32::from(b'\\')),
    };
    (2, code)
}

fn unicode_escape(rest: &[u8]) -> (usize, u32) {
    let Some(unit) = hex_unit(rest) else {
        return (2, u32::from(b'u'));
    };
    if (0xD800..0xDC00).contains(&unit)
        && let Some(low @ 0xDC00..0xE000) = rest.get(6..).and_then(hex_unit)
    {
        return (12, 0x1_0000 + ((unit - 0xD800) << 10) + (low - 0xDC00));
    }
    (6, unit)
}

/// The four digits of `\uXXXX`.
fn hex_unit(rest: &[u8]) -> Option<u32> {
    let digits = rest.strip_prefix(b"\\u")?.first_chunk::<4>()?;
    digits.iter().try_fold(0, |unit, &digit| Some(unit * 16 + char::from(digit).to_digit(16)?))
}

fn push_code(code: u32, lone: Lone, out: &mut Vec<u8>) {
    match char::from_u32(code) {
        Some(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        None if lone == Lone::Replaced => out.extend_from_slice("\u{fffd}".as_bytes()),
        None => {
            let [_, _, high, low] = code.to_be_bytes();
            out.extend([
                0xE0 | (high >> 4),
                0x80 | ((high & 0xF) << 2) | (low >> 6),
                0x80 | (low & 0x3F),
            ]);
        }
    }
}

fn encoded_length(code: u32) -> usize {
    char::from_u32(code).map_or(3, char::len_utf8)
}

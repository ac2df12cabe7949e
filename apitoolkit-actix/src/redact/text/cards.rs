//! Payment card numbers (ISO/IEC 7812).

use std::borrow::Cow;

use crate::redact::{marker::MARKER, splice::Splicer};

/// Replaces every card number in `text`: 13 to 19 digits, single spaces or hyphens between them,
/// with a sound check digit.
pub(crate) fn scrub_cards(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut splicer = Splicer::new(bytes);
    let mut at = 0;
    while let Some(offset) =
        bytes.get(at..).and_then(|rest| rest.iter().position(u8::is_ascii_digit))
    {
        let start = at + offset;
        let (end, digits) = digit_run(bytes, start);
        if is_card_number(&digits) {
            splicer.replace(start, end, MARKER);
        }
        at = end;
    }
    splicer.finish_str(text)
}

/// Whether these ASCII digits are a card number by length and check digit (Luhn).
pub(crate) fn is_card_number(digits: &[u8]) -> bool {
    if !(13..=19).contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit - b'0');
            match (place % 2, digit) {
                (0, digit) => digit,
                (_, digit @ 5..) => digit * 2 - 9,
                (_, digit) => digit * 2,
            }
        })
        .sum();
    sum.is_multiple_of(10) && digits.iter().any(|&digit| digit != b'0')
}

/// The run of digits and single separators that begins at `start`: its end and (up to 20 of) its
/// digits.
fn digit_run(bytes: &[u8], start: usize) -> (usize, Vec<u8>) {
    let mut digits = Vec::with_capacity(20);
    let mut end = start;
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        if byte.is_ascii_digit() {
            if digits.len() < 20 {
                digits.push(byte);
            }
            end = at + 1;
        } else if !matches!(byte, b' ' | b'-') || at != end {
            break;
        }
        at += 1;
    }
    (end, digits)
}

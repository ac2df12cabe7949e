//! Strings and numbers (RFC 9535, sections 2.3.1 and 2.3.5).

use super::{
    ast::{Literal, Number},
    cursor::{Cursor, Parsed, fail_at},
};

/// A literal of a filter, if one stands here.
pub(super) fn literal(cursor: &mut Cursor<'_>) -> Parsed<Option<Literal>> {
    match cursor.peek() {
        Some('\'' | '"') => string(cursor).map(|string| Some(Literal::String(string))),
        Some('-' | '0'..='9') => number(cursor).map(|number| Some(Literal::Number(number))),
        Some(c) if c.is_ascii_alphabetic() => Ok(word(cursor)),
        _ => Ok(None),
    }
}

/// `true`, `false` or `null`, unless it is but the beginning of another word.
fn word(cursor: &mut Cursor<'_>) -> Option<Literal> {
    let start = cursor.at();
    cursor.eat_while(|c| c.is_ascii_alphanumeric() || c == '_');
    let literal = match cursor.since(start) {
        "true" => Literal::Bool(true),
        "false" => Literal::Bool(false),
        "null" => Literal::Null,
        _ => {
            cursor.rewind(start);
            return None;
        }
    };
    if cursor.peek() == Some('(') {
        cursor.rewind(start);
        return None;
    }
    Some(literal)
}

/// Digits with an optional sign, no leading zeros.
pub(super) fn int_token(cursor: &mut Cursor<'_>) -> Parsed<()> {
    cursor.eat("-");
    let start = cursor.at();
    cursor.eat_while(|c| c.is_ascii_digit());
    match cursor.since(start) {
        "" => cursor.fail("expected a digit"),
        digits if digits.len() > 1 && digits.starts_with('0') => {
            fail_at(start, "a number has no leading zeros")
        }
        _ => Ok(()),
    }
}

fn number(cursor: &mut Cursor<'_>) -> Parsed<Number> {
    let start = cursor.at();
    int_token(cursor)?;
    if cursor.eat(".") {
        digits(cursor)?;
    }
    if cursor.eat("e") || cursor.eat("E") {
        if !cursor.eat("+") {
            cursor.eat("-");
        }
        digits(cursor)?;
    }
    Ok(Number::parse(cursor.since(start)))
}

fn digits(cursor: &mut Cursor<'_>) -> Parsed<()> {
    let start = cursor.at();
    cursor.eat_while(|c| c.is_ascii_digit());
    if cursor.since(start).is_empty() { cursor.fail("expected a digit") } else { Ok(()) }
}

/// A quoted string, unescaped.
pub(super) fn string(cursor: &mut Cursor<'_>) -> Parsed<String> {
    let opening = cursor.at();
    let Some(quote) = cursor.next() else {
        return cursor.fail("expected a string");
    };
    let mut text = String::new();
    loop {
        let at = cursor.at();
        match cursor.next() {
            Some(c) if c == quote => return Ok(text),
            Some('\\') => text.push(escape(cursor, quote, at)?),
            Some(c) if c < ' ' => {
                return fail_at(at, "a control character in a string must be escaped");
            }
            Some(c) => text.push(c),
            None => return fail_at(opening, "the string is not closed"),
        }
    }
}

/// What follows a backslash that stands at `at`.
fn escape(cursor: &mut Cursor<'_>, quote: char, at: usize) -> Parsed<char> {
    Ok(match cursor.next() {
        Some('b') => '\u{8}',
        Some('f') => '\u{c}',
        Some('n') => '\n',
        Some('r') => '\r',
        Some('t') => '\t',
        Some(c @ ('/' | '\\')) => c,
        Some(c) if c == quote => c,
        Some('u') => return unicode_escape(cursor, at),
        _ => return fail_at(at, "not an escape of JSONPath"),
    })
}

fn unicode_escape(cursor: &mut Cursor<'_>, at: usize) -> Parsed<char> {
    let mut unit = hex_unit(cursor, at)?;
    if (0xD800..0xDC00).contains(&unit) {
        if !cursor.eat("\\u") {
            return fail_at(at, "half of a surrogate pair");
        }
        let low = hex_unit(cursor, at)?;
        if !(0xDC00..0xE000).contains(&low) {
            return fail_at(at, "half of a surrogate pair");
        }
        unit = 0x1_0000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
    }
    match char::from_u32(unit) {
        Some(c) => Ok(c),
        None => fail_at(at, "half of a surrogate pair"),
    }
}

fn hex_unit(cursor: &mut Cursor<'_>, at: usize) -> Parsed<u32> {
    let mut unit = 0;
    for _ in 0..4 {
        match cursor.next().and_then(|c| c.to_digit(16)) {
            Some(digit) => unit = unit * 16 + digit,
            None => return fail_at(at, "`\\u` needs four hexadecimal digits"),
        }
    }
    Ok(unit)
}

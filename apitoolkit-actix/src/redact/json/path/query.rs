//! Queries, segments and selectors (RFC 9535, sections 2.1 to 2.5).

use super::{
    ast::{Path, Segment, Selector, Slice},
    cursor::{Cursor, Parsed, PathError, fail_at},
    filter, literal,
};

/// The largest magnitude of an index or a slice's part: 2^53 − 1 (section 2.1).
const MAX_INT: i64 = (1 << 53) - 1;

/// Parses a whole JSONPath.
///
/// # Errors
/// Whatever RFC 9535 calls not well-formed or not valid.
pub(crate) fn parse(text: &str) -> Result<Path, PathError> {
    let mut cursor = Cursor::new(text);
    cursor.expect("$", "a JSONPath begins with `$`")?;
    let segments = segments(&mut cursor)?;
    if cursor.rest().is_empty() {
        Ok(Path { segments, absolute_queries: cursor.absolute_queries })
    } else {
        cursor.fail("expected `.`, `..`, `[` or the end")
    }
}

/// As many segments as follow; white space is taken only in front of one.
pub(super) fn segments(cursor: &mut Cursor<'_>) -> Parsed<Vec<Segment>> {
    let mut segments = Vec::new();
    loop {
        let end = cursor.at();
        cursor.skip_blank();
        if cursor.eat("..") {
            let selectors = match cursor.peek() {
                Some('[') => bracketed(cursor)?,
                _ => vec![shorthand(cursor)?],
            };
            segments.push(Segment { descendant: true, selectors });
        } else if cursor.eat(".") {
            segments.push(Segment { descendant: false, selectors: vec![shorthand(cursor)?] });
        } else if cursor.peek() == Some('[') {
            segments.push(Segment { descendant: false, selectors: bracketed(cursor)? });
        } else {
            cursor.rewind(end);
            return Ok(segments);
        }
    }
}

/// `*` or a bare name.
fn shorthand(cursor: &mut Cursor<'_>) -> Parsed<Selector> {
    if cursor.eat("*") {
        return Ok(Selector::Wildcard);
    }
    let start = cursor.at();
    let is_first = |c: char| c.is_ascii_alphabetic() || c == '_' || !c.is_ascii();
    if !cursor.peek().is_some_and(is_first) {
        return cursor.fail("expected a name or `*`");
    }
    cursor.eat_while(|c| is_first(c) || c.is_ascii_digit());
    Ok(Selector::Name(cursor.since(start).to_owned()))
}

fn bracketed(cursor: &mut Cursor<'_>) -> Parsed<Vec<Selector>> {
    cursor.expect("[", "expected `[`")?;
    let mut selectors = Vec::new();
    loop {
        cursor.skip_blank();
        selectors.push(selector(cursor)?);
        cursor.skip_blank();
        if cursor.eat("]") {
            return Ok(selectors);
        }
        cursor.expect(",", "expected `,` or `]`")?;
    }
}

fn selector(cursor: &mut Cursor<'_>) -> Parsed<Selector> {
    match cursor.peek() {
        Some('\'' | '"') => literal::string(cursor).map(Selector::Name),
        Some('*') => {
            cursor.next();
            Ok(Selector::Wildcard)
        }
        Some('?') => {
            cursor.next();
            cursor.skip_blank();
            cursor.nested(filter::logical).map(Selector::Filter)
        }
        Some('-' | ':' | '0'..='9') => index_or_slice(cursor),
        _ => cursor.fail("expected a quoted name, an index, a slice, `*` or `?`"),
    }
}

fn index_or_slice(cursor: &mut Cursor<'_>) -> Parsed<Selector> {
    let start = optional_int(cursor)?;
    let end = cursor.at();
    cursor.skip_blank();
    if !cursor.eat(":") {
        cursor.rewind(end);
        return match start {
            Some(index) => Ok(Selector::Index(index)),
            None => cursor.fail("expected an index or a slice"),
        };
    }
    cursor.skip_blank();
    let end = optional_int(cursor)?;
    let mut step = None;
    let before = cursor.at();
    cursor.skip_blank();
    if cursor.eat(":") {
        let colon = cursor.at();
        cursor.skip_blank();
        step = optional_int(cursor)?;
        if step.is_none() {
            cursor.rewind(colon);
        }
    } else {
        cursor.rewind(before);
    }
    Ok(Selector::Slice(Slice { start, end, step: step.unwrap_or(1) }))
}

fn optional_int(cursor: &mut Cursor<'_>) -> Parsed<Option<i64>> {
    let start = cursor.at();
    if !matches!(cursor.peek(), Some('-' | '0'..='9')) {
        return Ok(None);
    }
    literal::int_token(cursor)?;
    match cursor.since(start) {
        "-0" => fail_at(start, "`-0` is not an integer"),
        digits => match digits.parse::<i64>() {
            Ok(int) if (-MAX_INT..=MAX_INT).contains(&int) => Ok(Some(int)),
            _ => fail_at(start, "an integer must be within ±(2^53 − 1)"),
        },
    }
}

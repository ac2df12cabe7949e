//! Values that follow a sensitive name without `:` or `=`.

use super::{named, value};
use crate::redact::lists::Lists;

/// `PASSWORD '…'`, `Token("…")`, `("token", "…")`, `<password>…</password>`: the value that the
/// quote, parenthesis, comma or bracket at `at` announces.
pub(super) fn value_at(lists: &Lists, bytes: &[u8], at: usize, byte: u8) -> Option<(usize, usize)> {
    let before = *bytes.get(at.checked_sub(1)?)?;
    let name = match byte {
        b'(' if matches!(bytes.get(at + 1), Some(b'"' | b'\'' | b'\\')) && before != b' ' => {
            named::name_before(bytes, at)?
        }
        b'"' | b'\'' if before == b' ' => named::name_before(bytes, at)?,
        b',' if matches!(before, b'"' | b'\'') => {
            let next = bytes.get(at + 1..)?.iter().find(|&&b| b != b' ' && b != b'\\');
            next.filter(|next| matches!(next, b'"' | b'\''))?;
            named::name_before(bytes, at)?
        }
        b'>' if before != b' ' => named::name_before(bytes, at)
            .filter(|name| matches!(bytes.get(name.start.wrapping_sub(1)), Some(b'<' | b':')))?,
        _ => return None,
    };
    // In `"a" "b"` nothing is named.
    let gap = bytes.get(name.end..at)?;
    let is_apart = gap.iter().any(|&b| if byte == b',' { b == b' ' } else { b != b' ' });
    if is_apart || !is_sensitive(lists, bytes, &name) {
        return None;
    }
    let (start, end) = if byte == b'>' {
        let rest = bytes.get(at + 1..)?;
        (at + 1, at + 1 + memchr::memchr(b'<', rest).unwrap_or(rest.len()))
    } else {
        value::range(bytes, if matches!(byte, b'(' | b',') { at + 1 } else { at }, false)?
    };
    named::is_left(bytes, start, end).then_some((start, end))
}

/// `--password …`, `-u user:…`: the value of the command-line argument that begins at `at`.
pub(super) fn argument(lists: &Lists, bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    /// The longest argument that is looked for.
    const MAX_NAME: usize = 64;
    let rest = bytes.get(at..)?;
    let name = rest
        .iter()
        .take(MAX_NAME)
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        .count();
    let argument = rest.get(..name)?;
    if rest.get(name) != Some(&b' ') || rest.get(name + 1).is_none_or(|&b| b == b'-' || b == b' ') {
        return None;
    }
    if matches!(argument, b"-u" | b"--user" | b"--proxy-user") {
        return credentials(bytes, at + name + 1);
    }
    let name_of = argument.strip_prefix(b"--")?;
    if !lists.is_in_text(name_of, false) {
        return None;
    }
    let (start, end) = value::range(bytes, at + name, false)?;
    named::is_left(bytes, start, end).then_some((start, end))
}

/// `user:password`, also in quotes.
fn credentials(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    /// No more than that is looked at for the colon.
    const MAX_USER: usize = 256;
    let quote = usize::from(matches!(bytes.get(at), Some(b'"' | b'\'')));
    let start = at + quote;
    let rest = bytes.get(start..)?;
    let ends = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'');
    let user = rest.iter().take(MAX_USER).position(|b| *b == b':' || ends(b))?;
    if rest.get(user) != Some(&b':') {
        return None;
    }
    let len = rest.iter().position(ends).unwrap_or(rest.len());
    Some((start, start + len))
}

fn is_sensitive(lists: &Lists, bytes: &[u8], name: &named::Name) -> bool {
    let Some(word) = bytes.get(name.start..name.end) else { return false };
    if word.eq_ignore_ascii_case(b"by") {
        let before = bytes.get(..name.start).unwrap_or_default().trim_ascii_end();
        let at = before.len().saturating_sub(b"identified".len());
        return before.get(at..).is_some_and(|word| word.eq_ignore_ascii_case(b"identified"));
    }
    lists.is_in_text(word, false)
}

//! Comments, and what might be one.
//!
//! Each function returns the comment's length, or `None` where nobody knows what it hides.

use memchr::{memchr, memmem};

use super::dialect::Dialect;

/// `-- …` for all, `--…` not for MySQL.
pub(super) fn dashes(rest: &[u8], dialect: Dialect) -> Option<usize> {
    let is_certain =
        dialect.has_tight_dashes() || rest.get(2).is_none_or(|byte| byte.is_ascii_whitespace());
    if is_certain { certain(rest) } else { possible(rest, 2) }
}

/// A comment to the end of the line. A lone carriage return ends the line for some.
pub(super) fn certain(rest: &[u8]) -> Option<usize> {
    let len = memchr(b'\n', rest).unwrap_or(rest.len());
    let line = rest.get(..len)?;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    memchr(b'\r', line).is_none().then_some(len)
}

/// What is a comment to the end of the line for some, and something else for others: a comment if
/// what follows the line is the same for both. `mark` is the length of what opens it.
pub(super) fn possible(rest: &[u8], mark: usize) -> Option<usize> {
    let len = certain(rest)?;
    let inside = rest.get(mark..len)?;
    is_harmless(inside).then_some(len)
}

/// `/* … */`: they nest in PostgreSQL and not in MySQL, and MySQL and its kin run what is in
/// `/*! … */`, `/*M! … */` and `/*T! … */`.
pub(super) fn block(rest: &[u8]) -> Option<usize> {
    let end = memmem::find(rest.get(2..)?, b"*/")? + 4;
    let inside = rest.get(2..end - 2)?;
    let is_nested = memmem::find(inside, b"/*").is_some();
    let is_run = inside.iter().take(3).any(|&byte| byte == b'!');
    (!is_nested && (!is_run || is_harmless(inside))).then_some(end)
}

/// Whether code and comment are the same here: nothing opens a string, a name or a comment that
/// could go on behind it.
pub(super) fn is_harmless(text: &[u8]) -> bool {
    !text.iter().any(|byte| b"'\"`$[]#\\".contains(byte))
        && ["--", "/*", "*/", "//"].iter().all(|mark| memmem::find(text, mark.as_bytes()).is_none())
}

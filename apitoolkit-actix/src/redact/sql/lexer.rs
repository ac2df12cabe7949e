//! Cutting a statement into tokens, for any dialect at once.
//!
//! Dialects disagree on what ends a literal. Where two readings differ the lexer gives up: the
//! last token is [`Kind::Doubtful`] and covers everything to the end.

use memchr::{memchr, memmem};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Space,
    Comment,
    /// A string, number or other value.
    Literal,
    /// A keyword or a name without quotes.
    Word,
    /// `"…"`: a name to the standard, a string to MySQL.
    DoubleQuoted,
    /// `` `…` ``: a name.
    Backticked,
    /// `$1`, `:name`, `@name`.
    Parameter,
    /// One other character.
    Punct(u8),
    /// Everything from here on: nobody knows where the literal ends.
    Doubtful,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The tokens of a statement, without gaps.
#[derive(Clone, Debug)]
pub(super) struct Lexer<'s> {
    sql: &'s [u8],
    at: usize,
}

impl<'s> Lexer<'s> {
    pub(super) fn new(sql: &'s str) -> Self {
        Self { sql: sql.as_bytes(), at: 0 }
    }
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let start = self.at;
        let rest = self.sql.get(start..)?;
        let &first = rest.first()?;
        let (kind, len) = next_token(rest, first).unwrap_or((Kind::Doubtful, rest.len()));
        self.at = start + len.max(1);
        // What follows a string directly is a part of it to some dialect.
        let is_string = matches!(kind, Kind::Literal | Kind::DoubleQuoted)
            && len
                .checked_sub(1)
                .and_then(|last| rest.get(last))
                .is_some_and(|b| b"'\"".contains(b));
        if is_string && self.sql.get(self.at).is_some_and(|&b| is_word_byte(b)) {
            self.at = self.sql.len();
            return Some(Token { kind: Kind::Doubtful, start, end: self.at });
        }
        if kind == Kind::Doubtful {
            self.at = self.sql.len();
        }
        Some(Token { kind, start, end: self.at })
    }
}

/// The kind and length of the token at the beginning of `rest`; `None` if in doubt.
fn next_token(rest: &[u8], first: u8) -> Option<(Kind, usize)> {
    let run = |is: fn(u8) -> bool| rest.iter().take_while(|&&b| is(b)).count();
    Some(match (first, rest.get(1).copied()) {
        (b, _) if b.is_ascii_whitespace() || b == 0x0B => {
            (Kind::Space, run(|b| b.is_ascii_whitespace() || b == 0x0B))
        }
        (b'-', Some(b'-')) | (b'#', _) => (Kind::Comment, line_comment(rest)?),
        (b'/', Some(b'*')) => (Kind::Comment, block_comment(rest)?),
        (b'\'', _) => (Kind::Literal, string(rest, b'\'', false)?),
        (b'"', _) => (Kind::DoubleQuoted, string(rest, b'"', false)?),
        (b'`', _) => (Kind::Backticked, string(rest, b'`', false)?),
        (b'$', Some(b'0'..=b'9')) => (Kind::Parameter, 1 + digits(rest.get(1..)?)),
        (b'$', _) => dollar(rest)?,
        (b'0'..=b'9', _) | (b'.', Some(b'0'..=b'9')) => (Kind::Literal, number(rest)),
        (b':' | b'@', Some(b)) if is_word_start(b) => {
            (Kind::Parameter, 1 + rest.get(1..)?.iter().take_while(|&&b| is_word_byte(b)).count())
        }
        (b, _) if is_word_start(b) => word(rest, run(is_word_byte))?,
        (b, _) => (Kind::Punct(b), 1),
    })
}

fn is_word_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

fn is_word_byte(byte: u8) -> bool {
    is_word_start(byte) || byte.is_ascii_digit() || byte == b'$'
}

/// A word, or the prefix of a string and the string: `E'…'`, `X'…'`, `N'…'`, `U&'…'`, `q'[…]'`.
fn word(rest: &[u8], len: usize) -> Option<(Kind, usize)> {
    let prefix = rest.get(..len)?;
    let is = |word: &[u8]| prefix.eq_ignore_ascii_case(word);
    match rest.get(len..)? {
        [b'\'', ..] if is(b"q") || is(b"nq") => {
            Some((Kind::Literal, len + alternative_quotes(rest.get(len..)?)?))
        }
        tail @ [b'\'', ..] if is(b"e") => Some((Kind::Literal, len + string(tail, b'\'', true)?)),
        tail @ [b'\'', ..] if is(b"x") || is(b"b") || is(b"n") => {
            Some((Kind::Literal, len + string(tail, b'\'', false)?))
        }
        [b'&', tail @ ..] if is(b"u") && tail.starts_with(b"'") => {
            Some((Kind::Literal, len + 1 + string(tail, b'\'', false)?))
        }
        // BigQuery's raw and byte strings, with either quote.
        [b'"', ..] if is(b"r") || is(b"b") || is(b"rb") || is(b"br") => None,
        [b'\'', ..] if is(b"r") || is(b"rb") || is(b"br") => None,
        _ => Some((Kind::Word, len)),
    }
}

/// The length of a quoted text. Doubled quotes stand for one. A backslash before a quote escapes it
/// where `has_escapes`; elsewhere that depends on the server: `None`.
fn string(rest: &[u8], quote: u8, has_escapes: bool) -> Option<usize> {
    let mut at = 1;
    loop {
        let found = at + memchr(quote, rest.get(at..)?)?;
        let backslashes = rest.get(1..found)?.iter().rev().take_while(|&&b| b == b'\\').count();
        if backslashes % 2 == 1 && quote != b'`' {
            if !has_escapes {
                return None;
            }
            at = found + 1;
        } else if rest.get(found + 1) == Some(&quote) {
            at = found + 2;
        } else {
            return Some(found + 1);
        }
    }
}

/// Oracle's `q'[…]'`, from the quote on.
fn alternative_quotes(rest: &[u8]) -> Option<usize> {
    let close = match rest.get(1)? {
        b'[' => b']',
        b'{' => b'}',
        b'(' => b')',
        b'<' => b'>',
        other => *other,
    };
    let end = memmem::find(rest.get(2..)?, &[close, b'\''])?;
    Some(2 + end + 2)
}

/// PostgreSQL's `$$…$$` and `$tag$…$tag$`; a `$` that opens neither is no value.
fn dollar(rest: &[u8]) -> Option<(Kind, usize)> {
    let tag = rest.get(1..)?.iter().take_while(|&&b| is_word_byte(b) && b != b'$').count();
    if rest.get(1 + tag) != Some(&b'$') {
        return Some((Kind::Punct(b'$'), 1));
    }
    let delimiter = rest.get(..tag + 2)?;
    let end = memmem::find(rest.get(tag + 2..)?, delimiter)?;
    Some((Kind::Literal, 2 * (tag + 2) + end))
}

fn digits(rest: &[u8]) -> usize {
    rest.iter().take_while(|b| b.is_ascii_digit()).count()
}

/// Decimal, hexadecimal and the like; a sign within only after an exponent.
fn number(rest: &[u8]) -> usize {
    let mut len = 0;
    let is_hex = matches!(rest, [b'0', b'x' | b'X', ..]);
    while let Some(&byte) = rest.get(len) {
        let is_exponent = !is_hex && len > 0 && matches!(rest.get(len - 1), Some(b'e' | b'E'));
        if !(byte.is_ascii_alphanumeric()
            || matches!(byte, b'.' | b'_')
            || (is_exponent && matches!(byte, b'+' | b'-')))
        {
            break;
        }
        len += 1;
    }
    len
}

/// `-- …` for all, `--…` not for MySQL, `# …` only for MySQL: the latter two hold no quotes, or
/// nobody knows what they hide.
fn line_comment(rest: &[u8]) -> Option<usize> {
    let len = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
    let is_certain = rest.starts_with(b"--") && rest.get(2).is_none_or(|b| b.is_ascii_whitespace());
    let comment = rest.get(..len)?;
    let may_hide = comment.iter().any(|b| b"'\"`$".contains(b))
        || memmem::find(comment, b"/*").is_some()
        || memmem::find(comment, b"*/").is_some();
    (is_certain || !may_hide).then_some(len)
}

/// `/* … */`: they nest in PostgreSQL and not in MySQL, and MySQL runs what is in `/*! … */`.
fn block_comment(rest: &[u8]) -> Option<usize> {
    let end = memmem::find(rest.get(2..)?, b"*/")? + 4;
    let inside = rest.get(2..end - 2)?;
    let is_nested = memmem::find(inside, b"/*").is_some();
    let is_run = inside.starts_with(b"!") && inside.iter().any(|b| b"'\"".contains(b));
    (!is_nested && !is_run).then_some(end)
}

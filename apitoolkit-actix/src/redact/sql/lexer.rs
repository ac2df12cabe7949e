//! Cutting a statement into tokens, for any dialect at once.
//!
//! Dialects disagree on what ends a literal. Where two readings differ the lexer gives up: the
//! last token is [`Kind::Doubtful`] and covers everything to the end.

use super::{
    comments,
    dialect::{Dialect, Hash, Known},
    inline::Inline,
    quotes::{self, Brackets, Quotes},
};

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
    /// `$1`, `?1`, `:name`, `@name`.
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
    dialect: Dialect,
    quotes: Quotes,
    brackets: Brackets,
    inline: Inline,
}

impl<'s> Lexer<'s> {
    /// `is_cut`: there was more of the statement.
    pub(super) fn new(sql: &'s str, dialect: Dialect, is_cut: bool) -> Self {
        Self {
            sql: sql.as_bytes(),
            at: 0,
            dialect,
            quotes: Quotes::new(is_cut),
            brackets: Brackets::default(),
            inline: Inline::default(),
        }
    }
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let start = self.at;
        let rest = self.sql.get(start..)?;
        let &first = rest.first()?;
        let found = self.token(rest, first).filter(|&(kind, len)| self.is_certain(kind, len));
        let (kind, len) = found.unwrap_or((Kind::Doubtful, rest.len()));
        self.at = start + len.max(1);
        self.inline = self.inline.after(kind, rest.get(..len)?);
        Some(Token { kind, start, end: self.at })
    }
}

impl Lexer<'_> {
    /// The kind and length of the token at the beginning of `rest`; `None` if in doubt.
    fn token(&mut self, rest: &[u8], first: u8) -> Option<(Kind, usize)> {
        let run = |is: fn(u8) -> bool| rest.iter().take_while(|&&b| is(b)).count();
        let dialect = self.dialect;
        Some(match (first, rest.get(1).copied()) {
            (b, _) if is_space(b) => (Kind::Space, run(is_space)),
            // To some the statement ends there; to most these have no meaning.
            (0 | b'\\', _) => return None,
            (b'-', Some(b'-')) => (Kind::Comment, comments::dashes(rest, dialect)?),
            (b'#', next) => match dialect.hash() {
                Hash::Operator => (Kind::Punct(b'#'), 1),
                Hash::Name if next.is_some_and(|b| b == b'#' || is_word_start(b)) => {
                    (Kind::Punct(b'#'), 1)
                }
                Hash::Comment => (Kind::Comment, comments::certain(rest)?),
                Hash::Name | Hash::Unknown => (Kind::Comment, comments::possible(rest, 1)?),
            },
            (b'/', Some(b'/')) if dialect.has_slash_comments() => {
                (Kind::Comment, comments::possible(rest, 2)?)
            }
            (b'/', Some(b'*')) => (Kind::Comment, comments::block(rest)?),
            (b'\'', _) => (Kind::Literal, self.quotes.text(rest, b'\'')?),
            (b'"', _) => (Kind::DoubleQuoted, self.quotes.text(rest, b'"')?),
            (b'`', _) => (Kind::Backticked, self.quotes.text(rest, b'`')?),
            (b'$' | b'?', Some(b'0'..=b'9')) => numbered(rest),
            // A variable's name for MySQL, an operator and a string for PostgreSQL.
            (b'@', Some(b'$')) if dialect.dollar_quotes() != Known::Yes => return None,
            (b'$', _) => match quotes::dollar(rest, dialect)? {
                0 => (Kind::Punct(b'$'), 1),
                len => (Kind::Literal, len),
            },
            (b, _) if b.is_ascii_hexdigit() && is_uuid(rest) => (Kind::Literal, UUID),
            (b'0'..=b'9', _) | (b'.', Some(b'0'..=b'9')) => (Kind::Literal, number(rest)),
            (b':' | b'@', Some(b)) if is_word_start(b) => {
                let word = rest.get(1..)?.iter().take_while(|&&b| is_word_byte(b)).count();
                (Kind::Parameter, 1 + word)
            }
            (b'[', _) if dialect.has_brackets() => {
                self.brackets.open(self.sql, self.at);
                (Kind::Punct(b'['), 1)
            }
            (b, _) if is_word_start(b) => self.word(rest, run(is_word_byte))?,
            (b, _) => (Kind::Punct(b), 1),
        })
    }

    /// A word, or the prefix of a string and the string: `E'…'`, `X'…'`, `N'…'`, `U&'…'`, `q'[…]'`.
    fn word(&mut self, rest: &[u8], len: usize) -> Option<(Kind, usize)> {
        let (prefix, tail) = rest.split_at_checked(len)?;
        let is = |words: &[&str]| words.iter().any(|w| prefix.eq_ignore_ascii_case(w.as_bytes()));
        let text = match tail {
            [b'\'', ..] if is(&["q", "nq"]) => {
                self.special(tail, self.dialect.chosen_quotes(), quotes::chosen)?
            }
            [b'\'', ..] if is(&["e"]) => {
                self.special(tail, self.dialect.escape_strings(), quotes::escaped)?
            }
            [b'\'', ..] if is(&["x", "b", "n"]) => self.quotes.text(tail, b'\'')?,
            [b'&', b'\'', ..] if is(&["u"]) => 1 + self.quotes.text(tail.get(1..)?, b'\'')?,
            // Raw strings and strings of bytes, with either quote.
            [b'"', ..] if is(&["r", "b", "rb", "br"]) => return None,
            [b'\'', ..] if is(&["r", "rb", "br"]) => return None,
            _ => return Some((Kind::Word, len)),
        };
        Some((Kind::Literal, len + text))
    }

    /// A string that `is` a special one, or a plain one behind a name of one letter.
    fn special(
        &mut self,
        tail: &[u8],
        is: Known,
        special: fn(&[u8]) -> Option<usize>,
    ) -> Option<usize> {
        match is {
            Known::Yes => special(tail),
            Known::No => self.quotes.text(tail, b'\''),
            Known::Maybe => special(tail).filter(|&len| self.quotes.text(tail, b'\'') == Some(len)),
        }
    }

    /// Whether every dialect sees this token where it was found, and nothing more of it.
    fn is_certain(&self, kind: Kind, len: usize) -> bool {
        let end = self.at + len;
        let is_data = self.inline == Inline::Data && kind != Kind::Space;
        // What follows a string directly is a part of it to some.
        let is_quoted = matches!(kind, Kind::Literal | Kind::DoubleQuoted)
            && self.sql.get(end - 1).is_some_and(|byte| b"'\"".contains(byte));
        let is_continued = is_quoted && self.sql.get(end).is_some_and(|&byte| is_word_byte(byte));
        !is_data && !is_continued && !self.brackets.are_crossed(self.at, end)
    }
}

fn is_space(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0x0B
}

fn is_word_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

fn is_word_byte(byte: u8) -> bool {
    is_word_start(byte) || byte.is_ascii_digit() || byte == b'$'
}

/// The length of a UUID.
const UUID: usize = 36;

/// Cassandra writes UUIDs without quotes.
fn is_uuid(rest: &[u8]) -> bool {
    let is_dash = |at: usize| matches!(at, 8 | 13 | 18 | 23);
    rest.get(8) == Some(&b'-')
        && rest.get(..UUID).is_some_and(|id| {
            id.iter().enumerate().all(|(at, byte)| match is_dash(at) {
                true => *byte == b'-',
                false => byte.is_ascii_hexdigit(),
            })
        })
        && !rest.get(UUID).is_some_and(|&byte| is_word_byte(byte))
}

/// `$1` and `?1`; with many digits or a fraction, `$…` is an amount of money.
fn numbered(rest: &[u8]) -> (Kind, usize) {
    const MAX_DIGITS: usize = 5;
    let digits = rest.iter().skip(1).take_while(|byte| byte.is_ascii_digit()).count();
    if digits <= MAX_DIGITS && rest.get(1 + digits) != Some(&b'.') {
        return (Kind::Parameter, 1 + digits);
    }
    let number = rest.get(1..).map_or(0, number);
    (Kind::Literal, 1 + number)
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

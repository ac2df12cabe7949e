//! Statements without values.

use std::borrow::Cow;

use super::lexer::{Kind, Lexer, Token};
use crate::redact::{shorten, splice::Splicer};

/// The longest statement that is exported, in bytes.
const MAX_SQL: usize = 32 * 1024;
/// Room for saying that it was cut.
const CUT_NOTE: usize = 40;
/// Parentheses deeper than this hold no names in quotes.
const MAX_DEPTH: usize = 64;

/// Replaces literals with `?` and drops comments. Where literals cannot be told for certain, all
/// the rest is dropped. Placeholders (`?`, `$1`, `:name`) and everything else stay.
pub(crate) fn sanitize(sql: &str) -> Cow<'_, str> {
    let mut splicer = Splicer::new(sql.as_bytes());
    let mut context = Context::default();
    let mut lexer = Lexer::new(sql).peekable();
    while let Some(token) = lexer.next() {
        let next = lexer.peek().copied();
        match token.kind {
            Kind::Comment => splicer.replace(token.start, token.end, ""),
            Kind::Literal => splicer.replace(token.start, token.end, "?"),
            Kind::Doubtful => splicer.replace(token.start, token.end, "?…"),
            Kind::DoubleQuoted if !context.is_name(sql, token, next) => {
                splicer.replace(token.start, token.end, "?");
            }
            Kind::Word
            | Kind::DoubleQuoted
            | Kind::Backticked
            | Kind::Punct(_)
            | Kind::Parameter
                if context.is_password(sql, token) =>
            {
                // A password without quotes may consist of several tokens.
                let mut end = token.end;
                while let Some(more) = lexer
                    .next_if(|t| !matches!(t.kind, Kind::Space | Kind::Punct(b';' | b',' | b')')))
                {
                    end = more.end;
                }
                splicer.replace(token.start, end, "?");
            }
            _ => {}
        }
        context.advance(sql, token);
    }
    let redacted = splicer.finish_str(sql);
    if redacted.len() <= MAX_SQL {
        redacted
    } else {
        shorten::shorten(redacted, MAX_SQL - CUT_NOTE)
    }
}

/// What may stand between `PASSWORD` and its value.
const FILLERS: &[&str] = &["BY", "AS", "TO", "FOR", "IS", "VALUES", "HASHED", "PASSWORD"];

/// Words after which parentheses hold no columns of an `INSERT INTO`.
const NO_COLUMNS: &[&str] = &[
    "VALUES",
    "VALUE",
    "SELECT",
    "SET",
    "FROM",
    "WHERE",
    "ON",
    "USING",
    "IN",
    "FUNCTION",
    "PARTITION",
    "WITH",
    "OUTPUT",
    "OVERRIDING",
    "DEFAULT",
    "TABLE",
];

/// What came before, as far as it matters.
#[derive(Default)]
struct Context {
    /// Whether this statement administers something: then `PASSWORD x` is no column.
    is_admin: Option<bool>,
    /// The last two words.
    words: [Word; 2],
    /// The kind of the last token that is no space or comment.
    last: Option<Kind>,
    /// Whether a password is what comes next.
    expects_password: bool,
    is_identified: bool,
    /// For each open parenthesis: whether names in quotes are expected in it.
    depth: Vec<Level>,
    base: Level,
    is_too_deep: usize,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Level {
    /// There was a `SELECT` or `DELETE`: its `FROM` is followed by tables, not by values.
    has_query: bool,
    /// The columns of an `INSERT INTO table (…)`.
    is_columns: bool,
    /// After `INTO`: how many words of `schema.table AS alias` may still come before the columns.
    before_columns: u8,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Word {
    #[default]
    Other,
    By,
    Distinct,
    From,
    Into,
    Order,
    Pragma,
    Table,
}

impl Context {
    fn level(&mut self) -> &mut Level {
        self.depth.last_mut().unwrap_or(&mut self.base)
    }

    /// Whether a text in double quotes is a name for certain.
    fn is_name(&mut self, sql: &str, token: Token, next: Option<Token>) -> bool {
        let text = sql.get(token.start + 1..token.end - 1).unwrap_or_default();
        let is_plain = !text.is_empty()
            && text.len() <= 64
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_$".contains(&b));
        if !is_plain || self.expects_password || self.is_too_deep > 0 {
            return false;
        }
        let is_dotted = self.last == Some(Kind::Punct(b'.'))
            || next.is_some_and(|next| next.kind == Kind::Punct(b'.'));
        let [last, before] = self.words;
        let follows_word = self.last == Some(Kind::Word);
        let level = *self.level();
        is_dotted
            || level.is_columns
            || (follows_word
                && match last {
                    Word::From => level.has_query,
                    Word::Into | Word::Table => true,
                    Word::By => before == Word::Order,
                    Word::Distinct | Word::Order | Word::Pragma | Word::Other => false,
                })
    }

    /// Whether this token is (or begins) a password without quotes.
    fn is_password(&self, sql: &str, token: Token) -> bool {
        let text = sql.get(token.start..token.end).unwrap_or_default();
        self.expects_password
            && !matches!(token.kind, Kind::Punct(b'=' | b':' | b'(' | b')' | b';' | b','))
            && !FILLERS.iter().any(|filler| text.eq_ignore_ascii_case(filler))
    }

    fn advance(&mut self, sql: &str, token: Token) {
        match token.kind {
            Kind::Space | Kind::Comment => return,
            Kind::Word => self.word(sql.get(token.start..token.end).unwrap_or_default()),
            Kind::Punct(punct) => self.punct(punct),
            _ => self.expects_password = false,
        }
        self.last = Some(token.kind);
    }

    fn punct(&mut self, punct: u8) {
        match punct {
            b'(' if self.depth.len() >= MAX_DEPTH => self.is_too_deep += 1,
            b'(' => {
                let level = self.level();
                let is_columns = level.before_columns > 0;
                level.before_columns = 0;
                self.depth.push(Level { is_columns, ..Level::default() });
            }
            b')' if self.is_too_deep > 0 => self.is_too_deep -= 1,
            b')' => {
                self.depth.pop();
            }
            b';' => *self = Self::default(),
            b'.' => {}
            b'=' | b':' => self.level().before_columns = 0,
            _ => {
                self.level().before_columns = 0;
                self.expects_password = false;
            }
        }
    }

    fn word(&mut self, text: &str) {
        /// Statements in which `PASSWORD x` sets a password.
        const ADMIN: &[&str] =
            &["CREATE", "ALTER", "SET", "GRANT", "PRAGMA", "ATTACH", "CONNECT", "CHANGE"];
        let is = |word: &str| text.eq_ignore_ascii_case(word);
        let is_any = |words: &[&str]| words.iter().any(|word| is(word));
        let is_admin = *self.is_admin.get_or_insert_with(|| is_any(ADMIN));
        let is_key = is_any(&["PASSWORD", "PASSWD", "PWD", "SECRET"])
            || (self.words[0] == Word::Pragma && is_any(&["KEY", "REKEY", "HEXKEY", "TEXTKEY"]));
        self.expects_password = (is_admin && is_key)
            || (self.expects_password && is_any(FILLERS))
            || (self.is_identified && is("BY"));
        self.is_identified |= is("IDENTIFIED");

        let level = self.level();
        level.has_query |= is("SELECT") || is("DELETE");
        level.before_columns = if is("INTO") {
            5
        } else if is_any(NO_COLUMNS) {
            0
        } else {
            level.before_columns.saturating_sub(1)
        };
        let word = if is("BY") {
            Word::By
        } else if is("FROM") && self.words[0] != Word::Distinct {
            Word::From
        } else if is("DISTINCT") {
            Word::Distinct
        } else if is_any(&["ORDER", "GROUP", "PARTITION"]) {
            Word::Order
        } else if is("PRAGMA") {
            Word::Pragma
        } else if is("INTO") {
            Word::Into
        } else if is_any(&["JOIN", "UPDATE", "TABLE"]) {
            Word::Table
        } else {
            Word::Other
        };
        let [last, _] = self.words;
        self.words = [word, last];
    }
}

//! What a statement said so far, as far as it tells names, passwords and values apart.

use super::{dialect::Dialect, lexer::Kind};

/// Parentheses deeper than this hold no names in quotes.
const MAX_DEPTH: usize = 64;

/// What may stand between `PASSWORD` and its value.
const FILLERS: &[&str] = &["BY", "AS", "TO", "FOR", "IS", "VALUES", "HASHED", "PASSWORD"];

/// What came before, as far as it matters.
#[derive(Default)]
pub(super) struct Context {
    /// Whether this statement administers something: then `PASSWORD x` is no column.
    kind: Option<Statement>,
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

#[derive(Clone, Copy, PartialEq, Eq)]
enum Statement {
    /// `SET name = value`.
    Set,
    Admin,
    Other,
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
    Is,
    Order,
    Pragma,
    Table,
}

impl Context {
    /// Whether a text in double quotes is a name for certain.
    pub(super) fn is_name(&mut self, text: &str, next: Option<Kind>, dialect: Dialect) -> bool {
        let inside = text.get(1..text.len() - 1).unwrap_or_default();
        let is_plain = !inside.is_empty()
            && inside.len() <= 64
            && inside.bytes().all(|b| b.is_ascii_alphanumeric() || b"_$".contains(&b));
        if !is_plain {
            return false;
        }
        if dialect.has_quoted_names() {
            return true;
        }
        if self.is_too_deep > 0 {
            return false;
        }
        let is_dotted = self.last == Some(Kind::Punct(b'.')) || next == Some(Kind::Punct(b'.'));
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
                    Word::Distinct | Word::Is | Word::Order | Word::Pragma | Word::Other => false,
                })
    }

    /// Whether this token is (or begins) a password without quotes.
    pub(super) fn is_password(&self, kind: Kind, text: &str) -> bool {
        self.expects_password
            && !matches!(kind, Kind::Punct(b'=' | b':' | b'(' | b')' | b';' | b','))
            && !FILLERS.iter().any(|filler| text.eq_ignore_ascii_case(filler))
    }

    /// Whether this word is the value `TRUE` or `FALSE`, and not the test `IS TRUE`.
    pub(super) fn is_truth(&self, text: &str) -> bool {
        let is_test = self.last == Some(Kind::Word) && self.words[0] == Word::Is;
        !is_test && ["TRUE", "FALSE"].iter().any(|word| text.eq_ignore_ascii_case(word))
    }

    pub(super) fn advance(&mut self, kind: Kind, text: &str) {
        match kind {
            Kind::Space | Kind::Comment => return,
            Kind::Word => self.word(text),
            Kind::Punct(punct) => self.punct(punct),
            _ => self.expects_password = false,
        }
        self.last = Some(kind);
    }

    fn level(&mut self) -> &mut Level {
        self.depth.last_mut().unwrap_or(&mut self.base)
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
        let is = |word: &str| text.eq_ignore_ascii_case(word);
        let kind = *self.kind.get_or_insert_with(|| Statement::beginning_with(text));
        let is_key = match kind {
            Statement::Set => holds_key(text),
            Statement::Admin => {
                is_any(text, &["PASSWORD", "PASSWD", "PWD", "SECRET"])
                    || (self.words[0] == Word::Pragma
                        && is_any(text, &["KEY", "REKEY", "HEXKEY", "TEXTKEY"]))
            }
            Statement::Other => false,
        };
        self.expects_password = is_key
            || (self.expects_password && is_any(text, FILLERS))
            // `IDENTIFIED BY new REPLACE old`.
            || (self.is_identified && (is("BY") || is("REPLACE")));
        self.is_identified |= is("IDENTIFIED");

        let level = self.level();
        level.has_query |= is("SELECT") || is("DELETE");
        level.before_columns = if is("INTO") {
            5
        } else if is_any(text, NO_COLUMNS) {
            0
        } else {
            level.before_columns.saturating_sub(1)
        };
        let [last, _] = self.words;
        self.words = [Word::of(text, last), last];
    }
}

impl Statement {
    fn beginning_with(word: &str) -> Self {
        /// Statements in which `PASSWORD x` sets a password.
        const ADMIN: &[&str] = &["CREATE", "ALTER", "GRANT", "PRAGMA", "ATTACH", "CHANGE"];
        if word.eq_ignore_ascii_case("SET") {
            Self::Set
        } else if is_any(word, ADMIN) {
            Self::Admin
        } else {
            Self::Other
        }
    }
}

impl Word {
    fn of(text: &str, last: Self) -> Self {
        let is = |word: &str| text.eq_ignore_ascii_case(word);
        if is("BY") {
            Self::By
        } else if is("FROM") && last != Self::Distinct {
            Self::From
        } else if is("DISTINCT") {
            Self::Distinct
        } else if is_any(text, &["ORDER", "GROUP", "PARTITION"]) {
            Self::Order
        } else if is("PRAGMA") {
            Self::Pragma
        } else if is("INTO") {
            Self::Into
        } else if is("IS") || (is("NOT") && last == Self::Is) {
            Self::Is
        } else if is_any(text, &["JOIN", "UPDATE", "TABLE"]) {
            Self::Table
        } else {
            Self::Other
        }
    }
}

fn is_any(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether a setting's name is one of a secret: `app.jwt_secret`.
fn holds_key(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["password", "passwd", "pwd", "secret", "token", "credential", "key", "jwt"]
        .iter()
        .any(|part| name.contains(part))
}

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

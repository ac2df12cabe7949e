//! What a statement does, to which tables: few words, few different ones.

use super::lexer::{Kind, Lexer};

/// The longest summary, in bytes (OpenTelemetry's `db.query.summary`).
const MAX_SUMMARY: usize = 255;

/// Summarises a SQL statement: its operations and the tables they touch, in order.
///
/// Follows OpenTelemetry's rules for `db.query.summary`: `SELECT users`, `INSERT orders SELECT
/// carts`, `SELECT songs artists`; at most 255 bytes, cut between words. Values never take part.
/// Empty if the text is no statement.
///
/// ```
/// use apitoolkit_actix::sql_summary;
///
/// assert_eq!(sql_summary("INSERT INTO posts (title) VALUES ('Hello')"), "INSERT posts");
/// ```
#[must_use]
pub fn sql_summary(sql: &str) -> String {
    let mut summary = Summary::default();
    for token in Lexer::new(sql) {
        let text = sql.get(token.start..token.end).unwrap_or_default();
        match token.kind {
            Kind::Space | Kind::Comment => continue,
            Kind::Doubtful => break,
            Kind::Word => summary.word(text),
            Kind::DoubleQuoted | Kind::Backticked => {
                summary.name(text.get(1..text.len() - 1).unwrap_or_default());
            }
            Kind::Punct(b'.') => summary.is_dotted = summary.after_target,
            Kind::Punct(punct) => summary.punct(punct),
            Kind::Literal | Kind::Parameter => summary.expects_target = false,
        }
        if summary.is_full {
            break;
        }
    }
    summary.text
}

#[derive(Default)]
struct Summary {
    text: String,
    is_full: bool,
    /// A table comes next.
    expects_target: bool,
    /// The last token was a table's name, or a part of it.
    after_target: bool,
    /// The next name belongs to the last one.
    is_dotted: bool,
    /// In a list of tables: a comma is followed by another.
    in_list: bool,
    /// An operation like `CREATE` waits for its object, `TABLE`.
    expects_object: bool,
}

impl Summary {
    fn word(&mut self, text: &str) {
        let is_any = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
        if self.is_dotted {
            return self.name(text);
        }
        if is_any(OPERATIONS)
            && !(is_any(&["UPDATE", "DELETE", "SET", "REPLACE"]) && self.is_clause())
        {
            self.push(&text.to_ascii_uppercase());
            self.expects_target = is_any(&["UPDATE", "TRUNCATE", "CALL", "EXEC", "EXECUTE"]);
            self.expects_object = is_any(&["CREATE", "ALTER", "DROP"]);
            self.in_list = false;
            self.after_target = false;
        } else if self.expects_object && is_any(OBJECTS) {
            self.push(&text.to_ascii_uppercase());
            self.expects_object = false;
            self.expects_target = true;
        } else if is_any(&["FROM", "JOIN", "INTO", "USING"]) {
            self.expects_target = true;
            self.in_list = !is_any(&["INTO"]);
            self.after_target = false;
        } else if self.expects_target && is_any(FILLERS) {
            self.after_target = false;
        } else if self.expects_target {
            self.name(text);
        } else {
            self.after_target = false;
            if is_any(ENDS_LIST) {
                self.in_list = false;
            }
        }
    }

    /// Whether an operation's word stands within another statement: `FOR UPDATE`, `ON DELETE`.
    fn is_clause(&self) -> bool {
        !self.text.is_empty() && !self.expects_statement()
    }

    fn expects_statement(&self) -> bool {
        self.text.ends_with("EXPLAIN")
    }

    fn name(&mut self, text: &str) {
        let is_dotted = std::mem::take(&mut self.is_dotted);
        if !is_dotted && !self.expects_target {
            self.after_target = false;
            return;
        }
        self.expects_target = false;
        let is_plain = !text.is_empty()
            && text.len() <= 128
            && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '$' | '-'));
        if !is_plain {
            self.after_target = false;
            return;
        }
        if is_dotted {
            if self.text.len() + 1 + text.len() <= MAX_SUMMARY {
                self.text.push('.');
                self.text.push_str(text);
            } else {
                self.is_full = true;
            }
        } else {
            self.push(text);
        }
        self.after_target = true;
    }

    fn punct(&mut self, punct: u8) {
        self.after_target = false;
        match punct {
            b',' => self.expects_target = self.in_list,
            // A subquery, or the columns of the table.
            b'(' | b';' => {
                self.expects_target = false;
                self.in_list = false;
            }
            _ => {}
        }
    }

    fn push(&mut self, word: &str) {
        let space = usize::from(!self.text.is_empty());
        if self.text.len() + space + word.len() > MAX_SUMMARY {
            self.is_full = true;
            return;
        }
        if space > 0 {
            self.text.push(' ');
        }
        self.text.push_str(word);
    }
}

const OPERATIONS: &[&str] = &[
    "SELECT",
    "INSERT",
    "UPDATE",
    "DELETE",
    "MERGE",
    "REPLACE",
    "CREATE",
    "ALTER",
    "DROP",
    "TRUNCATE",
    "CALL",
    "EXEC",
    "EXECUTE",
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT",
    "SET",
    "EXPLAIN",
    "PRAGMA",
    "GRANT",
    "REVOKE",
    "SHOW",
    "USE",
    "COPY",
    "VACUUM",
    "ANALYZE",
    "LOCK",
];

const OBJECTS: &[&str] = &[
    "TABLE",
    "VIEW",
    "INDEX",
    "DATABASE",
    "SCHEMA",
    "FUNCTION",
    "PROCEDURE",
    "TRIGGER",
    "SEQUENCE",
    "TYPE",
    "USER",
    "ROLE",
    "EXTENSION",
];

/// Words between an operation and its table.
const FILLERS: &[&str] = &[
    "IF",
    "NOT",
    "EXISTS",
    "ONLY",
    "LATERAL",
    "IGNORE",
    "LOW_PRIORITY",
    "QUICK",
    "TABLE",
    "OR",
    "CONCURRENTLY",
    "OVERWRITE",
];

const ENDS_LIST: &[&str] = &[
    "WHERE",
    "SET",
    "VALUES",
    "ON",
    "ORDER",
    "GROUP",
    "HAVING",
    "LIMIT",
    "RETURNING",
    "UNION",
    "WINDOW",
    "OFFSET",
    "FETCH",
    "FOR",
];

//! What languages statements are in, and what of a statement may leave.

use std::borrow::Cow;

use crate::redact::{Dialect, SqlStatement};

/// The language of a database's statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Language {
    Sql(Dialect),
    /// A command and what it is given, in any form: nobody knows what of that is a value.
    Commands,
}

/// Longest command, in bytes.
const MAX_COMMAND: usize = 32;
/// What stands for what a command was given.
const WITHHELD: &str = " ?…";

/// What may be told of a statement.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Read<'s> {
    /// `db.query.text`. Absent when nothing is left of it.
    pub(super) text: Option<Cow<'s, str>>,
    /// `db.query.summary`.
    pub(super) summary: Option<String>,
    /// `db.operation.name`.
    pub(super) operation: Option<Cow<'static, str>>,
    /// `db.collection.name`.
    pub(super) collection: Option<String>,
}

impl Language {
    pub(super) fn read(self, statement: &str) -> Read<'_> {
        match self {
            Self::Sql(dialect) => {
                let SqlStatement { text, summary } = SqlStatement::read(statement, dialect);
                Read {
                    text: Some(text).filter(|text| !text.is_empty()),
                    summary: Some(summary.text).filter(|text| !text.is_empty()),
                    operation: summary.operation.map(Cow::Borrowed),
                    collection: summary.collection,
                }
            }
            Self::Commands => command(statement),
        }
    }
}

/// `GET` of `GET user:42`, `find` of `find({…})`. A first word that may be more than a command is
/// withheld too: keys have digits and colons, commands have not.
fn command(statement: &str) -> Read<'_> {
    let statement = statement.trim();
    let end = statement.find(|c: char| c.is_whitespace() || matches!(c, '(' | '{' | '['));
    let (word, rest) = statement.split_at(end.unwrap_or(statement.len()));
    let is_command = !word.is_empty()
        && word.len() <= MAX_COMMAND
        && word.bytes().all(|byte| byte.is_ascii_alphabetic() || b"._-".contains(&byte));
    if !is_command {
        return Read::default();
    }
    let text = match rest.is_empty() {
        true => Cow::Borrowed(word),
        false => Cow::Owned(format!("{word}{WITHHELD}")),
    };
    Read {
        text: Some(text),
        summary: Some(word.to_owned()),
        operation: Some(Cow::Owned(word.to_owned())),
        collection: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(statement: &str) -> (Option<String>, Option<String>) {
        let read = Language::Commands.read(statement);
        assert_eq!(read.operation.as_deref(), read.summary.as_deref());
        assert_eq!(read.collection, None);
        (read.text.map(Cow::into_owned), read.summary)
    }

    #[test]
    fn of_a_command_its_word_is_told() {
        for (statement, text, word) in [
            ("GET user:CANARY", "GET ?…", "GET"),
            (" PING\n", "PING", "PING"),
            ("JSON.SET doc:1 $ '{\"a\": \"CANARY\"}'", "JSON.SET ?…", "JSON.SET"),
            ("find({ email: \"CANARY\" })", "find ?…", "find"),
            ("insert{\"CANARY\":1}", "insert ?…", "insert"),
            ("MATCH (n {name: 'CANARY'}) RETURN n", "MATCH ?…", "MATCH"),
        ] {
            assert_eq!(told(statement), (Some(text.to_owned()), Some(word.to_owned())));
        }
    }

    #[test]
    fn what_may_be_no_command_is_withheld() {
        for statement in [
            "",
            "  ",
            "user:CANARY",
            "\"GET\" CANARY",
            "cpu,host=CANARY value=1",
            "sk4f9a7c",
            "{ find: 'CANARY' }",
            &"A".repeat(33),
            "ÜBER x",
        ] {
            assert_eq!(Language::Commands.read(statement), Read::default(), "{statement}");
        }
    }

    #[test]
    fn of_sql_everything_but_the_values_is_told() {
        let sql = Language::Sql(Dialect::Unknown);
        assert_eq!(
            sql.read("SELECT a FROM t WHERE b = 'CANARY'"),
            Read {
                text: Some("SELECT a FROM t WHERE b = ?".into()),
                summary: Some("SELECT t".to_owned()),
                operation: Some("SELECT".into()),
                collection: Some("t".to_owned()),
            }
        );
        assert_eq!(sql.read(""), Read::default());
        assert_eq!(sql.read("-- only a remark"), Read::default());
        assert_eq!(sql.read("hello"), Read { text: Some("hello".into()), ..Read::default() });
    }
}

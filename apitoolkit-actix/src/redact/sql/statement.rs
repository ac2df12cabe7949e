use std::borrow::Cow;

use super::{dialect::Dialect, summary::Summary, values};
use crate::redact::shorten;

/// The longest statement that is exported, in bytes.
const MAX_SQL: usize = 32 * 1024;
/// Room for saying that it was cut.
const CUT_NOTE: usize = 40;
/// As much of a statement as is read, in bytes: statements of many megabytes are rows to insert.
const MAX_READ: usize = 2 * MAX_SQL;

/// A statement that is fit for export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SqlStatement<'s> {
    /// Without values, at most 32 KiB.
    pub(crate) text: Cow<'s, str>,
    /// Of what is left of it; also of what was cut off.
    pub(crate) summary: Summary,
}

impl<'s> SqlStatement<'s> {
    pub(crate) fn read(sql: &'s str, dialect: Dialect) -> Self {
        let whole = whole(sql, dialect);
        let summary = Summary::of(&whole, dialect);
        Self { text: bounded(whole, sql.len()), summary }
    }
}

/// A statement without its values, at most 32 KiB.
pub(crate) fn sanitize(sql: &str, dialect: Dialect) -> Cow<'_, str> {
    bounded(whole(sql, dialect), sql.len())
}

/// Summarises a SQL statement: its operations and the tables they touch, in order.
///
/// Follows OpenTelemetry's rules for `db.query.summary`: `SELECT users`, `INSERT orders SELECT
/// carts`, `SELECT songs artists`; at most 255 bytes, cut between words. Operations are in upper
/// case, so that they group. Values never take part. Empty if the text is no statement.
///
/// ```
/// use apitoolkit_actix::sql_summary;
///
/// assert_eq!(sql_summary("INSERT INTO posts (title) VALUES ('Hello')"), "INSERT posts");
/// ```
#[must_use]
pub fn sql_summary(sql: &str) -> String {
    Summary::of(&whole(sql, Dialect::Unknown), Dialect::Unknown).text
}

fn whole(sql: &str, dialect: Dialect) -> Cow<'_, str> {
    let head = shorten::head(sql, MAX_READ);
    values::replace(head, dialect, head.len() < sql.len())
}

fn bounded(text: Cow<'_, str>, len: usize) -> Cow<'_, str> {
    if text.len() <= MAX_SQL && len <= MAX_READ {
        return text;
    }
    let head = shorten::head(&text, MAX_SQL - CUT_NOTE);
    Cow::Owned(format!("{head}… [cut, {len} B]"))
}

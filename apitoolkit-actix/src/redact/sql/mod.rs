//! SQL: statements without their values, and summaries of them.
//!
//! A statement is read once, from its beginning, as every dialect at once would read it. A value
//! that any of them sees is a value; where they disagree on what follows, all that follows goes.

mod comments;
mod context;
mod dialect;
mod inline;
mod lexer;
mod quotes;
mod statement;
mod summary;
mod values;

#[cfg(test)]
mod tests;

pub use self::statement::sql_summary;
pub(crate) use self::{
    dialect::Dialect,
    statement::{SqlStatement, sanitize},
};

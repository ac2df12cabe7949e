//! SQL: statements without their values, and summaries of them.

mod lexer;
mod sanitize;
mod summary;

#[cfg(test)]
mod tests;

pub(crate) use self::sanitize::sanitize;
pub use self::summary::sql_summary;

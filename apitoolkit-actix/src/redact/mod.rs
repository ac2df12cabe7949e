//! Redaction: what may leave the process, and what may not.
//!
//! A [`Redactor`] is compiled once from the application's options and shared by everything that
//! exports. It works on names, values and bytes; it knows neither the web server nor the exporter.
//! The rule that every part keeps: **fail closed**. What cannot be redacted for certain (does not
//! parse, is cut short, is in an unknown coding or character set) is withheld with the reason.
//!
//! | Input | Part |
//! |---|---|
//! | JSON, JSON lines | [`json`] |
//! | header values | [`header`], with [`cookie`] and [`url`] inside |
//! | URLs, queries, paths | [`url`], [`query`], [`path`] |
//! | request and response bodies | [`body`], with [`coding`], [`form`], [`multipart`], [`events`] |
//! | error messages, log lines, plain text | [`text`] |
//! | database statements | [`sql`] |

mod attribute;
mod body;
mod builder;
mod coding;
mod cookie;
mod decisions;
mod events;
#[cfg(feature = "explorer")]
mod explain;
#[cfg(feature = "tracing")]
mod field;
mod find;
mod form;
mod header;
mod json;
mod lists;
mod made;
mod marker;
mod memo;
mod multipart;
mod names;
mod overlay;
mod path;
mod percent;
mod plain;
mod policy;
mod query;
mod redactor;
mod shorten;
mod splice;
mod sql;
mod text;
pub(crate) mod types;
mod url;

#[cfg(test)]
mod tests;

#[cfg(feature = "explorer")]
pub(crate) use self::explain::{Explainer, Rule};
pub(crate) use self::{
    body::Captured,
    made::Made,
    memo::{Header, HeaderName, Headers, KnownHeaders},
    multipart::{Gap, Thinner},
    overlay::Overlay,
    plain::{is_plain_path, plain_value_len},
    policy::Policy,
    sql::{Dialect, SqlStatement},
};
pub use self::{
    body::{Body, BodyText, Scratch, Side, Withheld, WithheldReason},
    builder::RedactorBuilder,
    path::PathParam,
    redactor::Redactor,
    sql::sql_summary,
};

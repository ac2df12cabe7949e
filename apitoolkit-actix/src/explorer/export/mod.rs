//! What is kept, in forms that others read: redacted, as it is shown.

mod api;
mod curl;
mod har;
mod import;
mod markdown;
mod otlp;
mod parts;
mod shell;

pub(super) use api::{exchange, exchanges, stats};
pub(super) use curl::curl;
pub(super) use har::har;
pub(super) use import::{MAX_IMPORT, import};
pub(super) use markdown::markdown;
pub(super) use otlp::otlp_json;

//! Forms: `application/x-www-form-urlencoded`.

mod paths;
mod redact;

#[cfg(test)]
mod tests;

pub(super) use self::redact::is_secret_value;
pub(crate) use self::{paths::FieldPaths, redact::redact};

//! Multipart forms: `multipart/form-data` (RFC 7578).

mod parse;
mod redact;

#[cfg(test)]
mod tests;

pub(crate) use self::redact::redact;

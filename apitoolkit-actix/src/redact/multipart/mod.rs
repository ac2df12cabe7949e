//! Multipart forms: `multipart/form-data` (RFC 7578).

mod head;
mod parse;
mod redact;
mod thin;

#[cfg(test)]
mod tests;

pub(crate) use self::{
    parse::{Form, Gap},
    redact::redact,
    thin::Thinner,
};

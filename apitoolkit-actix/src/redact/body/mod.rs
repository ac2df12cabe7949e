//! Bodies: what kind one is, how it is read, and what of it may leave.
//!
//! The way of a body: its media type tells the kind; the content coding is undone within the cap;
//! the character set becomes UTF-8; the kind's parser redacts. Each step that is not certain ends
//! in a [`Withheld`] with the reason.
//!
//! | Media type | While rules are in force |
//! |---|---|
//! | `application/json`, `text/json`, `*/*+json` | JSON rules |
//! | `application/x-ndjson`, `application/jsonl`, `application/json-seq` and kin | JSON rules per record |
//! | `application/x-www-form-urlencoded` | names, and the JSONPaths that name a field |
//! | `multipart/form-data` | the same per part; a rendering leaves, files as type and size. Their content need not have been kept |
//! | `text/event-stream` | JSON rules per event with JSON in it, else text patterns |
//! | `text/plain` | sniffed: JSON, form, markup (withheld), else text patterns |
//! | none, `application/octet-stream` | sniffed: JSON, form, else withheld |
//! | HTML, XML, CSV, YAML, JSON Patch … | withheld: they name values in ways not parsed here |
//! | images, archives, protobuf … | always withheld |
//! | anything else | always withheld |
//!
//! Rules are in force for a side if it has a JSONPath, if any name is redacted in bodies, or if
//! patterns are. Without rules, text leaves as it is.

mod charset;
mod input;
mod json_patterns;
mod kind;
mod media_type;
mod redact;
mod rules;
pub(super) mod sniff;
mod withheld;

#[cfg(test)]
mod tests;

pub(crate) use self::input::Captured;
pub use self::{
    input::{Body, BodyText, Scratch, Side},
    withheld::{Withheld, WithheldReason},
};
pub(super) use self::{
    json_patterns::scrub_text,
    media_type::{shown_essence, split_outside_quotes, unquote},
};
pub(crate) use self::{media_type::MediaType, rules::BodyRules};

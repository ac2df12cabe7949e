//! What of a multipart form leaves: a rendering, not the form.

use std::borrow::Cow;

use super::parse::{self, Form, Part};
use crate::redact::{
    body::{BodyRules, Scratch, WithheldReason as Reason, shown_essence, sniff},
    form,
    lists::Lists,
    marker::MARKER,
    shorten,
    splice::into_string_lossy,
    text,
};

/// The longest part name that is shown, in bytes.
const MAX_NAME: usize = 256;

/// Renders a form as a JSON array, one object per part, in order:
///
/// ```json
/// [{"name":"title","value":"A cat"},{"name":"photo","file":"[image/png, 5242880 B]"}]
/// ```
///
/// Values of sensitive names are the marker. File names and part headers never leave.
pub(crate) fn redact(
    rules: &BodyRules,
    lists: &Lists,
    boundary: Option<&str>,
    body: &Form<'_>,
    scratch: &mut Scratch,
) -> Result<Vec<u8>, Reason> {
    let boundary = boundary.ok_or(Reason::Unparseable)?;
    let parts = parse::parts(body, boundary).map_err(|_| Reason::Unparseable)?;
    let mut out = Vec::with_capacity(body.bytes.len().min(64 * 1024));
    out.push(b'[');
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.extend_from_slice(b"{\"name\":");
        let name = text::scrub(lists, &part.head.name);
        push_json(&mut out, shorten::head(&name, MAX_NAME))?;
        match shown_value(rules, lists, part, scratch) {
            Shown::Value(value) => {
                out.extend_from_slice(b",\"value\":");
                push_json(&mut out, &value)?;
            }
            Shown::File => {
                out.extend_from_slice(b",\"file\":");
                push_json(&mut out, &file_marker(part))?;
            }
        }
        out.push(b'}');
    }
    out.push(b']');
    Ok(out)
}

enum Shown<'p> {
    Value(Cow<'p, str>),
    File,
}

fn shown_value<'p>(
    rules: &BodyRules,
    lists: &Lists,
    part: &Part<'p>,
    scratch: &mut Scratch,
) -> Shown<'p> {
    if part.head.is_file() {
        return Shown::File;
    }
    let Ok(value) = str::from_utf8(part.content) else { return Shown::File };
    if rules.is_field(part.head.name.as_bytes()) {
        return Shown::Value(Cow::Borrowed(MARKER));
    }
    if !rules.is_active() {
        return Shown::Value(Cow::Borrowed(value));
    }
    if sniff::looks_like_json(part.content) {
        return Shown::Value(redacted_json(rules, lists, part.content, scratch));
    }
    let is_markup = rules.has_rules() && sniff::looks_like_markup(part.content);
    if is_markup || form::is_secret_value(rules, lists, value, scratch) {
        return Shown::Value(Cow::Borrowed(MARKER));
    }
    Shown::Value(Cow::Borrowed(value))
}

/// What leaves of a value that begins like JSON: if it does not parse, nothing.
fn redacted_json<'p>(
    rules: &BodyRules,
    lists: &Lists,
    json: &'p [u8],
    scratch: &mut Scratch,
) -> Cow<'p, str> {
    match rules.redact_json(lists, json, scratch) {
        Ok(Cow::Borrowed(json)) => String::from_utf8_lossy(json),
        Ok(Cow::Owned(json)) => Cow::Owned(into_string_lossy(json)),
        Err(_) => Cow::Borrowed(MARKER),
    }
}

/// `[image/png, 5242880 B]`.
fn file_marker(part: &Part<'_>) -> String {
    let Part { head, size, .. } = part;
    let essence = if head.media_type.essence.is_empty() {
        "application/octet-stream".to_owned()
    } else {
        shown_essence(&head.media_type.essence)
    };
    format!("[{essence}, {size} B]")
}

fn push_json(out: &mut Vec<u8>, text: &str) -> Result<(), Reason> {
    serde_json::to_writer(out, text).map_err(|_| Reason::Unparseable)
}

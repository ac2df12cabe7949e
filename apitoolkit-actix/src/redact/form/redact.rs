//! Splicing the values of forms.

use std::borrow::Cow;

use crate::redact::{
    body::{BodyRules, Scratch, WithheldReason as Reason, scrub_text, sniff},
    lists::Lists,
    marker::FORM_MARKER,
    percent,
    splice::Splicer,
};

/// Redacts the values of sensitive fields; keys, order and all other bytes stay.
///
/// A value goes up to the next `&`. `;` and line ends separate fields for some readers: names after
/// them are looked at too.
pub(crate) fn redact<'f>(
    rules: &BodyRules,
    lists: &Lists,
    form: &'f [u8],
    scratch: &mut Scratch,
) -> Result<Cow<'f, [u8]>, Reason> {
    let is_other_text = sniff::looks_like_markup(form)
        || form.iter().any(|b| b.is_ascii_control() && !b.is_ascii_whitespace());
    if is_other_text {
        return Err(Reason::Unparseable);
    }
    let mut splicer = Splicer::new(form);
    let mut start = 0;
    for field in form.split(|&b| b == b'&') {
        let mut at = start;
        let whole = is_secret(rules, lists, field, scratch);
        if let Some(value) = whole {
            splicer.replace(start + value, start + field.len(), FORM_MARKER);
        } else {
            for part in field.split(|b| matches!(b, b';' | b'\n' | b'\r')) {
                if let Some(value) = is_secret(rules, lists, part, scratch) {
                    splicer.replace(at + value, at + part.len(), FORM_MARKER);
                }
                at += part.len() + 1;
            }
        }
        start += field.len() + 1;
    }
    Ok(splicer.finish())
}

/// Where the value of `field` begins, if it has to go.
fn is_secret(
    rules: &BodyRules,
    lists: &Lists,
    field: &[u8],
    scratch: &mut Scratch,
) -> Option<usize> {
    let equals = memchr::memchr(b'=', field)?;
    let name = field.get(..equals)?;
    let value = field.get(equals + 1..).filter(|value| !value.is_empty())?;
    if rules.is_field(name.trim_ascii()) {
        return Some(equals + 1);
    }
    // Most values are a word or a number.
    let may_hold = rules.patterns || value.iter().any(|b| matches!(b, b'{' | b'[' | b'%'));
    if !may_hold {
        return None;
    }
    let value = String::from_utf8_lossy(value);
    let decoded = percent::decode_form(&value);
    is_secret_value(rules, lists, &decoded, scratch).then_some(equals + 1)
}

/// Whether the value of a harmless field is JSON with a secret in it, begins like JSON and cannot
/// be parsed, or matches a pattern where patterns are on.
pub(in crate::redact) fn is_secret_value(
    rules: &BodyRules,
    lists: &Lists,
    value: &str,
    scratch: &mut Scratch,
) -> bool {
    if sniff::looks_like_json(value.as_bytes())
        && !matches!(rules.redact_json(lists, value.as_bytes(), scratch), Ok(Cow::Borrowed(_)))
    {
        return true;
    }
    rules.patterns && matches!(scrub_text(lists, value), Cow::Owned(_))
}

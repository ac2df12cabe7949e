//! Media types (RFC 9110, section 8.3), read leniently.

/// The longest type that is shown.
const MAX_SHOWN: usize = 100;

/// A media type: lower-case essence and the two parameters that matter here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct MediaType {
    /// `type/subtype`, lower case; empty if there is none.
    pub(crate) essence: String,
    /// Lower case.
    pub(crate) charset: Option<String>,
    pub(crate) boundary: Option<String>,
}

impl MediaType {
    /// The one media type that all values agree on; `Err` if they do not, or if a parameter is
    /// given twice. No value, or only empty ones: a type with an empty essence.
    pub(crate) fn of(values: &[&[u8]]) -> Result<Self, Conflict> {
        let mut found: Option<Self> = None;
        for value in values {
            for one in split_outside_quotes(&String::from_utf8_lossy(value), ',') {
                let one = Self::parse(one)?;
                if one.essence.is_empty() {
                    continue;
                }
                match &found {
                    Some(other) if *other != one => return Err(Conflict),
                    _ => found = Some(one),
                }
            }
        }
        Ok(found.unwrap_or_default())
    }

    fn parse(value: &str) -> Result<Self, Conflict> {
        let mut parts = split_outside_quotes(value, ';').into_iter();
        let essence = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
        let mut parsed = Self { essence, ..Self::default() };
        for part in parts {
            let Some((name, value)) = part.split_once('=') else { continue };
            let value = unquote(value.trim());
            let (slot, value) = match name.trim().to_ascii_lowercase().as_str() {
                "charset" => (&mut parsed.charset, value.trim().to_ascii_lowercase()),
                "boundary" => (&mut parsed.boundary, value),
                _ => continue,
            };
            if slot.as_ref().is_some_and(|before| *before != value) {
                return Err(Conflict);
            }
            *slot = Some(value);
        }
        Ok(parsed)
    }
}

/// Media types that contradict each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Conflict;

/// The first value's essence as it may be shown: bounded, and nothing but what types consist of.
pub(super) fn display(values: &[&[u8]]) -> String {
    let first = values.first().map(|value| String::from_utf8_lossy(value));
    shown_essence(first.as_deref().unwrap_or_default())
}

/// See [`display`].
pub(crate) fn shown_essence(value: &str) -> String {
    let essence = value.split([';', ',']).next().unwrap_or_default().trim();
    if essence.is_empty() {
        return "none".to_owned();
    }
    essence
        .chars()
        .take(MAX_SHOWN)
        .map(|c| match c.to_ascii_lowercase() {
            c if c.is_ascii_alphanumeric() || "/+-._*".contains(c) => c,
            _ => '?',
        })
        .collect()
}

pub(crate) fn split_outside_quotes(text: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut quoted, mut escaped) = (0, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            c if c == separator && !quoted => {
                parts.push(text.get(start..at).unwrap_or_default());
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(text.get(start..).unwrap_or_default());
    parts
}

pub(crate) fn unquote(value: &str) -> String {
    let Some(inner) = value.strip_prefix('"') else { return value.to_owned() };
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => break,
            '\\' => out.extend(chars.next()),
            c => out.push(c),
        }
    }
    out
}

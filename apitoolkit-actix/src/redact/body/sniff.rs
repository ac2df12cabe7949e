//! What a text is by its looks.

/// Whether the first byte after a byte order mark and white space opens a JSON object or array.
pub(crate) fn looks_like_json(bytes: &[u8]) -> bool {
    matches!(first(bytes), Some(b'{' | b'['))
}

/// Whether the text begins like HTML or XML.
pub(crate) fn looks_like_markup(bytes: &[u8]) -> bool {
    matches!(first(bytes), Some(b'<'))
}

/// Whether the text is one line with a name, `=`, and nothing before that a form would encode.
pub(crate) fn looks_like_form(bytes: &[u8]) -> bool {
    let text = bytes.trim_ascii();
    let Some(equals) = memchr::memchr(b'=', text) else { return false };
    let (name, rest) = text.split_at(equals);
    let is_name_byte =
        |b: &u8| b.is_ascii_alphanumeric() || *b >= 0x80 || b"_-.%+[]&;$@".contains(b);
    !name.is_empty() && name.iter().all(is_name_byte) && !rest.iter().any(|b| b.is_ascii_control())
}

/// The cells of the first line, if the text has more lines than one, and the line several cells.
pub(crate) fn columns(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let end = memchr::memchr2(b'\n', b'\r', text).unwrap_or(0);
    let line = text.get(..end).unwrap_or_default();
    let is_separator = |b: &u8| matches!(b, b',' | b';' | b'\t' | b'|');
    let line = if line.iter().any(is_separator) { line } else { &[] };
    line.split(is_separator).map(|cell| {
        let cell = cell.trim_ascii();
        cell.strip_prefix(b"\"").and_then(|cell| cell.strip_suffix(b"\"")).unwrap_or(cell)
    })
}

/// Whether bytes of no stated character set cannot be plain text in an ASCII superset.
pub(crate) fn has_nul(bytes: &[u8]) -> bool {
    memchr::memchr(0, bytes).is_some()
}

fn first(bytes: &[u8]) -> Option<u8> {
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    text.iter().copied().find(|b| !b.is_ascii_whitespace() && *b != 0x0B)
}

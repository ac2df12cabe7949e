/// A list of named values (headers, path parameters) in one buffer.
///
/// Copying a request's headers costs two allocations, however many there are.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    bytes: Vec<u8>,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    name_end: usize,
    value_end: usize,
    sensitive: bool,
}

/// One named value of [`Fields`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field<'f> {
    pub(crate) name: &'f str,
    pub(crate) value: &'f [u8],
    /// Marked sensitive by whoever set it (`HeaderValue::is_sensitive`).
    pub(crate) sensitive: bool,
}

impl Fields {
    /// An empty list with room for `entries` values of about 32 bytes each, name included.
    pub(crate) fn with_capacity(entries: usize) -> Self {
        Self { bytes: Vec::with_capacity(entries * 48), entries: Vec::with_capacity(entries) }
    }

    pub(crate) fn push(&mut self, name: &str, value: &[u8], sensitive: bool) {
        self.bytes.extend_from_slice(name.as_bytes());
        let name_end = self.bytes.len();
        self.bytes.extend_from_slice(value);
        self.entries.push(Entry { name_end, value_end: self.bytes.len(), sensitive });
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Field<'_>> {
        let mut start = 0;
        self.entries.iter().filter_map(move |entry| {
            let name = self.bytes.get(start..entry.name_end)?;
            let value = self.bytes.get(entry.name_end..entry.value_end)?;
            start = entry.value_end;
            Some(Field { name: std::str::from_utf8(name).ok()?, value, sensitive: entry.sensitive })
        })
    }

    /// Every value under a name, which is compared exactly.
    pub(crate) fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f [u8]> {
        self.iter().filter(move |field| field.name == name).map(|field| field.value)
    }

    /// The first value under a name, if it is UTF-8.
    pub(crate) fn first<'f>(&'f self, name: &'f str) -> Option<&'f str> {
        self.all(name).next().and_then(|value| std::str::from_utf8(value).ok())
    }

    /// How much memory the list holds, in bytes.
    pub(crate) fn size(&self) -> usize {
        self.bytes.capacity() + self.entries.capacity() * size_of::<Entry>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_order_repeats_and_bytes() {
        let mut fields = Fields::with_capacity(3);
        fields.push("a", b"1", false);
        fields.push("b", b"", true);
        fields.push("a", b"\xff", false);
        let seen: Vec<_> = fields.iter().map(|f| (f.name, f.value, f.sensitive)).collect();
        assert_eq!(seen, [("a", &b"1"[..], false), ("b", b"", true), ("a", b"\xff", false)]);
        assert_eq!(fields.all("a").count(), 2);
        assert_eq!(fields.first("a"), Some("1"));
        assert_eq!(fields.first("missing"), None);
    }
}

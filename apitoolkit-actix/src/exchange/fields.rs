use crate::redact::Header;

/// A list of named values (headers, path parameters) in one buffer.
///
/// Copying a request's headers costs two allocations, however many there are. Every value of a name
/// stands behind the first of them, as it does in the maps that they are copied from.
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

/// What a name and its value take as a rule.
const USUAL_BYTES: usize = 48;

/// Names, values, and whether a value is marked sensitive.
impl<'h> Extend<(&'h str, &'h [u8], bool)> for Fields {
    fn extend<I: IntoIterator<Item = (&'h str, &'h [u8], bool)>>(&mut self, headers: I) {
        let headers = headers.into_iter();
        let (least, most) = headers.size_hint();
        let entries = most.unwrap_or(least);
        self.entries.reserve(entries);
        self.bytes.reserve(entries * USUAL_BYTES);
        for (name, value, sensitive) in headers {
            self.push(name, value, sensitive);
        }
    }
}

impl Fields {
    /// An empty list.
    pub(crate) const NONE: &Self = &Self { bytes: Vec::new(), entries: Vec::new() };

    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.entries.clear();
    }

    pub(crate) fn push(&mut self, name: &str, value: &[u8], sensitive: bool) {
        self.bytes.extend_from_slice(name.as_bytes());
        let name_end = self.bytes.len();
        self.bytes.extend_from_slice(value);
        self.entries.push(Entry { name_end, value_end: self.bytes.len(), sensitive });
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Header<'_>> {
        let mut start = 0;
        self.entries.iter().filter_map(move |entry| {
            let line = self.bytes.get(start..entry.value_end)?;
            let name_end = entry.name_end - start;
            start = entry.value_end;
            Some(Header::new(line, name_end, entry.sensitive))
        })
    }

    /// Every value under a name, which is compared exactly.
    pub(crate) fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f [u8]> {
        self.iter().filter(move |field| field.name() == name.as_bytes()).map(|field| field.value())
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
        let mut fields = Fields::default();
        fields.push("a", b"1", false);
        fields.push("b", b"", true);
        fields.push("a", b"\xff", false);
        let seen: Vec<_> = fields.iter().map(|f| (f.name(), f.value(), f.sensitive)).collect();
        assert_eq!(
            seen,
            [(&b"a"[..], &b"1"[..], false), (b"b", b"", true), (b"a", b"\xff", false)]
        );
        assert_eq!(fields.all("a").count(), 2);
        assert_eq!(fields.first("a"), Some("1"));
        assert_eq!(fields.first("missing"), None);
    }
}

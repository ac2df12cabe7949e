use super::MARKS;
use crate::semconv;

/// A header as it was seen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Header<'h> {
    /// The name, UTF-8, and the value behind it.
    line: &'h [u8],
    /// Where the name ends.
    name_end: usize,
    /// Marked sensitive by whoever set it (`HeaderValue::is_sensitive`).
    pub(crate) sensitive: bool,
}

/// The name of a header, with what its values are exported as.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct HeaderName {
    name: Box<str>,
    request: Box<str>,
    response: Box<str>,
}

impl<'h> Header<'h> {
    /// A name and its value, which begins at `name_end`.
    #[inline]
    pub(crate) fn new(line: &'h [u8], name_end: usize, sensitive: bool) -> Self {
        Self { line, name_end, sensitive }
    }

    #[inline]
    pub(crate) fn name(&self) -> &'h [u8] {
        self.line.get(..self.name_end).unwrap_or_default()
    }

    #[inline]
    pub(crate) fn value(&self) -> &'h [u8] {
        self.line.get(self.name_end..).unwrap_or_default()
    }

    /// A small number for the name: few names have the same.
    #[inline]
    pub(super) fn mark(&self) -> usize {
        let [.., before, last] = self.name() else { return self.name_end };
        // So nearly all that are common differ.
        (self.name_end + (usize::from(*last) << 1) + (usize::from(*before) << 6)) % MARKS
    }

    #[inline]
    pub(super) fn has_name_of(&self, other: &Self) -> bool {
        self.name_end == other.name_end && self.name() == other.name()
    }

    /// Whether it has the name and the value that are side by side in `line`.
    #[inline]
    pub(super) fn is(&self, line: &str, name_end: usize) -> bool {
        self.name_end == name_end && self.line == line.as_bytes()
    }
}

impl HeaderName {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            request: [semconv::REQUEST_HEADER, name].concat().into(),
            response: [semconv::RESPONSE_HEADER, name].concat().into(),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.name
    }

    /// The attribute of a request's header.
    pub(crate) fn request_attribute(&self) -> &str {
        &self.request
    }

    /// The attribute of a response's header.
    pub(crate) fn response_attribute(&self) -> &str {
        &self.response
    }
}

//! Replacing ranges of a text and leaving every other byte as it is.

use std::borrow::Cow;

/// A text being redacted from left to right; nothing is copied until something is replaced.
pub(crate) struct Splicer<'t> {
    text: &'t [u8],
    /// Everything before this offset is in `out`, or replaced.
    done: usize,
    out: Vec<u8>,
    changed: bool,
}

impl<'t> Splicer<'t> {
    pub(crate) fn new(text: &'t [u8]) -> Self {
        Self { text, done: 0, out: Vec::new(), changed: false }
    }

    /// Replaces `start..end`. A range that begins before the last one ended loses the part that is
    /// gone already; what lies wholly behind is ignored.
    pub(crate) fn replace(&mut self, start: usize, end: usize, with: &str) {
        let end = end.min(self.text.len());
        if end < self.done || (end == self.done && start < end) {
            return;
        }
        let start = start.max(self.done).min(end);
        if !self.changed {
            self.changed = true;
            self.out.reserve(self.text.len() + with.len());
        }
        self.out.extend_from_slice(self.text.get(self.done..start).unwrap_or_default());
        self.out.extend_from_slice(with.as_bytes());
        self.done = end;
    }

    /// The redacted bytes: borrowed if nothing was replaced.
    pub(crate) fn finish(mut self) -> Cow<'t, [u8]> {
        if !self.changed {
            return Cow::Borrowed(self.text);
        }
        self.out.extend_from_slice(self.text.get(self.done..).unwrap_or_default());
        Cow::Owned(self.out)
    }

    /// The redacted text, for ranges that lie on character boundaries of a `str`.
    ///
    /// A range that does not would leave invalid UTF-8; that becomes U+FFFD rather than an error.
    pub(crate) fn finish_str(self, text: &'t str) -> Cow<'t, str> {
        match self.finish() {
            Cow::Borrowed(_) => Cow::Borrowed(text),
            Cow::Owned(bytes) => Cow::Owned(into_string_lossy(bytes)),
        }
    }
}

/// Bytes as text; what is not UTF-8 becomes U+FFFD.
pub(crate) fn into_string_lossy(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn borrowed_until_something_is_replaced() {
        let text = "abc";
        assert!(matches!(Splicer::new(text.as_bytes()).finish_str(text), Cow::Borrowed("abc")));
        let mut splicer = Splicer::new(text.as_bytes());
        splicer.replace(1, 2, "-");
        assert_eq!(splicer.finish_str(text), "a-c");
    }

    #[test]
    fn ranges_out_of_order_or_of_bounds_never_resurrect_bytes() {
        let mut splicer = Splicer::new(b"0123456789");
        splicer.replace(2, 6, "X");
        splicer.replace(4, 8, "Y");
        splicer.replace(0, 1, "Z");
        splicer.replace(9, 99, "W");
        assert_eq!(splicer.finish(), b"01XY8W".as_slice());
    }
}

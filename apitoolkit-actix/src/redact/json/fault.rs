//! Why a document could not be redacted.

/// Why a document could not be redacted for certain, and so must not leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JsonFault {
    /// Not JSON (RFC 8259) in UTF-8, from the byte at `offset` on.
    Unparseable {
        /// Bytes from the beginning of what was given.
        offset: usize,
    },
    /// More containers within containers than are followed.
    TooDeep,
    /// A rule would take too long on this document.
    TooComplex,
}

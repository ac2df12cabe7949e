//! Why a body stays.

use std::fmt;

use super::{Captured, media_type};
use crate::redact::{json::JsonFault, marker::MARKER};

/// Why a body was not exported, with its type and size.
///
/// Displays as `[CLIENT_REDACTED] [unparseable application/json, 17 B]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withheld {
    reason: WithheldReason,
    content_type: String,
    captured: u64,
    total: u64,
}

/// The reasons for withholding a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WithheldReason {
    /// Rules apply, and the capture stopped before the end.
    Truncated,
    /// The body is not what its type says: `unparseable`.
    Unparseable,
    /// Nested deeper than is followed: `too deep`.
    TooDeep,
    /// The rules would take too much work on this body: `too complex`.
    TooComplex,
    /// Rules apply, and there is no parser for this type of text: `no parser for`.
    NoParser,
    /// Images, archives and the like, which are never captured: `binary`.
    Binary,
    /// A type that is not known, or none that could be guessed: `unknown content type`.
    UnknownType,
    /// Several types that contradict each other: `conflicting content types`.
    ConflictingTypes,
    /// A content coding that is not known, or too many: `unknown content coding`.
    UnknownCoding,
    /// The content coding could not be undone: `corrupt content coding`.
    CorruptCoding,
    /// More bytes than the cap once decoded: `over the cap`.
    OverCap,
    /// A character set that is not known or contradicts the bytes: `unknown charset`.
    UnknownCharset,
}

impl WithheldReason {
    /// The reason in words, as [`Withheld`] displays it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Truncated => "truncated",
            Self::Unparseable => "unparseable",
            Self::TooDeep => "too deep",
            Self::TooComplex => "too complex",
            Self::NoParser => "no parser for",
            Self::Binary => "binary",
            Self::UnknownType => "unknown content type",
            Self::ConflictingTypes => "conflicting content types",
            Self::UnknownCoding => "unknown content coding",
            Self::CorruptCoding => "corrupt content coding",
            Self::OverCap => "over the cap",
            Self::UnknownCharset => "unknown charset",
        }
    }
}

impl From<JsonFault> for WithheldReason {
    fn from(fault: JsonFault) -> Self {
        match fault {
            JsonFault::Unparseable { .. } => Self::Unparseable,
            JsonFault::TooDeep => Self::TooDeep,
            JsonFault::TooComplex => Self::TooComplex,
        }
    }
}

impl Withheld {
    pub(super) fn new(reason: WithheldReason, body: &Captured<'_, '_>) -> Self {
        let captured = body.bytes.len() as u64;
        Self {
            reason,
            content_type: media_type::display(body.content_type),
            captured,
            total: body.total.max(captured),
        }
    }

    /// Why the body stays.
    #[must_use]
    pub fn reason(&self) -> WithheldReason {
        self.reason
    }

    /// The size of the body on the wire, in bytes, as far as it was seen.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.total
    }

    /// Reason, type and size without the marker: `unparseable application/json, 17 B`.
    #[must_use]
    pub fn description(&self) -> String {
        let Self { reason, content_type, captured, total } = self;
        let what = match (reason, content_type.as_str()) {
            (WithheldReason::UnknownType, "none") => "no content type".to_owned(),
            (reason, "none") => format!("{} body without content type", reason.as_str()),
            (reason, content_type) => format!("{} {content_type}", reason.as_str()),
        };
        match reason {
            WithheldReason::Truncated => format!("{what}, {captured} of {total} B"),
            _ => format!("{what}, {total} B"),
        }
    }
}

impl fmt::Display for Withheld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{MARKER} [{}]", self.description())
    }
}

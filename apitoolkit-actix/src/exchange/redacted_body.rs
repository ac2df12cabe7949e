use std::{borrow::Cow, fmt};

use super::{BodyBuffer, Fields};
use crate::redact::{BodyText, Captured, Redactor, Scratch, Side};

/// What may leave of a body.
#[derive(Debug)]
pub(crate) struct RedactedBody<'e> {
    /// Bytes on the wire; absent when nobody counted them to the end.
    pub(crate) size: Option<u64>,
    /// Absent when capture is off, when there is no body, and when it was shed.
    pub(crate) content: Option<Cow<'e, [u8]>>,
    /// Whether `content` is the notice that stands for a withheld body.
    pub(crate) withheld: bool,
}

impl<'e> RedactedBody<'e> {
    /// Redacts what was captured, or puts the reason why it is withheld in its place.
    pub(super) fn new(
        side: Side,
        seen: &'e BodyBuffer,
        fields: &Fields,
        redactor: &Redactor,
        scratch: &mut Scratch,
    ) -> Self {
        // What was counted to the end is what was on the wire.
        let size = seen.size().or_else(|| declared_size(fields));
        let nothing = Self { size, content: None, withheld: false };
        if !seen.is_captured() || seen.is_shed() || seen.total() == 0 {
            return nothing;
        }
        let content_type: Vec<_> = fields.all("content-type").collect();
        let content_encoding: Vec<_> = fields.all("content-encoding").collect();
        let captured = Captured {
            content_type: &content_type,
            content_encoding: &content_encoding,
            bytes: seen.bytes(),
            gaps: seen.gaps(),
            truncated: seen.is_partial(),
            total: size.unwrap_or(0).max(seen.total()),
            cap: seen.cap(),
        };
        match redactor.captured(side, &captured, scratch) {
            BodyText::Empty => nothing,
            BodyText::Content(content) => Self { content: Some(content), ..nothing },
            BodyText::Withheld(why) => {
                let notice = why.to_string().into_bytes();
                Self { content: Some(notice.into()), withheld: true, ..nothing }
            }
        }
    }
}

impl fmt::Display for RedactedBody<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.size {
            Some(size) => write!(f, "{size} B")?,
            None => f.write_str("of unknown size")?,
        }
        match &self.content {
            Some(notice) if self.withheld => write!(f, ", {}", String::from_utf8_lossy(notice)),
            Some(content) => write!(f, ", {} B captured", content.len()),
            None => Ok(()),
        }
    }
}

fn declared_size(fields: &Fields) -> Option<u64> {
    fields.first("content-length").and_then(|length| length.trim().parse().ok())
}

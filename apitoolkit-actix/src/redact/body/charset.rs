//! Character sets: everything becomes UTF-8, or is withheld.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::WithheldReason;

/// The bytes in UTF-8, if the byte order mark or the declared character set leaves no doubt.
///
/// What declares nothing or UTF-8 is passed on unchecked: the parsers do that.
pub(super) fn to_utf8<'b>(
    bytes: Cow<'b, [u8]>,
    charset: Option<&str>,
) -> Result<Cow<'b, [u8]>, WithheldReason> {
    let declared = match charset {
        None | Some("") => None,
        Some(label) => Some(Charset::of(label).ok_or(WithheldReason::UnknownCharset)?),
    };
    let (charset, skip) = match (byte_order_mark(&bytes), declared) {
        (Some(Mark::Utf32), _) => return Err(WithheldReason::UnknownCharset),
        (Some(Mark::Utf8), None | Some(Charset::Utf8)) | (None, None) => (Charset::Utf8, 0),
        (Some(Mark::Utf16Le), None | Some(Charset::Utf16 | Charset::Utf16Le)) => {
            (Charset::Utf16Le, 2)
        }
        (Some(Mark::Utf16Be), None | Some(Charset::Utf16 | Charset::Utf16Be)) => {
            (Charset::Utf16Be, 2)
        }
        // UTF-16 without a mark: the standards disagree on the byte order.
        (None, Some(Charset::Utf16)) | (Some(_), Some(_)) => {
            return Err(WithheldReason::UnknownCharset);
        }
        (None, Some(charset)) => (charset, 0),
    };
    let encoding: &'static Encoding = match charset {
        Charset::Utf8 => return Ok(bytes),
        Charset::Utf16Le | Charset::Utf16 => UTF_16LE,
        Charset::Utf16Be => UTF_16BE,
        Charset::Latin1 => WINDOWS_1252,
    };
    let text = bytes.get(skip..).unwrap_or_default();
    let (decoded, had_errors) = encoding.decode_without_bom_handling(text);
    if had_errors {
        return Err(WithheldReason::Unparseable);
    }
    Ok(Cow::Owned(decoded.into_owned().into_bytes()))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Charset {
    Utf8,
    /// The byte order is in the mark.
    Utf16,
    Utf16Le,
    Utf16Be,
    Latin1,
}

impl Charset {
    fn of(label: &str) -> Option<Self> {
        match label {
            "utf-8" | "utf8" | "us-ascii" | "ascii" => Some(Self::Utf8),
            "utf-16" | "utf16" => Some(Self::Utf16),
            "utf-16le" => Some(Self::Utf16Le),
            "utf-16be" => Some(Self::Utf16Be),
            "iso-8859-1" | "iso8859-1" | "latin1" | "latin-1" | "windows-1252" | "cp1252" => {
                Some(Self::Latin1)
            }
            _ => None,
        }
    }
}

enum Mark {
    Utf8,
    Utf16Le,
    Utf16Be,
    Utf32,
}

fn byte_order_mark(bytes: &[u8]) -> Option<Mark> {
    match bytes {
        [0xEF, 0xBB, 0xBF, ..] => Some(Mark::Utf8),
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => Some(Mark::Utf32),
        [0xFF, 0xFE, ..] => Some(Mark::Utf16Le),
        [0xFE, 0xFF, ..] => Some(Mark::Utf16Be),
        _ => None,
    }
}

//! A part's head: its name, and whether it is a file.

use memchr::memmem;

use crate::redact::body::{MediaType, split_outside_quotes, unquote};

/// The longest head of a part, in bytes, up to the end of the blank line.
pub(super) const MAX_HEAD: usize = 16 * 1024;

/// What ends a head.
pub(super) const BLANK_LINE: &[u8] = b"\r\n\r\n";

/// Not the grammar of a multipart form, or cut short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// What the head of a part says.
pub(super) struct Head {
    pub(super) name: String,
    /// Whether a file name or a transfer encoding is there.
    is_marked: bool,
    /// The type as declared; an empty essence if none was.
    pub(super) media_type: MediaType,
}

/// The head of a part and its content, which is absent if the head's last line ends the part.
pub(super) fn split(part: &[u8]) -> Result<(&[u8], Option<&[u8]>), Malformed> {
    // At least the name is needed, so there is a head.
    let bounded = part.get(..part.len().min(MAX_HEAD)).ok_or(Malformed)?;
    let length = memmem::find(bounded, BLANK_LINE).or_else(|| {
        // A part without content may end with its head.
        (part.len() <= MAX_HEAD).then(|| part.strip_suffix(b"\r\n").map(<[u8]>::len)).flatten()
    });
    let length = length.ok_or(Malformed)?;
    Ok((part.get(..length).ok_or(Malformed)?, part.get(length + BLANK_LINE.len()..)))
}

impl Head {
    /// Reads a head, without its blank line.
    pub(super) fn parse(head: &[u8]) -> Result<Self, Malformed> {
        let head = str::from_utf8(head).map_err(|_| Malformed)?;
        let mut disposition = None;
        let mut media_type = MediaType::default();
        let mut is_encoded = false;
        for line in head.split("\r\n") {
            if line.starts_with([' ', '\t']) || line.contains(['\n', '\r', '\0']) {
                return Err(Malformed);
            }
            let (name, value) = line.split_once(':').ok_or(Malformed)?;
            match name.trim().to_ascii_lowercase().as_str() {
                "content-disposition" if disposition.is_none() => {
                    disposition = Some(Disposition::parse(value)?);
                }
                "content-disposition" => return Err(Malformed),
                "content-type" => {
                    media_type = MediaType::of(&[value.as_bytes()]).map_err(|_| Malformed)?;
                }
                "content-transfer-encoding" => {
                    let value = value.trim();
                    is_encoded |= !["7bit", "8bit", "binary"]
                        .iter()
                        .any(|plain| value.eq_ignore_ascii_case(plain));
                }
                _ => {}
            }
        }
        let Disposition { name, is_file } = disposition.ok_or(Malformed)?;
        Ok(Self { name, is_marked: is_file || is_encoded, media_type })
    }

    /// Whether the part is a file, whatever is in it. Fields have no type or a plain one; anything
    /// else is content, as a file is.
    pub(super) fn is_file(&self) -> bool {
        let MediaType { essence, charset, .. } = &self.media_type;
        let is_plain = matches!(essence.as_str(), "" | "text/plain" | "application/json");
        let is_text = is_plain && matches!(charset.as_deref(), None | Some("utf-8" | "us-ascii"));
        self.is_marked || !is_text
    }
}

struct Disposition {
    name: String,
    is_file: bool,
}

impl Disposition {
    fn parse(value: &str) -> Result<Self, Malformed> {
        let mut parts = split_outside_quotes(value, ';').into_iter();
        if !parts.next().unwrap_or_default().trim().eq_ignore_ascii_case("form-data") {
            return Err(Malformed);
        }
        let mut name = None;
        let mut is_file = false;
        for part in parts {
            let (key, value) = part.split_once('=').ok_or(Malformed)?;
            match key.trim().to_ascii_lowercase().as_str() {
                "name" if name.is_none() => name = Some(unquote(value.trim())),
                // Twice, or in the extended form that RFC 7578 forbids: readers disagree.
                "name" | "name*" => return Err(Malformed),
                "filename" | "filename*" => is_file = true,
                _ => {}
            }
        }
        Ok(Self { name: name.ok_or(Malformed)?, is_file })
    }
}

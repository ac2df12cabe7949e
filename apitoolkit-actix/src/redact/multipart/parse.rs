//! Splitting a multipart body into parts (RFC 2046, section 5.1), strictly.

use memchr::memmem;

use crate::redact::body::{MediaType, split_outside_quotes, unquote};

/// The longest header block of a part, in bytes.
const MAX_HEAD: usize = 16 * 1024;

/// One part.
pub(super) struct Part<'m> {
    pub(super) name: String,
    pub(super) is_file: bool,
    /// The type as declared; an empty essence if none was.
    pub(super) media_type: MediaType,
    pub(super) content: &'m [u8],
}

/// Not the grammar of a multipart form, or cut short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// The parts of a whole body, to its closing delimiter.
pub(super) fn parts<'m>(body: &'m [u8], boundary: &str) -> Result<Vec<Part<'m>>, Malformed> {
    let is_boundary_byte = |b: u8| b.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(&b);
    if boundary.is_empty() || boundary.len() > 70 || !boundary.bytes().all(is_boundary_byte) {
        return Err(Malformed);
    }
    let delimiter = format!("\r\n--{boundary}");
    let finder = memmem::Finder::new(delimiter.as_bytes());
    let mut rest = match body.strip_prefix(delimiter.as_bytes().get(2..).unwrap_or_default()) {
        Some(rest) => rest,
        None => {
            let preamble = finder.find(body).ok_or(Malformed)?;
            body.get(preamble + delimiter.len()..).ok_or(Malformed)?
        }
    };
    let mut parts = Vec::new();
    loop {
        if let Some(epilogue) = rest.strip_prefix(b"--") {
            // An epilogue is dropped; it must not hold parts for a more lenient reader.
            return if finder.find(epilogue).is_none() { Ok(parts) } else { Err(Malformed) };
        }
        let padding = rest.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        let part = rest.get(padding..).and_then(|r| r.strip_prefix(b"\r\n")).ok_or(Malformed)?;
        let end = finder.find(part).ok_or(Malformed)?;
        parts.push(Part::parse(part.get(..end).ok_or(Malformed)?)?);
        rest = part.get(end + delimiter.len()..).ok_or(Malformed)?;
    }
}

impl<'m> Part<'m> {
    fn parse(part: &'m [u8]) -> Result<Self, Malformed> {
        // At least the name is needed, so there is a head.
        let bounded = part.get(..part.len().min(MAX_HEAD)).ok_or(Malformed)?;
        let head_len = memmem::find(bounded, b"\r\n\r\n").or_else(|| {
            // A part without content may end with its head.
            (part.len() <= MAX_HEAD).then(|| part.strip_suffix(b"\r\n").map(<[u8]>::len)).flatten()
        });
        let head_len = head_len.ok_or(Malformed)?;
        let head = part.get(..head_len).ok_or(Malformed)?;
        let content = part.get(head_len + 4..).unwrap_or_default();
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
        Ok(Self { name, is_file: is_file || is_encoded, media_type, content })
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

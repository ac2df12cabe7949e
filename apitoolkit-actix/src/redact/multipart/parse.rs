//! Splitting a multipart body into parts (RFC 2046, section 5.1), strictly.

use memchr::memmem;

use super::head::{self, Head, Malformed};

/// A body as it was kept.
#[derive(Clone, Copy)]
pub(crate) struct Form<'m> {
    pub(crate) bytes: &'m [u8],
    /// In order.
    pub(crate) gaps: &'m [Gap],
}

/// Where the content of a file was left out of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Gap {
    /// How many of the bytes that were kept come before it.
    pub(crate) at: usize,
    /// How many bytes were left out.
    pub(crate) bytes: u64,
}

/// One part.
pub(super) struct Part<'m> {
    pub(super) head: Head,
    /// What was kept of its content.
    pub(super) content: &'m [u8],
    /// How many bytes the content has.
    pub(super) size: u64,
}

/// What comes before each part but the first; absent if there is no such boundary.
pub(super) fn delimiter(boundary: &str) -> Option<String> {
    let is_boundary_byte = |b: u8| b.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(&b);
    let is_valid = (1..=70).contains(&boundary.len()) && boundary.bytes().all(is_boundary_byte);
    is_valid.then(|| format!("\r\n--{boundary}"))
}

/// The parts of a whole body, to its closing delimiter.
pub(super) fn parts<'m>(form: &Form<'m>, boundary: &str) -> Result<Vec<Part<'m>>, Malformed> {
    let Form { bytes: body, mut gaps } = *form;
    let delimiter = delimiter(boundary).ok_or(Malformed)?;
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
            // An epilogue is dropped; it must not hold parts for a more lenient reader. What was
            // left out has to be the content of files.
            let is_whole = finder.find(epilogue).is_none() && gaps.is_empty();
            return if is_whole { Ok(parts) } else { Err(Malformed) };
        }
        let padding = rest.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        let part = rest.get(padding..).and_then(|r| r.strip_prefix(b"\r\n")).ok_or(Malformed)?;
        let end = finder.find(part).ok_or(Malformed)?;
        let begin = body.len() - part.len();
        let whole = part.get(..end).ok_or(Malformed)?;
        parts.push(Part::parse(whole, begin, &mut gaps)?);
        rest = part.get(end + delimiter.len()..).ok_or(Malformed)?;
    }
}

impl<'m> Part<'m> {
    /// Reads the part that begins at `begin`, and takes the gap in it.
    fn parse(part: &'m [u8], begin: usize, gaps: &mut &[Gap]) -> Result<Self, Malformed> {
        let (head, content) = head::split(part)?;
        let head = Head::parse(head)?;
        let mut size = content.unwrap_or_default().len() as u64;
        // It stands for the whole of a file.
        if content.is_some_and(<[u8]>::is_empty)
            && head.is_file()
            && let Some((gap, others)) = gaps.split_first()
            && gap.at == begin + part.len()
        {
            size = gap.bytes;
            *gaps = others;
        }
        Ok(Self { head, content: content.unwrap_or_default(), size })
    }
}

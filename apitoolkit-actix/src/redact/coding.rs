//! Content codings (RFC 9110, section 8.4): gzip, deflate, br, zstd, also on top of each other.
//!
//! Output is bounded by the cap at every stage, so that a bomb costs no more than a body of that
//! size. Beside the output a decoder holds: deflate its 32 KiB window and about 43 KiB of tables;
//! brotli its tables and a buffer of at most twice the cap; zstd a buffer that grows with the
//! output, and one block of 128 KiB.

use std::{
    borrow::Cow,
    io::{self, Read},
};

use flate2::{Decompress, FlushDecompress, Status, bufread::MultiGzDecoder};
use ruzstd::decoding::{
    BlockDecodingStrategy, FrameDecoder,
    errors::{FrameDecoderError, ReadFrameHeaderError},
};

use super::body::WithheldReason as Reason;

mod brotli;
#[cfg(test)]
mod tests;

/// More codings than that on one body is no one's intention.
const MAX_CODINGS: usize = 3;

/// The largest zstd window for HTTP (RFC 9659), in bytes.
const MAX_ZSTD_WINDOW: u64 = 8 * 1024 * 1024;

/// The codings of a body in the order in which they were applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Codings(Vec<Coding>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

impl Codings {
    /// Reads the values of `Content-Encoding`.
    pub(crate) fn of(values: &[&[u8]]) -> Result<Self, Reason> {
        let mut codings = Vec::new();
        for token in values.iter().flat_map(|value| value.split(|&b| b == b',')) {
            let token = token.trim_ascii().to_ascii_lowercase();
            codings.push(match token.as_slice() {
                b"" | b"identity" => continue,
                b"gzip" | b"x-gzip" => Coding::Gzip,
                b"deflate" => Coding::Deflate,
                b"br" => Coding::Brotli,
                b"zstd" => Coding::Zstd,
                _ => return Err(Reason::UnknownCoding),
            });
            if codings.len() > MAX_CODINGS {
                return Err(Reason::UnknownCoding);
            }
        }
        Ok(Self(codings))
    }

    pub(crate) fn is_identity(&self) -> bool {
        self.0.is_empty()
    }

    /// Undoes the codings; no stage may have more than `cap` bytes of output.
    pub(crate) fn decode<'b>(&self, bytes: &'b [u8], cap: usize) -> Result<Cow<'b, [u8]>, Reason> {
        let mut bytes = Cow::Borrowed(bytes);
        if self.is_identity() && bytes.len() > cap {
            return Err(Reason::OverCap);
        }
        for coding in self.0.iter().rev() {
            bytes = Cow::Owned(match coding {
                Coding::Gzip => read_bounded(MultiGzDecoder::new(&*bytes), cap)?,
                Coding::Deflate => inflate(&bytes, cap)?,
                Coding::Brotli => brotli::decode(&bytes, cap)?,
                Coding::Zstd => unzstd(&bytes, cap)?,
            });
        }
        Ok(bytes)
    }
}

/// Reads to the end, or to the first byte over the cap.
fn read_bounded(reader: impl Read, cap: usize) -> Result<Vec<u8>, Reason> {
    let limit = (cap as u64).saturating_add(1);
    let mut out = Vec::new();
    let result = reader.take(limit).read_to_end(&mut out);
    if out.len() > cap {
        return Err(Reason::OverCap);
    }
    result.map_err(|_: io::Error| Reason::CorruptCoding)?;
    Ok(out)
}

/// `deflate` is zlib by the standard, and raw deflate by what some servers send.
fn inflate(bytes: &[u8], cap: usize) -> Result<Vec<u8>, Reason> {
    /// How much room for output is made at a time.
    const STEP: usize = 16 * 1024;
    let has_zlib_header = match bytes {
        [method, flags, ..] => {
            method & 0x0F == 8 && u16::from_be_bytes([*method, *flags]) % 31 == 0
        }
        _ => false,
    };
    let mut decoder = Decompress::new(has_zlib_header);
    let mut out = Vec::new();
    loop {
        let consumed = usize::try_from(decoder.total_in()).unwrap_or(usize::MAX);
        let rest = bytes.get(consumed..).unwrap_or_default();
        out.reserve(STEP.min(cap.saturating_sub(out.len()).saturating_add(1)));
        let before = out.len();
        let status = decoder
            .decompress_vec(rest, &mut out, FlushDecompress::None)
            .map_err(|_| Reason::CorruptCoding)?;
        if out.len() > cap {
            return Err(Reason::OverCap);
        }
        match status {
            Status::StreamEnd => return Ok(out),
            // No progress with room left: the input ended before the stream did.
            _ if out.len() == before && decoder.total_in() == consumed as u64 => {
                return Err(Reason::CorruptCoding);
            }
            _ => {}
        }
    }
}

/// Decodes zstd frames one after the other, skipping the skippable ones.
fn unzstd(mut source: &[u8], cap: usize) -> Result<Vec<u8>, Reason> {
    let mut out = Vec::new();
    while !source.is_empty() {
        // A new decoder for each frame: its window grows with the output, whereas one used again
        // reserves all of it.
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(MAX_ZSTD_WINDOW);
        match decoder.init(&mut source) {
            Ok(()) => {}
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                length,
                ..
            })) => {
                source = source.get(length as usize..).ok_or(Reason::CorruptCoding)?;
                continue;
            }
            Err(_) => return Err(Reason::CorruptCoding),
        }
        let room = cap.saturating_sub(out.len());
        // Blocks, up to the one that goes over the cap: nothing is given out before the window is
        // full or the frame ends, so there is nothing else to stop at.
        let is_done = decoder
            .decode_blocks(&mut source, BlockDecodingStrategy::UptoBytes(room.saturating_add(1)))
            .map_err(|_| Reason::CorruptCoding)?;
        if !is_done || decoder.can_collect() > room {
            return Err(Reason::OverCap);
        }
        out.extend(decoder.collect().unwrap_or_default());
        if let Some(expected) = decoder.get_checksum_from_data()
            && decoder.get_calculated_checksum() != Some(expected)
        {
            return Err(Reason::CorruptCoding);
        }
    }
    Ok(out)
}

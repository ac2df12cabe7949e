//! Decompression with a bound on what comes out.

use std::io::{self, Read};

use ruzstd::decoding::StreamingDecoder;

/// More than any test sends; keeps a zip bomb from taking the test process down.
pub(super) const MAX_BYTES: usize = 64 * 1024 * 1024;

pub(super) fn decompress(encoding: &str, bytes: &[u8]) -> io::Result<Vec<u8>> {
    match encoding {
        "gzip" => bounded(flate2::read::MultiGzDecoder::new(bytes)),
        "zstd" => bounded(StreamingDecoder::new(bytes).map_err(io::Error::other)?),
        other => Err(io::Error::new(
            io::ErrorKind::Unsupported,
            format!("compression {other:?} is not supported; gzip and zstd are"),
        )),
    }
}

/// What can be decompressed of bytes that may be cut off or followed by something else.
pub(super) fn decompress_prefix(encoding: &str, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    // Whatever came out before an error is what the caller wants.
    let _ = match encoding {
        "gzip" => read_into(flate2::read::GzDecoder::new(bytes), &mut out),
        "zstd" => StreamingDecoder::new(bytes)
            .map_err(io::Error::other)
            .and_then(|decoder| read_into(decoder, &mut out)),
        _ => Ok(()),
    };
    out
}

fn bounded(decoder: impl Read) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    read_into(decoder, &mut out)?;
    Ok(out)
}

fn read_into(decoder: impl Read, out: &mut Vec<u8>) -> io::Result<()> {
    let limit = MAX_BYTES as u64 + 1;
    decoder.take(limit).read_to_end(out).map(drop)
}

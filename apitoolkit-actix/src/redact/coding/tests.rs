use std::io::Write;

use flate2::{
    Compression,
    write::{DeflateEncoder, GzEncoder, ZlibEncoder},
};

use super::{Codings, Reason};

const CAP: usize = 64 * 1024;

fn decode(codings: &str, bytes: &[u8], cap: usize) -> Result<Vec<u8>, Reason> {
    Codings::of(&[codings.as_bytes()])?.decode(bytes, cap).map(|decoded| decoded.into_owned())
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A brotli stream of one uncompressed meta-block: what needs no encoder.
fn brotli(bytes: &[u8]) -> Vec<u8> {
    assert!((1..=65_536).contains(&bytes.len()));
    let length = bytes.len() as u32 - 1;
    // WBITS = 16 (one bit 0), ISLAST = 0, MNIBBLES = 4 (two bits 0), MLEN - 1, ISUNCOMPRESSED.
    let header = (length << 4) | (1 << 20);
    let mut out = header.to_le_bytes()[..3].to_vec();
    out.extend_from_slice(bytes);
    // ISLAST, ISEMPTY.
    out.push(0b11);
    out
}

const ZSTD_MAGIC: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];

/// A zstd frame of raw blocks of at most 64 KiB.
fn zstd(bytes: &[u8]) -> Vec<u8> {
    let mut out = ZSTD_MAGIC.to_vec();
    // No content size, no checksum; a window of 1 MiB.
    out.extend_from_slice(&[0, 10 << 3]);
    let mut blocks = bytes.chunks(64 * 1024).peekable();
    while let Some(block) = blocks.next() {
        let is_last = u32::from(blocks.peek().is_none());
        let header = ((block.len() as u32) << 3) | is_last;
        out.extend_from_slice(&header.to_le_bytes()[..3]);
        out.extend_from_slice(block);
    }
    out
}

/// A zstd frame of `blocks` runs of 128 KiB of zeros, and the descriptor of its window.
fn zstd_bomb(blocks: usize, window: u8) -> Vec<u8> {
    let mut out = ZSTD_MAGIC.to_vec();
    out.extend_from_slice(&[0, window]);
    for block in 1..=blocks {
        let header = ((128 * 1024) << 3) | (1 << 1) | u32::from(block == blocks);
        out.extend_from_slice(&header.to_le_bytes()[..3]);
        out.push(0);
    }
    out
}

#[test]
fn each_coding_is_undone() {
    let text = br#"{"password":"C","n":[1,2,3]}"#.repeat(50);
    for (codings, bytes) in [
        ("", text.clone()),
        ("identity", text.clone()),
        ("gzip", gzip(&text)),
        ("X-GZIP", gzip(&text)),
        ("deflate", zlib(&text)),
        ("deflate", deflate(&text)),
        ("br", brotli(&text)),
        ("zstd", zstd(&text)),
        ("gzip, gzip", gzip(&gzip(&text))),
        ("deflate,br , zstd", zstd(&brotli(&zlib(&text)))),
    ] {
        assert_eq!(decode(codings, &bytes, CAP).as_deref(), Ok(text.as_slice()), "{codings}");
    }
    // Several values of the field, several members, skippable frames.
    let stacked = Codings::of(&[b"gzip", b"zstd"]).unwrap();
    assert_eq!(stacked.decode(&zstd(&gzip(&text)), CAP).unwrap(), text);
    let members = [gzip(b"a"), gzip(b"b")].concat();
    assert_eq!(decode("gzip", &members, CAP).unwrap(), b"ab");
    let skippable = [0x50, 0x2A, 0x4D, 0x18, 2, 0, 0, 0, 9, 9];
    let frames = [&zstd(b"a")[..], &skippable, &zstd(b"b")].concat();
    assert_eq!(decode("zstd", &frames, CAP).unwrap(), b"ab");
}

/// What reference encoders make of `{"password":"hello hello"}`, 30 times.
#[test]
fn compressed_streams() {
    let text = br#"{"password":"hello hello"}"#.repeat(30);
    let brotli = [
        0x1B, 0x0B, 0x03, 0x00, 0x04, 0x19, 0x72, 0xA4, 0xED, 0x82, 0xB1, 0xB6, 0x7A, 0x91, 0x49,
        0xA0, 0xA9, 0x4C, 0x1F, 0x95, 0x77, 0xCA, 0x1C, 0x06, 0x56, 0xE0, 0x84, 0x59, 0xB9, 0x05,
    ];
    // With a checksum.
    let zstd = [
        0x28, 0xB5, 0x2F, 0xFD, 0x04, 0x60, 0xFD, 0x00, 0x00, 0xA8, 0x7B, 0x22, 0x70, 0x61, 0x73,
        0x73, 0x77, 0x6F, 0x72, 0x64, 0x22, 0x3A, 0x22, 0x68, 0x65, 0x6C, 0x6C, 0x6F, 0x20, 0x22,
        0x7D, 0x02, 0x00, 0xEF, 0x7A, 0x16, 0x9E, 0xB6, 0x84, 0x01, 0x2D, 0x3E, 0x96, 0xE0,
    ];
    assert_eq!(decode("br", &brotli, CAP).as_deref(), Ok(text.as_slice()));
    assert_eq!(decode("zstd", &zstd, CAP).as_deref(), Ok(text.as_slice()));
    assert_eq!(decode("br", &brotli, text.len() - 1), Err(Reason::OverCap));
    assert_eq!(decode("zstd", &zstd, text.len() - 1), Err(Reason::OverCap));
    let mut damaged = zstd;
    damaged[zstd.len() - 1] ^= 1;
    assert_eq!(decode("zstd", &damaged, CAP), Err(Reason::CorruptCoding));
}

#[test]
fn unknown_and_too_many_codings() {
    for codings in ["compress", "aws-chunked", "gzip, x", "gzip,gzip,gzip,gzip", "\u{1}"] {
        assert_eq!(decode(codings, b"abc", CAP), Err(Reason::UnknownCoding), "{codings}");
    }
}

#[test]
fn corrupt_and_truncated_streams() {
    let text = b"some text that is long enough to be cut ".repeat(20);
    for (coding, bytes) in [
        ("gzip", gzip(&text)),
        ("deflate", zlib(&text)),
        ("deflate", deflate(&text)),
        ("br", brotli(&text)),
        ("zstd", zstd(&text)),
    ] {
        for len in [1, bytes.len() / 2, bytes.len() - 1] {
            let result = decode(coding, &bytes[..len], CAP);
            assert_eq!(result, Err(Reason::CorruptCoding), "{coding} {len}");
        }
        assert!(decode(coding, b"this was never compressed", CAP).is_err(), "{coding}");
    }
    let mut flipped = gzip(&text);
    let crc = flipped.len() - 8;
    flipped[crc] ^= 1;
    assert_eq!(decode("gzip", &flipped, CAP), Err(Reason::CorruptCoding));
}

#[test]
fn output_is_bounded_by_the_cap() {
    let text = vec![b'a'; CAP];
    let more = vec![b'a'; CAP + 1];
    assert_eq!(decode("", &more, CAP), Err(Reason::OverCap));
    for (coding, encode) in [
        ("gzip", gzip as fn(&[u8]) -> Vec<u8>),
        ("deflate", zlib),
        ("deflate", deflate),
        ("zstd", zstd),
    ] {
        assert_eq!(decode(coding, &encode(&text), CAP).map(|t| t.len()), Ok(CAP), "{coding}");
        assert_eq!(decode(coding, &encode(&more), CAP), Err(Reason::OverCap), "{coding}");
    }
    assert_eq!(decode("br", &brotli(b"abc"), 2), Err(Reason::OverCap));
    assert_eq!(decode("gzip", &gzip(b"a"), 0), Err(Reason::OverCap));
    assert_eq!(decode("gzip", &gzip(b""), 0).as_deref(), Ok(b"".as_slice()));
    // Also between two codings.
    assert_eq!(decode("gzip, gzip", &gzip(&gzip(&vec![b'a'; 1 << 24])), CAP), Err(Reason::OverCap));
}

#[test]
fn bombs_cost_no_more_than_the_cap() {
    // 16 KiB that stand for 512 MiB.
    let bomb = zstd_bomb(4096, 13 << 3);
    assert!(bomb.len() <= 16 * 1024 + 16);
    let start = std::time::Instant::now();
    for _ in 0..100 {
        assert_eq!(decode("zstd", &bomb, CAP), Err(Reason::OverCap));
    }
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
    // The beginning of a brotli stream of 512 MiB, which announces the first 16 MiB: refused before
    // there is room for them.
    let stream = [
        0xCF, 0xFF, 0xFF, 0x7F, 0x00, 0x24, 0xC2, 0xE2, 0xB1, 0x40, 0x72, 0xEF, 0xFF, 0xF9, 0xFF,
        0xFF, 0x0F, 0x80, 0x04, 0x40, 0x1C, 0x16, 0x80, 0xEE,
    ];
    assert_eq!(decode("br", &stream, CAP), Err(Reason::OverCap));
    // A window over 8 MiB is refused before anything is reserved for it.
    assert_eq!(decode("zstd", &zstd_bomb(1, 14 << 3), CAP), Err(Reason::CorruptCoding));
}

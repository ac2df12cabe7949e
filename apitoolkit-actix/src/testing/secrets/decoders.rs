//! Lenient decoders: they decode whatever in their input looks encoded, wherever it begins, and
//! leave or drop the rest. A strict decoder would miss a secret next to a single wrong byte.

use memchr::memmem;

use crate::testing::compression::decompress_prefix;

/// Shorter runs cannot hold a secret of the shortest length that is searched for.
const SHORTEST_RUN: usize = 8;
/// How often a text is percent-decoded before it must have come to rest.
const PERCENT_ROUNDS: usize = 5;
/// How many places of one text are tried as the beginning of compressed data.
const COMPRESSED_PLACES: usize = 8;

const GZIP: &[u8] = &[0x1f, 0x8b, 0x08];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// Decodes every run of the base64 alphabets (standard and URL-safe mixed, line breaks allowed), at
/// all four alignments: in a run that begins before the encoded text does, only one of them is right.
pub(super) fn base64(text: &[u8]) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    let mut run = Vec::new();
    for byte in text.iter().copied().chain([0]) {
        match sextet(byte) {
            Some(value) => run.push(value),
            None if matches!(byte, b'\r' | b'\n') => {}
            None => {
                if run.len() >= SHORTEST_RUN {
                    for start in 0..4 {
                        decode_run(run.get(start..).unwrap_or_default(), &mut out);
                        out.push(0);
                    }
                }
                run.clear();
            }
        }
    }
    if out.is_empty() { Vec::new() } else { vec![out] }
}

fn sextet(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

fn decode_run(run: &[u8], out: &mut Vec<u8>) {
    for group in run.chunks(4) {
        let at = |index| group.get(index).copied().map(u32::from);
        let joined = at(0).unwrap_or(0) << 18
            | at(1).unwrap_or(0) << 12
            | at(2).unwrap_or(0) << 6
            | at(3).unwrap_or(0);
        let [_, bytes @ ..] = joined.to_be_bytes();
        out.extend(bytes.iter().take(group.len() - 1));
    }
}

/// Percent-decodes, again and again until nothing changes; every step is returned.
pub(super) fn percent(text: &[u8]) -> Vec<Vec<u8>> {
    let mut steps: Vec<Vec<u8>> = Vec::new();
    while steps.len() < PERCENT_ROUNDS {
        let current = steps.last().map_or(text, Vec::as_slice);
        if memchr::memchr(b'%', current).is_none() {
            break;
        }
        let decoded: Vec<u8> = percent_encoding::percent_decode(current).collect();
        if decoded == current {
            break;
        }
        steps.push(decoded);
    }
    steps
}

/// As [`percent`], with `+` for a space.
pub(super) fn form(text: &[u8]) -> Vec<Vec<u8>> {
    if memchr::memchr(b'+', text).is_none() {
        return Vec::new();
    }
    let spaced: Vec<u8> = text.iter().map(|&b| if b == b'+' { b' ' } else { b }).collect();
    let mut steps = percent(&spaced);
    steps.push(spaced);
    steps
}

/// Undoes JSON's escapes wherever they stand; what is no escape stays as it is.
pub(super) fn json(text: &[u8]) -> Vec<Vec<u8>> {
    if memchr::memchr(b'\\', text).is_none() {
        return Vec::new();
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        let escape = if byte == b'\\' { tail.split_first() } else { None };
        let Some((&kind, after)) = escape else {
            out.push(byte);
            continue;
        };
        let plain = match kind {
            b'"' | b'\\' | b'/' | b'\'' => kind,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                match unicode(after) {
                    Some((character, after)) => {
                        out.extend(character.encode_utf8(&mut [0; 4]).bytes());
                        rest = after;
                    }
                    None => out.push(byte),
                }
                continue;
            }
            _ => {
                out.push(byte);
                continue;
            }
        };
        out.push(plain);
        rest = after;
    }
    vec![out]
}

/// The character whose `\u` has just been read, a pair of surrogates included.
fn unicode(text: &[u8]) -> Option<(char, &[u8])> {
    let (high, rest) = hex4(text)?;
    if let Some(character) = char::from_u32(high) {
        return Some((character, rest));
    }
    let (low, rest) = hex4(rest.strip_prefix(b"\\u")?)?;
    let low = low.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
    let high = high.checked_sub(0xd800).filter(|high| *high < 0x400)?;
    char::from_u32(0x1_0000 + (high << 10) + low).map(|character| (character, rest))
}

fn hex4(text: &[u8]) -> Option<(u32, &[u8])> {
    let (digits, rest) = text.split_first_chunk::<4>()?;
    let value = digits.iter().try_fold(0, |value, &digit| {
        char::from(digit).to_digit(16).map(|digit| value << 4 | digit)
    })?;
    Some((value, rest))
}

/// Decompresses whatever begins like gzip or zstd.
pub(super) fn compressed(text: &[u8]) -> Vec<Vec<u8>> {
    [("gzip", GZIP), ("zstd", ZSTD)]
        .into_iter()
        .flat_map(|(encoding, magic)| {
            memmem::find_iter(text, magic)
                .take(COMPRESSED_PLACES)
                .filter_map(|at| text.get(at..))
                .map(move |data| decompress_prefix(encoding, data))
                .filter(|plain| !plain.is_empty())
                .collect::<Vec<_>>()
        })
        .collect()
}

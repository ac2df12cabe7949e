//! Looking for what ends a part, wherever the chunks are cut.

use memchr::{memmem::Finder, memrchr};

#[derive(Clone, Copy)]
pub(super) enum Search {
    /// The delimiter ends there.
    Found { end: usize },
    /// So many of its bytes are the last that there are.
    Begun { matched: usize },
}

/// Looks for the delimiter, of which `matched` bytes came before.
pub(super) fn search(finder: &Finder<'_>, matched: usize, chunk: &[u8]) -> Search {
    let delimiter = finder.needle();
    let mut rest = chunk;
    if matched > 0 {
        let wanted = delimiter.get(matched..).unwrap_or_default();
        let common = common(wanted, chunk);
        if common == wanted.len() {
            return Search::Found { end: common };
        }
        if common == chunk.len() {
            return Search::Begun { matched: matched + common };
        }
        // It begins with the only CR in it, so no other one can begin within those bytes.
        rest = chunk.get(common..).unwrap_or_default();
    }
    if let Some(begin) = finder.find(rest) {
        return Search::Found { end: chunk.len() - rest.len() + begin + delimiter.len() };
    }
    let end = super::last(rest, delimiter.len() - 1);
    let begun = memrchr(b'\r', end).and_then(|at| end.get(at..));
    let matched = begun.filter(|begun| delimiter.starts_with(begun)).map_or(0, <[u8]>::len);
    Search::Begun { matched }
}

/// How many bytes both begin with.
pub(super) fn common(one: &[u8], other: &[u8]) -> usize {
    one.iter().zip(other).take_while(|(one, other)| one == other).count()
}

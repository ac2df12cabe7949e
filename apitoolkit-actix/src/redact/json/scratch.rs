//! Memory that outlives a document.

use std::fmt;

use super::{embedded, keys::Keys, locate::Located, splice::Edit, walk::Frame};

/// Bytes that one buffer may keep between documents.
const KEPT: usize = 256 << 10;

/// Memory to work in, for one document after another; it shrinks after an unusual one.
#[derive(Default)]
pub(crate) struct JsonScratch {
    pub(super) memory: Memory,
    /// One for the document, one for each level of JSON inside strings.
    pub(super) levels: [Level; 1 + embedded::MAX_DEPTH],
    pub(super) located: Located,
}

impl fmt::Debug for JsonScratch {
    /// Without the content: it is of bodies that are not redacted yet.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonScratch").finish_non_exhaustive()
    }
}

/// What all levels share.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) keys: Keys,
    /// The sets of positions of the containers around the current place.
    pub(super) sets: Vec<u64>,
}

/// Memory for one document, or for one that stands in another's string.
#[derive(Default)]
pub(super) struct Level {
    pub(super) frames: Vec<Frame>,
    pub(super) edits: Vec<Edit>,
    /// The decoded text of a string, which the next level works on.
    pub(super) text: Vec<u8>,
}

impl JsonScratch {
    /// Gives back what an unusual document needed.
    pub(super) fn shrink(&mut self) {
        for Level { frames, edits, text } in &mut self.levels {
            trim(frames);
            trim(edits);
            trim(text);
        }
        trim(&mut self.memory.sets);
        self.located.shrink();
    }
}

/// Empties a buffer, and frees it if it grew out of bounds.
pub(super) fn trim<T>(buffer: &mut Vec<T>) {
    buffer.clear();
    if buffer.capacity() * size_of::<T>() > KEPT {
        *buffer = Vec::new();
    }
}

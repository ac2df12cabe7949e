//! Any set of positions, as bits: for rules whose sets are too many to be numbered.
//!
//! The positions of a path stand side by side, so one step of all rules at once is a few
//! operations on each word of the set. The set of a container is kept while its children are read,
//! behind that of what contains it.

use std::fmt;

use super::{State, columns::Columns};
use crate::redact::json::path::Path;

/// Words in the masks of all columns, eight bytes each.
const MAX_WORDS: usize = 1 << 19;

/// See the [module](self).
pub(super) struct Bits {
    /// Words of one set.
    words: usize,
    start: Vec<u64>,
    /// The positions whose segment is a descendant one: they stay.
    stay: Vec<u64>,
    /// For each column, the positions that a child there is selected by, and those that it moves
    /// on from.
    masks: Vec<Mask>,
}

#[derive(Clone, Copy, Default)]
struct Mask {
    last: u64,
    step: u64,
}

impl fmt::Debug for Bits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bits").field("words", &self.words).finish_non_exhaustive()
    }
}

impl Bits {
    /// Compiles paths of at least one segment each, unless the masks would be too large.
    pub(super) fn compile(columns: &Columns, paths: &[&Path]) -> Option<Self> {
        let positions: usize = paths.iter().map(|path| path.segments.len()).sum();
        let words = positions.div_ceil(64).max(1);
        let size = words.checked_mul(columns.count()).filter(|&size| size <= MAX_WORDS)?;
        let mut this = Self {
            words,
            start: vec![0; words],
            stay: vec![0; words],
            masks: vec![Mask::default(); size],
        };
        let mut position = 0;
        for path in paths {
            let last = path.segments.len().saturating_sub(1);
            for (at, segment) in path.segments.iter().enumerate() {
                let (word, bit) = (position / 64, 1 << (position % 64));
                if at == 0 {
                    *this.start.get_mut(word)? |= bit;
                }
                if segment.descendant {
                    *this.stay.get_mut(word)? |= bit;
                }
                for selector in &segment.selectors {
                    columns.selected_by(selector, |column| {
                        if let Some(mask) = this.masks.get_mut(column * words + word) {
                            let of = if at == last { &mut mask.last } else { &mut mask.step };
                            *of |= bit;
                        }
                    });
                }
                position += 1;
            }
        }
        Some(this)
    }

    /// Begins a document.
    pub(super) fn start(&self, sets: &mut Vec<u64>) -> State {
        // The first place stays empty, for it would have the number of the dead state.
        sets.clear();
        sets.resize(self.words, 0);
        sets.extend_from_slice(&self.start);
        u32::try_from(self.words).map_or(State::SELECTED, State)
    }

    /// The state of a child of a container in `state`; the child's set replaces its sibling's.
    #[inline(never)]
    pub(super) fn child(&self, sets: &mut Vec<u64>, State(state): State, column: usize) -> State {
        if State(state) == State::DEAD {
            return State::DEAD;
        }
        let at = state as usize + self.words;
        if sets.len() < at + self.words {
            sets.resize(at + self.words, 0);
        }
        let (parents, child) = sets.split_at_mut(at);
        let parent = parents.get(state as usize..).unwrap_or_default();
        let masks = self.masks.get(column * self.words..).unwrap_or_default();
        let mut selected = 0;
        let mut alive = 0;
        let mut carry = 0;
        for (((to, from), mask), stay) in child.iter_mut().zip(parent).zip(masks).zip(&self.stay) {
            selected |= from & mask.last;
            let step = from & mask.step;
            *to = (from & stay) | (step << 1) | carry;
            carry = step >> 63;
            alive |= *to;
        }
        match u32::try_from(at) {
            Ok(at) if selected == 0 => {
                if alive == 0 {
                    State::DEAD
                } else {
                    State(at)
                }
            }
            _ => State::SELECTED,
        }
    }
}

//! Sets of folded names.

use std::{
    collections::HashSet,
    hash::{BuildHasherDefault, Hasher},
};

use super::fold::Folded;

/// Folded names, behind a filter on their lengths.
#[derive(Clone, Debug, Default)]
pub(super) struct FoldedNames {
    /// Bit `n`: some name has `n` bytes (63: or more).
    lengths: u64,
    names: HashSet<Box<[u8]>, BuildHasherDefault<Fnv>>,
}

impl FoldedNames {
    pub(super) fn new<'n>(names: impl Iterator<Item = &'n str>) -> Self {
        let mut folded = Folded::default();
        let names = names.filter_map(|name| {
            folded.fold(name);
            let name = folded.as_bytes();
            // A name of separators alone folds to nothing, and would match all of its like.
            (!name.is_empty()).then(|| name.into())
        });
        let mut names = Self { lengths: 0, names: names.collect() };
        names.measure();
        names
    }

    pub(super) fn remove(&mut self, other: &Self) {
        self.names.retain(|name| !other.contains(name));
        self.measure();
    }

    fn measure(&mut self) {
        self.lengths = self.names.iter().fold(0, |bits, name| bits | length_bit(name));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    pub(super) fn contains(&self, folded: &[u8]) -> bool {
        self.lengths & length_bit(folded) != 0 && self.names.contains(folded)
    }
}

fn length_bit(name: &[u8]) -> u64 {
    1 << name.len().min(63)
}

/// FNV-1a: the names are few and fixed, so nobody gains by choosing what is looked up.
#[derive(Clone)]
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xCBF2_9CE4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3);
        }
    }

    fn write_usize(&mut self, length: usize) {
        self.0 ^= length as u64;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

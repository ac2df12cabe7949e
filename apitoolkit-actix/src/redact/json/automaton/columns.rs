//! The ways from a node to its children, as far as rules tell them apart.

use std::collections::HashMap;

use crate::redact::json::{
    keys::Key,
    path::{Path, Selector, Slice},
};

/// Places that a slice with a step may be spelt out as.
const MAX_PLACES: u64 = 64;

/// Numbers for the children of objects and arrays: 0 for a member that no rule mentions, one for
/// each name that some rule does, and behind these one for each run of places in arrays that no
/// rule tells apart.
#[derive(Debug)]
pub(super) struct Columns {
    names: HashMap<Box<[u8]>, u16>,
    /// Where runs of places begin; the first, at 0, is left out.
    breaks: Vec<u64>,
}

impl Columns {
    /// `None` if there are too many.
    pub(super) fn new(paths: &[&Path]) -> Option<Self> {
        let mut names = HashMap::new();
        let mut breaks = Vec::new();
        let segments = paths.iter().flat_map(|path| &path.segments);
        for selector in segments.flat_map(|segment| &segment.selectors) {
            if let Selector::Name(name) = selector {
                let next = u16::try_from(names.len() + 1).ok()?;
                names.entry(name.as_bytes().into()).or_insert(next);
            }
            for (from, to) in places(selector).unwrap_or_default() {
                breaks.extend([from, to]);
            }
        }
        breaks.retain(|&at| at != 0 && at != u64::MAX);
        breaks.sort_unstable();
        breaks.dedup();
        // The walk keeps a class in 16 bits, and a key its column in less.
        u16::try_from(breaks.len()).ok()?;
        (names.len() <= usize::from(Key::MAX_COLUMN)).then_some(Self { names, breaks })
    }

    pub(super) fn count(&self) -> usize {
        self.element(0) + 1 + self.breaks.len()
    }

    /// The column of a member, by its decoded name.
    pub(super) fn member(&self, name: &[u8]) -> u16 {
        self.names.get(name).copied().unwrap_or(0)
    }

    /// The column of an element of a class.
    #[inline(always)]
    pub(super) fn element(&self, class: usize) -> usize {
        1 + self.names.len() + class
    }

    /// The class of the element at `index`, given the class of the one before: how many breaks do
    /// not lie beyond it.
    #[inline(always)]
    pub(super) fn class(&self, before: usize, index: u64) -> usize {
        match self.breaks.get(before) {
            Some(&at) if at <= index => before + 1,
            _ => before,
        }
    }

    /// Calls `add` with each column that a selector selects.
    pub(super) fn selected_by(&self, selector: &Selector, mut add: impl FnMut(usize)) {
        match selector {
            Selector::Wildcard => (0..self.count()).for_each(add),
            Selector::Name(name) => add(self.member(name.as_bytes()).into()),
            Selector::Index(_) | Selector::Slice(_) | Selector::Filter(_) => {
                for (from, to) in places(selector).unwrap_or_default() {
                    // Both are breaks, so a run of places lies within or without.
                    let first = self.breaks.partition_point(|&at| at <= from);
                    let end = self.breaks.partition_point(|&at| at < to);
                    if from < to {
                        (first..=end).for_each(|class| add(self.element(class)));
                    }
                }
            }
        }
    }
}

/// The places in an array that a selector picks whatever the array's length, as ranges; `None`
/// if they depend on it, or are too many.
pub(super) fn places(selector: &Selector) -> Option<Vec<(u64, u64)>> {
    match selector {
        Selector::Index(index) => {
            let index = u64::try_from(*index).ok()?;
            Some(vec![(index, index + 1)])
        }
        Selector::Slice(slice) => slice_places(*slice),
        Selector::Name(_) | Selector::Wildcard | Selector::Filter(_) => None,
    }
}

fn slice_places(Slice { start, end, step }: Slice) -> Option<Vec<(u64, u64)>> {
    let start = u64::try_from(start.unwrap_or(0)).ok()?;
    let end = match end {
        Some(end) => u64::try_from(end).ok()?,
        None => u64::MAX,
    };
    match u64::try_from(step).ok()? {
        0 => Some(Vec::new()),
        1 => Some(vec![(start, end.max(start))]),
        step if end == u64::MAX || end.saturating_sub(start) / step > MAX_PLACES => None,
        step => {
            let picked = (start..end).step_by(usize::try_from(step).ok()?);
            Some(picked.map(|place| (place, place + 1)).collect())
        }
    }
}

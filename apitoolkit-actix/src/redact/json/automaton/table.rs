//! Every set of positions that can occur, numbered beforehand: one look-up per node.

use std::{collections::HashMap, fmt};

use super::{State, columns::Columns};
use crate::redact::json::path::{Path, Selector};

/// Entries of the table, four bytes each.
const MAX_ENTRIES: usize = 1 << 20;

/// What it may take to make a table unless tests say otherwise: the positions in all sets that come
/// up.
pub(crate) const MAX_WORK: usize = 1 << 18;

/// See the [module](self).
pub(super) struct Table {
    entries: Vec<State>,
    start: State,
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table").field("entries", &self.entries.len()).finish_non_exhaustive()
    }
}

impl Table {
    /// Compiles paths of at least one segment each, unless that is more than `work`.
    pub(super) fn compile(columns: &Columns, paths: &[&Path], work: usize) -> Option<Self> {
        let width = columns.count();
        let mut compiler = Compiler {
            columns,
            paths,
            rows: HashMap::from([(Vec::new(), State::DEAD)]),
            queue: Vec::new(),
            entries: vec![State::DEAD; width],
            work_left: work,
        };
        let start = compiler.state((0..).zip(paths).map(|(path, _)| (path, 0)).collect())?;
        while let Some((set, State(row))) = compiler.queue.pop() {
            compiler.fill(&set, row as usize)?;
        }
        Some(Self { entries: compiler.entries, start })
    }

    pub(super) fn start(&self) -> State {
        self.start
    }

    #[inline(always)]
    pub(super) fn child(&self, State(row): State, column: usize) -> State {
        self.entries.get(row as usize + column).copied().unwrap_or(State::SELECTED)
    }
}

/// `(path, segment)`: the segment to be applied next.
type Position = (u32, u32);

struct Compiler<'p> {
    columns: &'p Columns,
    paths: &'p [&'p Path],
    rows: HashMap<Vec<Position>, State>,
    /// Sets whose rows are still to be filled.
    queue: Vec<(Vec<Position>, State)>,
    entries: Vec<State>,
    work_left: usize,
}

impl Compiler<'_> {
    fn fill(&mut self, set: &[Position], row: usize) -> Option<()> {
        // Where every child leads, and where single columns lead besides.
        let mut everywhere = Vec::new();
        let mut also: HashMap<usize, Vec<Position>> = HashMap::new();
        for &(path, at) in set {
            let segment = self.paths.get(path as usize)?.segments.get(at as usize)?;
            if segment.descendant {
                everywhere.push((path, at));
            }
            for selector in &segment.selectors {
                match selector {
                    Selector::Wildcard => everywhere.push((path, at + 1)),
                    selector => self.columns.selected_by(selector, |column| {
                        also.entry(column).or_default().push((path, at + 1));
                    }),
                }
            }
        }
        let other = self.state(everywhere.clone())?;
        let width = self.columns.count();
        self.entries.get_mut(row..row + width)?.fill(other);
        for (column, mut there) in also {
            if !there.iter().any(|&position| self.is_done(position)) {
                there.extend_from_slice(&everywhere);
            }
            *self.entries.get_mut(row + column)? = self.state(there)?;
        }
        Some(())
    }

    /// The state for a set of positions, new if need be; `None` if that is too much.
    fn state(&mut self, mut set: Vec<Position>) -> Option<State> {
        self.work_left = self.work_left.checked_sub(1 + set.len())?;
        if set.iter().any(|&position| self.is_done(position)) {
            return Some(State::SELECTED);
        }
        set.sort_unstable();
        set.dedup();
        if let Some(&state) = self.rows.get(&set) {
            return Some(state);
        }
        let (row, width) = (self.entries.len(), self.columns.count());
        if row + width > MAX_ENTRIES {
            return None;
        }
        self.entries.resize(row + width, State::DEAD);
        let state = State(u32::try_from(row).ok()?);
        self.rows.insert(set.clone(), state);
        self.queue.push((set, state));
        Some(state)
    }

    /// Whether nothing is left of a position's path to be applied: the node is selected.
    fn is_done(&self, (path, segment): Position) -> bool {
        let path = self.paths.get(path as usize);
        path.is_none_or(|path| path.segments.len() <= segment as usize)
    }
}

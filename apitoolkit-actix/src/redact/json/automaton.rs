//! All rules that one pass can follow, as one machine.
//!
//! A rule at its `n`th segment is a *position*; what is known of a node is the set of positions it
//! is at. A child's set depends on its parent's and on its [column](columns::Columns) (its key, or
//! its place in an array) alone. Where few sets can occur they are numbered beforehand
//! ([`table`]), and any number of rules costs as much as one; where rules with `..` and `*` make
//! too many, the sets themselves are computed ([`bits`]).

mod bits;
mod columns;
mod table;

use bits::Bits;
use columns::Columns;
pub(super) use table::MAX_WORK;
use table::Table;

use super::path::{Path, Selector};

/// What happens to a node: where its set of positions is found, or that it is selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct State(u32);

impl State {
    /// No rule selects anything from here on.
    pub(super) const DEAD: Self = Self(0);
    const SELECTED: Self = Self(u32::MAX);

    pub(super) fn is_selected(self) -> bool {
        self == Self::SELECTED
    }
}

/// See the [module](self).
#[derive(Debug)]
pub(super) struct Automaton {
    columns: Columns,
    machine: Machine,
}

#[derive(Debug)]
enum Machine {
    /// A rule selects every document as a whole.
    Everything,
    Table(Table),
    Bits(Bits),
}

impl Automaton {
    /// Whether one pass can follow `path`: it must not look ahead, nor know an array's length.
    pub(super) fn can_follow(path: &Path) -> bool {
        path.segments.iter().flat_map(|segment| &segment.selectors).all(|selector| match selector {
            Selector::Name(_) | Selector::Wildcard => true,
            Selector::Index(_) | Selector::Slice(_) => columns::places(selector).is_some(),
            Selector::Filter(_) => false,
        })
    }

    /// Compiles paths that it [can follow](Self::can_follow), unless they are too many; as a table
    /// if that takes no more than `work`.
    pub(super) fn compile(paths: &[&Path], work: usize) -> Option<Self> {
        let columns = Columns::new(paths)?;
        let machine = if paths.iter().any(|path| path.segments.is_empty()) {
            Machine::Everything
        } else if let Some(table) = Table::compile(&columns, paths, work) {
            Machine::Table(table)
        } else {
            Machine::Bits(Bits::compile(&columns, paths)?)
        };
        Some(Self { columns, machine })
    }

    /// The state of a document itself; `sets` is for what is in it.
    pub(super) fn start(&self, sets: &mut Vec<u64>) -> State {
        match &self.machine {
            Machine::Everything => State::SELECTED,
            Machine::Table(table) => table.start(),
            Machine::Bits(bits) => bits.start(sets),
        }
    }

    /// The column of an object's member, by its decoded name.
    pub(super) fn column(&self, name: &[u8]) -> u16 {
        self.columns.member(name)
    }

    /// The state of a member of an object that is in `state`.
    #[inline(always)]
    pub(super) fn member(&self, sets: &mut Vec<u64>, state: State, column: u16) -> State {
        self.child(sets, state, column.into())
    }

    /// The state of an element of an array that is in `state`.
    #[inline(always)]
    pub(super) fn element(&self, sets: &mut Vec<u64>, state: State, class: usize) -> State {
        self.child(sets, state, self.columns.element(class))
    }

    /// The class of the element at `index`, given the class of the one before; the first has 0.
    #[inline(always)]
    pub(super) fn class(&self, before: usize, index: u64) -> usize {
        self.columns.class(before, index)
    }

    #[inline(always)]
    fn child(&self, sets: &mut Vec<u64>, state: State, column: usize) -> State {
        match &self.machine {
            Machine::Table(table) => table.child(state, column),
            Machine::Bits(bits) => bits.child(sets, state, column),
            // Nothing inside is asked for but by name.
            Machine::Everything => State::DEAD,
        }
    }
}

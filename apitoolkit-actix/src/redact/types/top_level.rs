//! The secrets at the top of a type, for what is not JSON.

use super::place::{Selector, Step};

/// Which parameters of a query or path, or fields of a form, are secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TopLevel {
    pub(crate) names: Vec<String>,
    /// By their place among the parameters, from 0: tuples have no names.
    pub(crate) positions: Vec<usize>,
    /// Whether all are.
    pub(crate) all: bool,
}

impl TopLevel {
    pub(super) fn all() -> Self {
        Self { all: true, ..Self::default() }
    }

    /// What rules say of the first step; what is deeper has no place in a parameter, so it all
    /// goes.
    pub(super) fn of<'r>(rules: impl Iterator<Item = &'r [Step]>) -> Self {
        let mut top = Self::default();
        for steps in rules {
            match steps.first().map(|step| &step.selector) {
                Some(Selector::Name(name)) => push(&mut top.names, name.clone()),
                Some(Selector::Index(index)) => push(&mut top.positions, *index),
                None | Some(Selector::Any | Selector::Elements) => top.all = true,
            }
        }
        top
    }

    pub(crate) fn merge(&mut self, other: Self) {
        other.names.into_iter().for_each(|name| push(&mut self.names, name));
        other.positions.into_iter().for_each(|position| push(&mut self.positions, position));
        self.all |= other.all;
    }
}

fn push<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

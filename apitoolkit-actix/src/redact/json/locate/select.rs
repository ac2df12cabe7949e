//! From one set of nodes to the next (RFC 9535, sections 2.3 and 2.5).
//!
//! A set holds each node once, so no rule costs more than its segments times the nodes, filters
//! apart.

use super::{
    budget::Budget,
    condition::Patterns,
    index::{Index, Kind},
};
use crate::redact::json::{
    escape,
    fault::JsonFault,
    path::{Query, Segment, Selector, Slice},
};

/// One path being applied to one document.
#[derive(Debug)]
pub(super) struct Selection<'s> {
    pub(super) index: &'s Index<'s>,
    pub(super) budget: &'s mut Budget,
    pub(super) patterns: Patterns,
    /// What each `$…` query found, once it was asked.
    absolute: Vec<Option<Vec<u32>>>,
    spare: &'s mut Vec<Vec<u32>>,
}

/// A child and what selectors ask of it.
#[derive(Clone, Copy, Debug)]
struct Child {
    node: u32,
    /// `None` for a member of an object.
    place: Option<Place>,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    index: i64,
    length: i64,
}

impl<'s> Selection<'s> {
    pub(super) fn new(
        index: &'s Index<'s>,
        absolute_queries: usize,
        spare: &'s mut Vec<Vec<u32>>,
        budget: &'s mut Budget,
    ) -> Self {
        let absolute = vec![None; absolute_queries];
        Self { index, budget, patterns: Patterns::default(), absolute, spare }
    }

    /// The nodes that a path selects.
    pub(super) fn run(&mut self, segments: &[Segment]) -> Result<Vec<u32>, JsonFault> {
        self.follow(segments, 0)
    }

    /// Lets `visit` see the nodes that a query of a filter finds.
    pub(super) fn query<T>(
        &mut self,
        query: &Query,
        candidate: u32,
        visit: impl FnOnce(&[u32]) -> T,
    ) -> Result<T, JsonFault> {
        let Some(id) = query.absolute else {
            let found = self.follow(&query.segments, candidate)?;
            let result = visit(&found);
            self.give_back(found);
            return Ok(result);
        };
        if !matches!(self.absolute.get(id), Some(Some(_))) {
            let found = self.follow(&query.segments, 0)?;
            if let Some(slot) = self.absolute.get_mut(id) {
                *slot = Some(found);
            }
        }
        let found = self.absolute.get(id).and_then(Option::as_deref).unwrap_or_default();
        Ok(visit(found))
    }

    /// Makes a list's memory available again.
    pub(super) fn give_back(&mut self, mut list: Vec<u32>) {
        list.clear();
        self.spare.push(list);
    }

    /// Gives back everything.
    pub(super) fn end(mut self) {
        for list in std::mem::take(&mut self.absolute).into_iter().flatten() {
            self.give_back(list);
        }
    }

    fn follow(&mut self, segments: &[Segment], from: u32) -> Result<Vec<u32>, JsonFault> {
        let mut nodes = self.spare.pop().unwrap_or_default();
        let mut next = self.spare.pop().unwrap_or_default();
        nodes.push(from);
        for segment in segments {
            if segment.descendant {
                self.descend(&mut nodes, &mut next)?;
                std::mem::swap(&mut nodes, &mut next);
                next.clear();
            }
            for &node in &nodes {
                self.children(segment, node, &mut next)?;
            }
            std::mem::swap(&mut nodes, &mut next);
            next.clear();
        }
        self.give_back(next);
        Ok(nodes)
    }

    /// The nodes and all below them, each once.
    fn descend(&mut self, nodes: &mut [u32], all: &mut Vec<u32>) -> Result<(), JsonFault> {
        nodes.sort_unstable();
        self.budget.spend(nodes.len())?;
        let mut seen = 0;
        for &node in &*nodes {
            let after = self.index.after(node);
            let fresh = node.max(seen)..after;
            self.budget.spend(fresh.len())?;
            all.extend(fresh);
            seen = seen.max(after);
        }
        Ok(())
    }

    /// Adds the children of `parent` that a segment selects.
    fn children(
        &mut self,
        segment: &Segment,
        parent: u32,
        selected: &mut Vec<u32>,
    ) -> Result<(), JsonFault> {
        let index = self.index;
        let count = index.children_count(parent);
        self.budget.spend(1 + count * segment.selectors.len())?;
        let is_array = index.kind(parent) == Kind::Array;
        let length = i64::try_from(count).unwrap_or(i64::MAX);
        for (at, node) in (0..).zip(index.children(parent)) {
            let child = Child { node, place: is_array.then_some(Place { index: at, length }) };
            for selector in &segment.selectors {
                if self.selects(selector, child)? {
                    selected.push(node);
                    break;
                }
            }
        }
        Ok(())
    }

    fn selects(&mut self, selector: &Selector, child: Child) -> Result<bool, JsonFault> {
        Ok(match (selector, child.place) {
            (Selector::Wildcard, _) => true,
            (Selector::Name(name), None) => self.is_key(child.node, name)?,
            (Selector::Index(wanted), Some(place)) => place.normalised(*wanted) == place.index,
            (Selector::Slice(slice), Some(place)) => place.is_in(*slice),
            (Selector::Filter(condition), _) => self.holds(condition, child.node)?,
            (Selector::Name(_), Some(_)) | (Selector::Index(_) | Selector::Slice(_), None) => false,
        })
    }

    fn is_key(&mut self, node: u32, name: &str) -> Result<bool, JsonFault> {
        let raw = self.index.key(node);
        if raw == name.as_bytes() {
            return Ok(!raw.contains(&b'\\'));
        }
        if !raw.contains(&b'\\') {
            return Ok(false);
        }
        self.budget.spend(raw.len() / 8)?;
        Ok(*escape::decode(raw, escape::Lone::Distinct) == *name.as_bytes())
    }
}

impl Place {
    /// An index that may be counted from the end, counted from the start.
    fn normalised(self, index: i64) -> i64 {
        if index < 0 { self.length + index } else { index }
    }

    /// RFC 9535, section 2.3.4.2.
    fn is_in(self, Slice { start, end, step }: Slice) -> bool {
        let forward = step > 0;
        let (first, last) = if forward { (0, self.length) } else { (-1, self.length - 1) };
        let bound = |at: i64| self.normalised(at).clamp(first, last);
        let start = start.map_or(if forward { first } else { last }, bound);
        let end = end.map_or(if forward { last } else { first }, bound);
        let is_between = if forward {
            (start..end).contains(&self.index)
        } else {
            end < self.index && self.index <= start
        };
        is_between && (self.index - start).checked_rem(step) == Some(0)
    }
}

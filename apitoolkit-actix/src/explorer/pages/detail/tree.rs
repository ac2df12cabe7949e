//! The spans of a trace, as a tree.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use opentelemetry::trace::SpanId;

use crate::explorer::record::Record;

/// A span, and how deep it lies.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node<'a> {
    pub(super) depth: usize,
    pub(super) record: &'a Record,
    /// Its parent is not among what is kept: of another process, evicted, or still running.
    pub(super) orphan: bool,
}

/// Every span once, parents before their children and siblings in the order given.
pub(super) fn nodes(spans: &[Arc<Record>]) -> Vec<Node<'_>> {
    let known: HashSet<SpanId> = spans.iter().map(|span| id(span)).collect();
    let mut children: HashMap<SpanId, Vec<&Record>> = HashMap::new();
    let mut roots = Vec::new();
    for span in spans {
        let parent = span.span.parent_span_id;
        if known.contains(&parent) && parent != id(span) {
            children.entry(parent).or_default().push(span);
        } else {
            roots.push(Node { depth: 0, record: span, orphan: parent != SpanId::INVALID });
        }
    }
    let mut nodes = Vec::with_capacity(spans.len());
    let mut seen = HashSet::new();
    // What is no descendant of a root is its own ancestor: files may claim that.
    let lost = spans.iter().map(|span| Node { depth: 0, record: span, orphan: true });
    for root in roots.into_iter().chain(lost) {
        let mut stack = vec![root];
        while let Some(node) = stack.pop() {
            if !seen.insert(node.record.id) {
                continue;
            }
            nodes.push(node);
            let below = children.get(&id(node.record)).into_iter().flatten().rev();
            let depth = node.depth + 1;
            stack.extend(below.map(|record| Node { depth, record, orphan: false }));
        }
    }
    nodes
}

fn id(record: &Record) -> SpanId {
    record.span.span_context.span_id()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explorer::record::testing::Made;

    /// Depth, span id, and whether its parent is elsewhere, of each node.
    fn shown(spans: &[(u64, u64)]) -> Vec<(usize, u64, bool)> {
        let made = |(at, (id, parent)): (usize, &(u64, u64))| {
            let made = Made::incoming("GET", "/", 200).ids(1, *id).child_of(*parent);
            Arc::new(made.record(at as u64 + 1))
        };
        let spans: Vec<_> = spans.iter().enumerate().map(made).collect();
        let nodes = nodes(&spans).into_iter();
        let id = |record: &Record| u64::from_be_bytes(id(record).to_bytes());
        nodes.map(|node| (node.depth, id(node.record), node.orphan)).collect()
    }

    #[test]
    fn children_follow_their_parents_in_order() {
        assert_eq!(
            shown(&[(1, 0), (2, 1), (3, 2), (4, 1), (5, 99)]),
            [(0, 1, false), (1, 2, false), (2, 3, false), (1, 4, false), (0, 5, true)]
        );
    }

    #[test]
    fn a_circle_is_shown_once() {
        assert_eq!(
            shown(&[(1, 0), (2, 3), (3, 2), (4, 4)]),
            [(0, 1, false), (0, 4, true), (0, 2, true), (1, 3, false)]
        );
    }
}

//! Rules that one pass cannot follow: filters, and places counted from an array's end.
//!
//! The document is indexed once, as a flat table of its nodes; each rule goes from one set of nodes
//! to the next in that table. What a rule may cost on a document is bounded.

mod budget;
mod condition;
mod index;
mod operand;
mod select;

pub(super) use budget::Budget;
use index::{Index, Node};
use select::Selection;

use super::{fault::JsonFault, path::Path, scratch::trim, splice::Edit};

/// Memory for the rules of this module.
#[derive(Debug, Default)]
pub(super) struct Located {
    nodes: Vec<Node>,
    open: Vec<u32>,
    /// Node lists that are not in use.
    spare: Vec<Vec<u32>>,
}

impl Located {
    pub(super) fn shrink(&mut self) {
        trim(&mut self.nodes);
        trim(&mut self.open);
        self.spare.iter_mut().for_each(trim);
        self.spare.truncate(16);
    }
}

/// Adds the nodes that `paths` select in the document from `at` on, which is known to be valid.
/// `budget` is for all documents of one text.
///
/// # Errors
/// If the document is over 4 GiB, or a path would take too long on it.
pub(super) fn locate(
    paths: &[Path],
    json: &[u8],
    at: usize,
    budget: &mut Budget,
    memory: &mut Located,
    edits: &mut Vec<Edit>,
) -> Result<(), JsonFault> {
    let Located { nodes, open, spare } = memory;
    let document = json.get(at..).unwrap_or_default();
    let index = Index::build(document, nodes, open)?;
    for path in paths {
        let mut selection = Selection::new(&index, path.absolute_queries, spare, budget);
        let selected = selection.run(&path.segments)?;
        edits.extend(selected.iter().filter_map(|&node| {
            let (start, end) = index.range(node)?;
            Some(Edit { start: at + start, end: at + end, nesting: 0 })
        }));
        selection.give_back(selected);
        selection.end();
    }
    Ok(())
}

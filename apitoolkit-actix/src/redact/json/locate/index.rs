//! A document as a flat table of its nodes, in the order in which they begin.

use crate::redact::json::{
    fault::JsonFault,
    scan::{self, Scanned},
};

/// A node of a document.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    start: u32,
    end: u32,
    /// The number of the next node that is not below this one.
    after: u32,
    /// How many children it has.
    children: u32,
    /// The member's key as it is written, without quotes; an element has none.
    key: (u32, u32),
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Object,
    Array,
    String,
    Number,
    True,
    False,
    Null,
}

/// See the [module](self).
#[derive(Clone, Copy, Debug)]
pub(super) struct Index<'d> {
    json: &'d [u8],
    nodes: &'d [Node],
}

impl<'d> Index<'d> {
    /// Indexes a valid document.
    ///
    /// # Errors
    /// If the document is too large to be indexed.
    pub(super) fn build(
        json: &'d [u8],
        nodes: &'d mut Vec<Node>,
        open: &mut Vec<u32>,
    ) -> Result<Self, JsonFault> {
        if u32::try_from(json.len()).is_err() {
            return Err(JsonFault::TooComplex);
        }
        nodes.clear();
        open.clear();
        Builder { json, nodes, open }.run().map_err(|offset| JsonFault::Unparseable { offset })?;
        Ok(Self { json, nodes })
    }

    /// The bytes from which to which a node reaches.
    pub(super) fn range(&self, node: u32) -> Option<(usize, usize)> {
        let node = self.node(node)?;
        Some((node.start as usize, node.end as usize))
    }

    pub(super) fn kind(&self, node: u32) -> Kind {
        match self.text(node).first() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::String,
            Some(b't') => Kind::True,
            Some(b'f') => Kind::False,
            Some(b'n') | None => Kind::Null,
            Some(_) => Kind::Number,
        }
    }

    /// A node as it is written.
    pub(super) fn text(&self, node: u32) -> &'d [u8] {
        self.range(node).and_then(|(start, end)| self.json.get(start..end)).unwrap_or_default()
    }

    /// A string as it is written, without its quotes.
    pub(super) fn string(&self, node: u32) -> &'d [u8] {
        match self.text(node) {
            [b'"', raw @ .., b'"'] => raw,
            _ => &[],
        }
    }

    /// A member's key as it is written, without its quotes.
    pub(super) fn key(&self, node: u32) -> &'d [u8] {
        let (start, end) = self.node(node).map_or((0, 0), |node| node.key);
        self.json.get(start as usize..end as usize).unwrap_or_default()
    }

    pub(super) fn children_count(&self, node: u32) -> usize {
        self.node(node).map_or(0, |node| node.children as usize)
    }

    pub(super) fn children(self, node: u32) -> impl Iterator<Item = u32> {
        let end = self.after(node);
        let mut next = node + 1;
        std::iter::from_fn(move || {
            let child = next;
            next = self.after(child);
            (child < end).then_some(child)
        })
    }

    /// The number of the first node that is not below `node`.
    pub(super) fn after(&self, node: u32) -> u32 {
        // Always beyond `node`, so that whoever goes on from here makes progress.
        self.node(node).map_or(u32::MAX, |node| node.after)
    }

    fn node(&self, node: u32) -> Option<&'d Node> {
        self.nodes.get(node as usize)
    }
}

struct Builder<'b> {
    json: &'b [u8],
    nodes: &'b mut Vec<Node>,
    /// The containers around the current place.
    open: &'b mut Vec<u32>,
}

impl Builder<'_> {
    fn run(&mut self) -> Result<(), usize> {
        let mut at = 0;
        let mut key = (0, 0);
        loop {
            at = scan::blank(self.json, at);
            match self.json.get(at) {
                None => return Ok(()),
                Some(b',' | b':') => at += 1,
                Some(b'{' | b'[') => {
                    let number = self.begin(at, key);
                    self.open.push(number);
                    key = (0, 0);
                    at += 1;
                }
                Some(b'}' | b']') => {
                    at += 1;
                    let number = self.open.pop().ok_or(at)?;
                    self.end(number, at);
                }
                Some(b'"') => {
                    let end = scan::string(self.json, at + 1)?;
                    if self.is_key(end) {
                        key = (offset(at + 1), offset(end - 1));
                    } else {
                        let number = self.begin(at, key);
                        self.end(number, end);
                        key = (0, 0);
                    }
                    at = end;
                }
                Some(_) => {
                    let end = self.scalar(at)?;
                    let number = self.begin(at, key);
                    self.end(number, end);
                    key = (0, 0);
                    at = end;
                }
            }
        }
    }

    fn scalar(&self, at: usize) -> Scanned {
        scan::scalar(self.json, at)
    }

    /// A string is a key if a colon follows.
    fn is_key(&self, end: usize) -> bool {
        self.json.get(scan::blank(self.json, end)) == Some(&b':')
    }

    fn begin(&mut self, at: usize, key: (u32, u32)) -> u32 {
        let parent = self.open.last().and_then(|&open| self.nodes.get_mut(open as usize));
        if let Some(parent) = parent {
            parent.children += 1;
        }
        let number = offset(self.nodes.len());
        self.nodes.push(Node { start: offset(at), end: 0, after: 0, children: 0, key });
        number
    }

    fn end(&mut self, number: u32, at: usize) {
        let after = offset(self.nodes.len());
        if let Some(node) = self.nodes.get_mut(number as usize) {
            node.end = offset(at);
            node.after = after;
        }
    }
}

/// Documents over 4 GiB were refused.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

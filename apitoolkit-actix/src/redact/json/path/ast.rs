//! The syntax tree of a JSONPath, types checked.

use std::cmp::Ordering;

use super::regexp::Regexp;

/// A whole JSONPath, beginning at the document's root.
#[derive(Clone, Debug)]
pub(crate) struct Path {
    pub(crate) segments: Vec<Segment>,
    /// How many `$…` queries its filters hold; each has an [`id`](Query::absolute) below this.
    pub(crate) absolute_queries: usize,
}

/// One step from a set of nodes to another.
#[derive(Clone, Debug)]
pub(crate) struct Segment {
    /// `..`: from the nodes and everything below them.
    pub(crate) descendant: bool,
    pub(crate) selectors: Vec<Selector>,
}

/// Which children a segment goes on to.
#[derive(Clone, Debug)]
pub(crate) enum Selector {
    Name(String),
    Wildcard,
    Index(i64),
    Slice(Slice),
    Filter(Logical),
}

/// `start:end:step`; every number is within ±(2^53 − 1).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slice {
    pub(crate) start: Option<i64>,
    pub(crate) end: Option<i64>,
    pub(crate) step: i64,
}

/// A condition of a filter.
#[derive(Clone, Debug)]
pub(crate) enum Logical {
    Or(Vec<Self>),
    And(Vec<Self>),
    Not(Box<Self>),
    /// The query finds something.
    Exists(Query),
    Compare {
        left: Operand,
        comparison: Comparison,
        right: Operand,
    },
    /// `match` (the whole text) or `search` (any part of it).
    Matches {
        text: Operand,
        pattern: Pattern,
        whole: bool,
    },
}

/// A query inside a filter.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    /// `$…` rather than `@…`: its result is the same for every candidate, hence the number under
    /// which it is remembered.
    pub(crate) absolute: Option<usize>,
    pub(crate) segments: Vec<Segment>,
}

/// Something with one value, or with none.
#[derive(Clone, Debug)]
pub(crate) enum Operand {
    Literal(Literal),
    /// A singular query.
    Query(Query),
    Length(Box<Self>),
    Count(Query),
    Value(Query),
}

/// A literal in a filter.
#[derive(Clone, Debug)]
pub(crate) enum Literal {
    Null,
    Bool(bool),
    Number(Number),
    String(String),
}

/// A number to compare: exact where it is an integer, otherwise a double.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Number {
    Int(i128),
    Float(f64),
}

impl Number {
    /// Reads a number that already follows JSON's grammar.
    pub(crate) fn parse(text: &str) -> Self {
        // `-0` and integers beyond 128 bits compare as doubles.
        match text.parse() {
            Ok(int) => Self::Int(int),
            Err(_) => Self::Float(text.parse().unwrap_or(f64::NAN)),
        }
    }

    pub(crate) fn compare(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => Some(a.cmp(&b)),
            _ => self.as_float().partial_cmp(&other.as_float()),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "what comparing as doubles means")]
    fn as_float(self) -> f64 {
        match self {
            Self::Int(int) => int as f64,
            Self::Float(float) => float,
        }
    }
}

/// `==`, `!=`, `<`, `<=`, `>`, `>=`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// The second argument of `match` and `search`.
#[derive(Clone, Debug)]
pub(crate) enum Pattern {
    /// A literal, compiled with the rule.
    Fixed(Regexp),
    /// Taken from the document; no match if it is no I-Regexp.
    Dynamic(Operand),
}

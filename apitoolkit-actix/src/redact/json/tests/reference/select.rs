//! Segments, selectors and filters, straight from the RFC.

use std::{cmp::Ordering, ops::Range};

use serde_json::Value as Json;

use super::{Tree, Value};
use crate::redact::json::path::{
    self, Comparison, Literal, Logical, Number, Operand, Query, Segment, Selector,
};

/// What a path selects, each node once; its filters without patterns.
pub(in super::super) fn select(tree: &Tree, path: &str) -> Vec<Range<usize>> {
    let path = path::parse(path).unwrap();
    follow(&path.segments, tree, tree).into_iter().map(|node| node.range.clone()).collect()
}

fn follow<'t>(segments: &[Segment], root: &'t Tree, from: &'t Tree) -> Vec<&'t Tree> {
    let mut nodes = vec![from];
    for segment in segments {
        let mut from = Vec::new();
        for node in nodes {
            if segment.descendant {
                node.descendants(&mut from);
            } else {
                from.push(node);
            }
        }
        nodes = from
            .into_iter()
            .flat_map(|node| segment.selectors.iter().flat_map(|by| apply(root, node, by)))
            .collect();
        nodes.sort_by_key(|node| (node.range.start, node.range.end));
        nodes.dedup_by_key(|node| node.range.clone());
    }
    nodes
}

fn apply<'t>(root: &'t Tree, node: &'t Tree, selector: &Selector) -> Vec<&'t Tree> {
    match (selector, &node.value) {
        (Selector::Wildcard, _) => node.children(),
        (Selector::Name(name), Value::Object(members)) => {
            members.iter().filter(|(key, _)| key == name).map(|(_, member)| member).collect()
        }
        (Selector::Index(index), Value::Array(items)) => {
            let length = i64::try_from(items.len()).unwrap();
            let index = if *index < 0 { index + length } else { *index };
            usize::try_from(index).ok().and_then(|index| items.get(index)).into_iter().collect()
        }
        (Selector::Slice(slice), Value::Array(items)) => {
            let length = i64::try_from(items.len()).unwrap();
            places(slice.start, slice.end, slice.step, length)
                .into_iter()
                .map(|place| &items[usize::try_from(place).unwrap()])
                .collect()
        }
        (Selector::Filter(condition), _) => {
            node.children().into_iter().filter(|child| holds(condition, root, child)).collect()
        }
        _ => Vec::new(),
    }
}

fn holds(condition: &Logical, root: &Tree, candidate: &Tree) -> bool {
    match condition {
        Logical::Or(all) => all.iter().any(|one| holds(one, root, candidate)),
        Logical::And(all) => all.iter().all(|one| holds(one, root, candidate)),
        Logical::Not(one) => !holds(one, root, candidate),
        Logical::Exists(query) => !ask(query, root, candidate).is_empty(),
        Logical::Compare { left, comparison, right } => {
            let left = operand(left, root, candidate);
            let right = operand(right, root, candidate);
            let equal = match (&left, &right) {
                (Some(left), Some(right)) => is_equal(left, right),
                (None, None) => true,
                _ => false,
            };
            let order =
                left.as_ref().zip(right.as_ref()).and_then(|(left, right)| order(left, right));
            match comparison {
                Comparison::Equal => equal,
                Comparison::NotEqual => !equal,
                Comparison::Less => order == Some(Ordering::Less),
                Comparison::Greater => order == Some(Ordering::Greater),
                Comparison::LessOrEqual => equal || order == Some(Ordering::Less),
                Comparison::GreaterOrEqual => equal || order == Some(Ordering::Greater),
            }
        }
        Logical::Matches { .. } => panic!("the reference knows no patterns"),
    }
}

fn ask<'t>(query: &Query, root: &'t Tree, candidate: &'t Tree) -> Vec<&'t Tree> {
    let from = if query.absolute.is_some() { root } else { candidate };
    follow(&query.segments, root, from)
}

fn operand(operand: &Operand, root: &Tree, candidate: &Tree) -> Option<Json> {
    match operand {
        Operand::Literal(Literal::Null) => Some(Json::Null),
        Operand::Literal(Literal::Bool(bool)) => Some((*bool).into()),
        Operand::Literal(Literal::String(text)) => Some(text.as_str().into()),
        Operand::Literal(Literal::Number(Number::Int(int))) => {
            Some(i64::try_from(*int).unwrap().into())
        }
        Operand::Literal(Literal::Number(Number::Float(float))) => Some((*float).into()),
        Operand::Query(query) | Operand::Value(query) => {
            match ask(query, root, candidate).as_slice() {
                [node] => Some(node.to_json()),
                _ => None,
            }
        }
        Operand::Count(query) => Some(ask(query, root, candidate).len().into()),
        Operand::Length(inner) => match self::operand(inner, root, candidate)? {
            Json::String(text) => Some(text.chars().count().into()),
            Json::Array(items) => Some(items.len().into()),
            Json::Object(members) => Some(members.len().into()),
            _ => None,
        },
    }
}

fn is_equal(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => a.as_f64() == b.as_f64(),
        (Json::Array(a), Json::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_equal(a, b))
        }
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len()
                && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| is_equal(a, b)))
        }
        _ => a == b,
    }
}

fn order(a: &Json, b: &Json) -> Option<Ordering> {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => a.as_f64()?.partial_cmp(&b.as_f64()?),
        (Json::String(a), Json::String(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

/// The pseudo-code of RFC 9535, section 2.3.4.2.2.
fn places(start: Option<i64>, end: Option<i64>, step: i64, length: i64) -> Vec<i64> {
    let normalise = |at: i64| if at >= 0 { at } else { length + at };
    let mut places = Vec::new();
    if step > 0 {
        let mut at = normalise(start.unwrap_or(0)).max(0).min(length);
        let upper = normalise(end.unwrap_or(length)).max(0).min(length);
        while at < upper {
            places.push(at);
            at += step;
        }
    } else if step < 0 {
        let mut at = normalise(start.unwrap_or(length - 1)).max(-1).min(length - 1);
        let lower = normalise(end.unwrap_or(-length - 1)).max(-1).min(length - 1);
        while lower < at {
            places.push(at);
            at += step;
        }
    }
    places
}

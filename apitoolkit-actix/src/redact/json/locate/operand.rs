//! Values in filters, and how they compare (RFC 9535, section 2.3.5.2.2).

use std::cmp::Ordering;

use super::{index::Kind, select::Selection};
use crate::redact::json::{
    escape::{self, Lone},
    fault::JsonFault,
    path::{Literal, Number, Operand},
};

/// One value, or none.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value<'v> {
    Nothing,
    Node(u32),
    Literal(&'v Literal),
    Number(Number),
}

/// What an operand amounts to: one value, or one for each occurrence of a repeated key.
#[derive(Debug)]
pub(super) enum Values<'v> {
    One([Value<'v>; 1]),
    Many(Vec<Value<'v>>),
}

impl<'v> Values<'v> {
    pub(super) fn iter(&self) -> std::slice::Iter<'_, Value<'v>> {
        match self {
            Self::One(one) => one.iter(),
            Self::Many(many) => many.iter(),
        }
    }
}

/// A scalar to compare.
enum Scalar<'v> {
    Null,
    Bool(bool),
    Number(Number),
    /// As it is written in the document, or as the rule has it.
    Raw(&'v [u8]),
    Text(&'v str),
}

impl Selection<'_> {
    /// The values of an operand, at least one.
    pub(super) fn values<'v>(
        &mut self,
        operand: &'v Operand,
        candidate: u32,
    ) -> Result<Values<'v>, JsonFault> {
        Ok(Values::One([match operand {
            Operand::Literal(literal) => Value::Literal(literal),
            Operand::Query(query) => {
                return self.query(query, candidate, |found| match *found {
                    [] => Values::One([Value::Nothing]),
                    [node] => Values::One([Value::Node(node)]),
                    _ => Values::Many(found.iter().map(|&node| Value::Node(node)).collect()),
                });
            }
            Operand::Length(inner) => {
                let inner = self.values(inner, candidate)?;
                let mut lengths = Vec::new();
                for &value in inner.iter() {
                    let length = self.length(value)?;
                    match &inner {
                        Values::One(_) => return Ok(Values::One([length])),
                        Values::Many(_) => lengths.push(length),
                    }
                }
                return Ok(Values::Many(lengths));
            }
            Operand::Count(query) => self.query(query, candidate, |found| integer(found.len()))?,
            Operand::Value(query) => self.query(query, candidate, |found| match *found {
                [node] => Value::Node(node),
                _ => Value::Nothing,
            })?,
        }]))
    }

    /// RFC 9535, section 2.4.4.
    fn length<'v>(&mut self, value: Value<'v>) -> Result<Value<'v>, JsonFault> {
        Ok(match value {
            Value::Literal(Literal::String(text)) => integer(text.chars().count()),
            Value::Node(node) => match self.index.kind(node) {
                Kind::Object | Kind::Array => integer(self.index.children_count(node)),
                Kind::String => {
                    let raw = self.index.string(node);
                    self.budget.spend(raw.len() / 8)?;
                    let text = escape::decode(raw, Lone::Replaced);
                    // Every byte but those that continue a character.
                    integer(text.iter().filter(|&&byte| byte & 0xC0 != 0x80).count())
                }
                _ => Value::Nothing,
            },
            _ => Value::Nothing,
        })
    }

    pub(super) fn is_less(&mut self, a: Value<'_>, b: Value<'_>) -> Result<bool, JsonFault> {
        let (Some(a), Some(b)) = (self.scalar(a)?, self.scalar(b)?) else { return Ok(false) };
        Ok(compare(&a, &b) == Some(Ordering::Less))
    }

    pub(super) fn is_equal(&mut self, a: Value<'_>, b: Value<'_>) -> Result<bool, JsonFault> {
        match (self.scalar(a)?, self.scalar(b)?) {
            (Some(a), Some(b)) => Ok(compare(&a, &b) == Some(Ordering::Equal)),
            (None, None) => match (a, b) {
                (Value::Nothing, Value::Nothing) => Ok(true),
                (Value::Node(a), Value::Node(b)) => self.is_equal_tree(a, b),
                _ => Ok(false),
            },
            _ => Ok(false),
        }
    }

    /// Compares two nodes whatever they are, without recursion.
    fn is_equal_tree(&mut self, a: u32, b: u32) -> Result<bool, JsonFault> {
        let mut pairs = vec![(a, b)];
        while let Some((a, b)) = pairs.pop() {
            self.budget.spend(1)?;
            if a == b {
                continue;
            }
            let kind = self.index.kind(a);
            let count = self.index.children_count(a);
            if kind != self.index.kind(b) || count != self.index.children_count(b) {
                return Ok(false);
            }
            match kind {
                Kind::Array => pairs.extend(self.index.children(a).zip(self.index.children(b))),
                Kind::Object => {
                    let (a, b) = (self.by_key(a)?, self.by_key(b)?);
                    for (a, b) in a.into_iter().zip(b) {
                        if escape::compare(self.index.key(a), self.index.key(b)).is_ne() {
                            return Ok(false);
                        }
                        pairs.push((a, b));
                    }
                }
                _ if !self.is_equal(Value::Node(a), Value::Node(b))? => return Ok(false),
                _ => {}
            }
        }
        Ok(true)
    }

    /// An object's members in the order of their keys, repeated ones in that of the document.
    fn by_key(&mut self, object: u32) -> Result<Vec<u32>, JsonFault> {
        let index = self.index;
        let count = index.children_count(object);
        let rounds = count.checked_ilog2().unwrap_or(0) as usize + 1;
        // For the list, before it is made; then for each comparison of keys.
        self.budget.spend(16 + count * rounds)?;
        let mut members: Vec<u32> = index.children(object).collect();
        let bytes: usize = members.iter().map(|&member| index.key(member).len()).sum();
        self.budget.spend(bytes * rounds / 4)?;
        members.sort_by(|&a, &b| escape::compare(index.key(a), index.key(b)));
        Ok(members)
    }

    /// A value that is neither a container nor nothing.
    fn scalar<'v>(&mut self, value: Value<'v>) -> Result<Option<Scalar<'v>>, JsonFault>
    where
        Self: 'v,
    {
        Ok(Some(match value {
            Value::Nothing => return Ok(None),
            Value::Number(number) => Scalar::Number(number),
            Value::Literal(Literal::Null) => Scalar::Null,
            Value::Literal(Literal::Bool(bool)) => Scalar::Bool(*bool),
            Value::Literal(Literal::Number(number)) => Scalar::Number(*number),
            Value::Literal(Literal::String(text)) => Scalar::Text(text),
            Value::Node(node) => {
                let text = self.index.text(node);
                match self.index.kind(node) {
                    Kind::Object | Kind::Array => return Ok(None),
                    Kind::Null => Scalar::Null,
                    Kind::True => Scalar::Bool(true),
                    Kind::False => Scalar::Bool(false),
                    Kind::Number => {
                        self.budget.spend(text.len() / 8)?;
                        Scalar::Number(Number::parse(str::from_utf8(text).unwrap_or_default()))
                    }
                    Kind::String => {
                        self.budget.spend(text.len() / 8)?;
                        Scalar::Raw(self.index.string(node))
                    }
                }
            }
        }))
    }
}

fn integer<'v>(count: usize) -> Value<'v> {
    Value::Number(Number::Int(i128::try_from(count).unwrap_or(i128::MAX)))
}

/// `Less` and `Greater` come of numbers and of strings alone.
fn compare(a: &Scalar<'_>, b: &Scalar<'_>) -> Option<Ordering> {
    match (a, b) {
        (Scalar::Null, Scalar::Null) => Some(Ordering::Equal),
        (Scalar::Bool(a), Scalar::Bool(b)) => (a == b).then_some(Ordering::Equal),
        (Scalar::Number(a), Scalar::Number(b)) => a.compare(*b),
        (Scalar::Raw(a), Scalar::Raw(b)) => Some(escape::compare(a, b)),
        (Scalar::Text(a), Scalar::Text(b)) => Some(a.cmp(b)),
        (Scalar::Raw(raw), Scalar::Text(text)) => Some(compare_text(raw, text)),
        (Scalar::Text(text), Scalar::Raw(raw)) => Some(compare_text(raw, text).reverse()),
        _ => None,
    }
}

fn compare_text(raw: &[u8], text: &str) -> Ordering {
    (*escape::decode(raw, Lone::Distinct)).cmp(text.as_bytes())
}

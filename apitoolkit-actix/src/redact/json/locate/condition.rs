//! Filter conditions (RFC 9535, section 2.3.5).

use std::borrow::Cow;

use super::{index::Kind, operand::Value, select::Selection};
use crate::redact::json::{
    escape::{self, Lone},
    fault::JsonFault,
    path::{Comparison, Literal, Logical, OF_DOCUMENT, Operand, Pattern, Regexp},
};

/// What it may cost to find that a pattern from the document is none, or too large.
const BAD_PATTERN: usize = 200_000;

/// The last pattern that was taken from the document; most often they are all the same.
#[derive(Debug, Default)]
pub(super) struct Patterns {
    last: Option<Dynamic>,
}

#[derive(Debug)]
struct Dynamic {
    text: String,
    whole: bool,
    /// `None` if it is no I-Regexp.
    regexp: Option<Regexp>,
}

impl<'s> Selection<'s> {
    /// Whether a filter's condition holds for a node. Recursion follows the rule, whose nesting is
    /// bounded, never the document.
    pub(super) fn holds(&mut self, condition: &Logical, candidate: u32) -> Result<bool, JsonFault> {
        self.budget.spend(1)?;
        match condition {
            Logical::Or(all) => {
                for condition in all {
                    if self.holds(condition, candidate)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Logical::And(all) => {
                for condition in all {
                    if !self.holds(condition, candidate)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Logical::Not(condition) => Ok(!self.holds(condition, candidate)?),
            Logical::Exists(query) => self.query(query, candidate, |found| !found.is_empty()),
            Logical::Compare { left, comparison, right } => {
                self.compares(left, *comparison, right, candidate)
            }
            Logical::Matches { text, pattern, whole } => {
                self.matches(text, pattern, *whole, candidate)
            }
        }
    }

    /// A key that occurs twice gives its query two values; a comparison then holds if it holds for
    /// any, because to redact too much is the safer mistake.
    fn compares(
        &mut self,
        left: &Operand,
        comparison: Comparison,
        right: &Operand,
        candidate: u32,
    ) -> Result<bool, JsonFault> {
        let left = self.values(left, candidate)?;
        let right = self.values(right, candidate)?;
        for &left in left.iter() {
            for &right in right.iter() {
                let holds = match comparison {
                    Comparison::Equal => self.is_equal(left, right)?,
                    Comparison::NotEqual => !self.is_equal(left, right)?,
                    Comparison::Less => self.is_less(left, right)?,
                    Comparison::LessOrEqual => {
                        self.is_less(left, right)? || self.is_equal(left, right)?
                    }
                    Comparison::Greater => self.is_less(right, left)?,
                    Comparison::GreaterOrEqual => {
                        self.is_less(right, left)? || self.is_equal(left, right)?
                    }
                };
                if holds {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    fn matches(
        &mut self,
        text: &Operand,
        pattern: &Pattern,
        whole: bool,
        candidate: u32,
    ) -> Result<bool, JsonFault> {
        let patterns = match pattern {
            Pattern::Fixed(_) => None,
            Pattern::Dynamic(operand) => Some(self.values(operand, candidate)?),
        };
        let values = self.values(text, candidate)?;
        for &value in values.iter() {
            let Some(text) = self.text_of(value) else { continue };
            let found = match (pattern, &patterns) {
                (Pattern::Fixed(regexp), _) => {
                    self.budget.spend(regexp.cost(&text))?;
                    regexp.is_match(&text)
                }
                (Pattern::Dynamic(_), patterns) => {
                    let mut found = false;
                    for &pattern in patterns.iter().flat_map(|patterns| patterns.iter()) {
                        found = found || self.matches_dynamic(&text, pattern, whole)?;
                    }
                    found
                }
            };
            if found {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn matches_dynamic(
        &mut self,
        text: &str,
        pattern: Value<'_>,
        whole: bool,
    ) -> Result<bool, JsonFault> {
        let Some(pattern) = self.text_of(pattern) else { return Ok(false) };
        let is_last = |last: &Dynamic| last.text == *pattern && last.whole == whole;
        if !self.patterns.last.as_ref().is_some_and(is_last) {
            let regexp = Regexp::compile(&pattern, whole, OF_DOCUMENT).ok();
            let cost = regexp.as_ref().map_or(BAD_PATTERN, Regexp::compilation_cost);
            self.budget.spend(cost + pattern.len())?;
            self.patterns.last = Some(Dynamic { text: pattern.into_owned(), whole, regexp });
        }
        let Some(Dynamic { regexp: Some(regexp), .. }) = &self.patterns.last else {
            return Ok(false);
        };
        self.budget.spend(regexp.cost(text))?;
        Ok(regexp.is_match(text))
    }

    /// The text of a string; other values have none.
    fn text_of<'v>(&self, value: Value<'v>) -> Option<Cow<'v, str>>
    where
        's: 'v,
    {
        match value {
            Value::Literal(Literal::String(text)) => Some(Cow::Borrowed(text)),
            Value::Node(node) if self.index.kind(node) == Kind::String => {
                match escape::decode(self.index.string(node), Lone::Replaced) {
                    Cow::Borrowed(text) => Some(String::from_utf8_lossy(text)),
                    Cow::Owned(text) => {
                        Some(Cow::Owned(String::from_utf8(text).unwrap_or_default()))
                    }
                }
            }
            _ => None,
        }
    }
}

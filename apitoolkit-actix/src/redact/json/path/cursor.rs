//! A position in the text of a JSONPath, and the mistake found there.

use std::borrow::Cow;

/// Nested parentheses, filters and function calls that one rule may have.
const MAX_NESTING: usize = 64;

/// What is wrong with a JSONPath, and at which byte.
#[derive(Debug)]
pub(crate) struct PathError {
    pub(crate) offset: usize,
    pub(crate) reason: Cow<'static, str>,
}

pub(super) type Parsed<T> = Result<T, PathError>;

#[derive(Debug)]
pub(super) struct Cursor<'t> {
    text: &'t str,
    at: usize,
    nesting: usize,
    /// How many `$…` queries were seen inside filters.
    pub(super) absolute_queries: usize,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0, nesting: 0, absolute_queries: 0 }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn rewind(&mut self, at: usize) {
        self.at = at;
    }

    /// What was read since `start`.
    pub(super) fn since(&self, start: usize) -> &'t str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    pub(super) fn eat(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    pub(super) fn eat_while(&mut self, accept: impl Fn(char) -> bool) {
        while self.peek().is_some_and(&accept) {
            self.next();
        }
    }

    pub(super) fn expect(&mut self, token: &str, reason: &'static str) -> Parsed<()> {
        if self.eat(token) { Ok(()) } else { self.fail(reason) }
    }

    /// The RFC's `S`.
    pub(super) fn skip_blank(&mut self) {
        self.eat_while(|c| matches!(c, ' ' | '\t' | '\n' | '\r'));
    }

    pub(super) fn fail<T>(&self, reason: impl Into<Cow<'static, str>>) -> Parsed<T> {
        fail_at(self.at, reason)
    }

    /// Parses something that may contain its like.
    pub(super) fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.nesting >= MAX_NESTING {
            return self.fail("nested too deeply");
        }
        self.nesting += 1;
        let parsed = parse(self);
        self.nesting -= 1;
        parsed
    }
}

pub(super) fn fail_at<T>(offset: usize, reason: impl Into<Cow<'static, str>>) -> Parsed<T> {
    Err(PathError { offset, reason: reason.into() })
}

//! Filter expressions (RFC 9535, section 2.3.5).

use super::{
    ast::{Comparison, Logical, Operand, Query, Segment, Selector},
    cursor::{Cursor, Parsed, fail_at},
    function::{self, Call},
    literal, query,
};

/// `a || b && c …`
pub(super) fn logical(cursor: &mut Cursor<'_>) -> Parsed<Logical> {
    let mut alternatives = vec![conjunction(cursor)?];
    while operator(cursor, "||") {
        alternatives.push(conjunction(cursor)?);
    }
    Ok(one_or(alternatives, Logical::Or))
}

fn conjunction(cursor: &mut Cursor<'_>) -> Parsed<Logical> {
    let mut conditions = vec![basic(cursor)?];
    while operator(cursor, "&&") {
        conditions.push(basic(cursor)?);
    }
    Ok(one_or(conditions, Logical::And))
}

fn one_or(mut all: Vec<Logical>, join: fn(Vec<Logical>) -> Logical) -> Logical {
    match all.pop() {
        Some(only) if all.is_empty() => only,
        last => {
            all.extend(last);
            join(all)
        }
    }
}

/// An operator with the white space around it; nothing is taken if it is not there.
fn operator(cursor: &mut Cursor<'_>, token: &str) -> bool {
    let end = cursor.at();
    cursor.skip_blank();
    let found = cursor.eat(token);
    if found {
        cursor.skip_blank();
    } else {
        cursor.rewind(end);
    }
    found
}

/// A parenthesised expression, a comparison or a test.
fn basic(cursor: &mut Cursor<'_>) -> Parsed<Logical> {
    if cursor.eat("!") {
        cursor.skip_blank();
        let negated = match cursor.peek() {
            Some('(') => parenthesised(cursor)?,
            _ => term(cursor)?.into_test()?,
        };
        return Ok(Logical::Not(Box::new(negated)));
    }
    if cursor.peek() == Some('(') {
        return parenthesised(cursor);
    }
    let left = term(cursor)?;
    match comparison(cursor) {
        None => left.into_test(),
        Some(comparison) => {
            let left = left.into_operand()?;
            let right = term(cursor)?.into_operand()?;
            Ok(Logical::Compare { left, comparison, right })
        }
    }
}

fn parenthesised(cursor: &mut Cursor<'_>) -> Parsed<Logical> {
    cursor.nested(|cursor| {
        cursor.expect("(", "expected `(`")?;
        cursor.skip_blank();
        let inner = logical(cursor)?;
        cursor.skip_blank();
        cursor.expect(")", "expected an operator or `)`")?;
        Ok(inner)
    })
}

fn comparison(cursor: &mut Cursor<'_>) -> Option<Comparison> {
    const TOKENS: [(&str, Comparison); 6] = [
        ("==", Comparison::Equal),
        ("!=", Comparison::NotEqual),
        ("<=", Comparison::LessOrEqual),
        (">=", Comparison::GreaterOrEqual),
        ("<", Comparison::Less),
        (">", Comparison::Greater),
    ];
    TOKENS.iter().find(|(token, _)| operator(cursor, token)).map(|(_, comparison)| *comparison)
}

/// A literal, a query or a function call, before it is known what it is used for.
#[derive(Debug)]
pub(super) struct Term {
    offset: usize,
    kind: TermKind,
}

#[derive(Debug)]
enum TermKind {
    Value(Operand),
    Query(Query),
    Test(Logical),
}

/// Parses a term.
pub(super) fn term(cursor: &mut Cursor<'_>) -> Parsed<Term> {
    let offset = cursor.at();
    let kind = match cursor.peek() {
        Some('@') => {
            cursor.next();
            TermKind::Query(Query { absolute: None, segments: query::segments(cursor)? })
        }
        Some('$') => {
            cursor.next();
            let segments = query::segments(cursor)?;
            let id = cursor.absolute_queries;
            cursor.absolute_queries += 1;
            TermKind::Query(Query { absolute: Some(id), segments })
        }
        _ => match literal::literal(cursor)? {
            Some(literal) => TermKind::Value(Operand::Literal(literal)),
            None => match cursor.nested(function::call)? {
                Call::Value(value) => TermKind::Value(value),
                Call::Test(test) => TermKind::Test(test),
            },
        },
    };
    Ok(Term { offset, kind })
}

impl Term {
    /// As one side of a comparison, or as an argument that has one value.
    pub(super) fn into_operand(self) -> Parsed<Operand> {
        match self.kind {
            TermKind::Value(operand) => Ok(operand),
            TermKind::Query(query) if is_singular(&query.segments) => Ok(Operand::Query(query)),
            TermKind::Query(_) => {
                fail_at(self.offset, "this query may find several nodes, so it has no one value")
            }
            TermKind::Test(_) => fail_at(self.offset, "true or false is not a value to compare"),
        }
    }

    /// As an argument that is a list of nodes.
    pub(super) fn into_query(self) -> Parsed<Query> {
        match self.kind {
            TermKind::Query(query) => Ok(query),
            TermKind::Value(_) | TermKind::Test(_) => fail_at(self.offset, "expected a query"),
        }
    }

    fn into_test(self) -> Parsed<Logical> {
        match self.kind {
            TermKind::Query(query) => Ok(Logical::Exists(query)),
            TermKind::Test(test) => Ok(test),
            TermKind::Value(_) => fail_at(self.offset, "a value alone is no condition: compare it"),
        }
    }
}

fn is_singular(segments: &[Segment]) -> bool {
    segments.iter().all(|segment| {
        !segment.descendant
            && matches!(segment.selectors.as_slice(), [Selector::Name(_) | Selector::Index(_)])
    })
}

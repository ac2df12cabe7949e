//! Function extensions and the types of their arguments (RFC 9535, section 2.4).

use super::{
    ast::{Literal, Logical, Operand, Pattern},
    cursor::{Cursor, Parsed, fail_at},
    filter,
    regexp::{self, Regexp},
};

/// What a function call amounts to.
#[derive(Debug)]
pub(super) enum Call {
    /// `length`, `count`, `value`: something to compare.
    Value(Operand),
    /// `match`, `search`: a condition.
    Test(Logical),
}

/// Parses a function call.
pub(super) fn call(cursor: &mut Cursor<'_>) -> Parsed<Call> {
    let start = cursor.at();
    if !cursor.peek().is_some_and(|c| c.is_ascii_lowercase()) {
        return cursor.fail("expected `@`, `$`, a literal, a function or `(`");
    }
    cursor.eat_while(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    let name = cursor.since(start);
    if !cursor.eat("(") {
        return fail_at(start, "expected `@`, `$`, a literal, a function or `(`");
    }
    cursor.skip_blank();
    let call = match name {
        "length" => Call::Value(Operand::Length(Box::new(filter::term(cursor)?.into_operand()?))),
        "count" => Call::Value(Operand::Count(filter::term(cursor)?.into_query()?)),
        "value" => Call::Value(Operand::Value(filter::term(cursor)?.into_query()?)),
        "match" | "search" => Call::Test(matches(cursor, name == "match")?),
        _ => return fail_at(start, format!("there is no function `{name}`")),
    };
    cursor.skip_blank();
    cursor.expect(")", "expected `)` after the function's arguments")?;
    Ok(call)
}

fn matches(cursor: &mut Cursor<'_>, whole: bool) -> Parsed<Logical> {
    let text = filter::term(cursor)?.into_operand()?;
    cursor.skip_blank();
    cursor.expect(",", "expected `,` and a pattern")?;
    cursor.skip_blank();
    let at = cursor.at();
    let pattern = match filter::term(cursor)?.into_operand()? {
        // The RFC lets a bad pattern match nothing; a rule that never redacts is a mistake.
        Operand::Literal(Literal::String(pattern)) => {
            match Regexp::compile(&pattern, whole, regexp::OF_RULE) {
                Ok(regexp) => Pattern::Fixed(regexp),
                Err(reason) => return fail_at(at, format!("not an I-Regexp (RFC 9485): {reason}")),
            }
        }
        operand => Pattern::Dynamic(operand),
    };
    Ok(Logical::Matches { text, pattern, whole })
}

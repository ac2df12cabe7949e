//! Random documents, paths and conditions.

use std::fmt::Write as _;

use fastrand::Rng;

const KEYS: [&str; 10] =
    ["a", "b", "c", "pin", "token", "a b", "\\u0061", "é", "\\ud83d\\ude00", ""];

/// A random value; every string of it that is a secret contains `C`.
fn value(rng: &mut Rng, depth: usize, out: &mut String) {
    let space = |rng: &mut Rng, out: &mut String| {
        if rng.u8(..8) == 0 {
            out.push_str(rng.choice([" ", "\n  ", "\t", "\r\n"]).unwrap());
        }
    };
    match rng.u8(..if depth == 0 { 6 } else { 12 }) {
        0 => out.push_str(rng.choice(["true", "false", "null"]).unwrap()),
        1 => out.push_str(rng.choice(["0", "-0", "1", "1e400", "12.50", "-3E-2", "2"]).unwrap()),
        2..6 => out.push_str(
            rng.choice([
                r#""x""#,
                r#""""#,
                r#""a\nb\u0041""#,
                r#""\ud800""#,
                r#""日本語 text""#,
                r#""longer than a word""#,
            ])
            .unwrap(),
        ),
        6..9 => {
            out.push('[');
            for i in 0..rng.usize(..5) {
                if i > 0 {
                    out.push(',');
                }
                space(rng, out);
                value(rng, depth - 1, out);
                space(rng, out);
            }
            out.push(']');
        }
        _ => {
            out.push('{');
            for i in 0..rng.usize(..5) {
                if i > 0 {
                    out.push(',');
                }
                space(rng, out);
                write!(out, "\"{}\"", rng.choice(KEYS).unwrap()).unwrap();
                space(rng, out);
                out.push(':');
                space(rng, out);
                value(rng, depth - 1, out);
                space(rng, out);
            }
            out.push('}');
        }
    }
}

/// A random document.
pub(super) fn document(rng: &mut Rng) -> String {
    let mut json = String::new();
    value(rng, rng.clone().usize(..7), &mut json);
    json
}

/// A random path without filters.
pub(super) fn path(rng: &mut Rng) -> String {
    let mut path = "$".to_owned();
    for _ in 0..rng.usize(..5) {
        if rng.u8(..4) == 0 {
            path.push_str("..");
        }
        path.push('[');
        for i in 0..rng.usize(1..3) {
            if i > 0 {
                path.push_str(", ");
            }
            let int = |rng: &mut Rng| rng.i8(-4..5).to_string();
            let optional =
                |rng: &mut Rng| if rng.bool() { rng.i8(-4..5).to_string() } else { String::new() };
            match rng.u8(..8) {
                0..4 => write!(path, "\"{}\"", rng.choice(KEYS).unwrap()).unwrap(),
                4 => path.push('*'),
                5 => path.push_str(&int(rng)),
                6 => write!(path, "{}:{}", optional(rng), optional(rng)).unwrap(),
                _ => write!(path, "{}:{}:{}", optional(rng), optional(rng), int(rng)).unwrap(),
            }
        }
        path.push(']');
    }
    path
}

/// A random condition of a filter.
pub(super) fn condition(rng: &mut Rng, depth: usize) -> String {
    let singular = |rng: &mut Rng| {
        let mut query = rng.choice(["@", "@", "@", "$"]).unwrap().to_owned();
        for _ in 0..rng.usize(..3) {
            match rng.bool() {
                true => write!(query, "[\"{}\"]", rng.choice(KEYS).unwrap()).unwrap(),
                false => write!(query, "[{}]", rng.i8(-2..3)).unwrap(),
            }
        }
        query
    };
    let query = |rng: &mut Rng| path(rng).replacen('$', rng.choice(["@", "@", "$"]).unwrap(), 1);
    let operand = |rng: &mut Rng| match rng.u8(..8) {
        0 => rng.choice(["1", "0", "-0", "12.5", "1e0", "2"]).unwrap().to_owned(),
        1 => rng.choice(["'x'", "''", "true", "false", "null", "\"a\\nbA\""]).unwrap().to_owned(),
        2 => format!("length({})", singular(rng)),
        3 => format!("count({})", query(rng)),
        4 => format!("value({})", query(rng)),
        _ => singular(rng),
    };
    match rng.u8(..if depth == 0 { 6 } else { 10 }) {
        0..2 => query(rng),
        2..6 => {
            let comparison = rng.choice(["==", "!=", "<", "<=", ">", ">="]).unwrap();
            format!("{} {comparison} {}", operand(rng), operand(rng))
        }
        6 => format!("({} && {})", condition(rng, depth - 1), condition(rng, depth - 1)),
        7 => format!("({} || {})", condition(rng, depth - 1), condition(rng, depth - 1)),
        8 => format!("!({})", condition(rng, depth - 1)),
        _ => format!("@[?{}]", condition(rng, depth - 1)),
    }
}

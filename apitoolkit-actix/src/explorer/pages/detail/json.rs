//! JSON on lines of its own, as it was written.
//!
//! A parser would change numbers, escapes and the order of keys; here each token is a range of the
//! text that was captured, and only the space between tokens is ours.

use std::ops::Range;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::explorer::pages) enum Class {
    Key,
    Text,
    /// Numbers, `true`, `false`, `null`.
    Literal,
    Punctuation,
}

/// Tokens of one line, by their place in the text.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::explorer::pages) struct Line {
    pub(in crate::explorer::pages) depth: usize,
    pub(in crate::explorer::pages) tokens: Vec<(Class, Range<usize>)>,
}

/// Lays out a text that is JSON; of any other text the lines make no sense, but hold all of it but
/// its white space.
pub(in crate::explorer::pages) fn lay_out(text: &str) -> Vec<Line> {
    let mut lines = Lines { done: Vec::new(), line: Line { depth: 0, tokens: Vec::new() } };
    let tokens = tokens(text);
    let mut depth = 0_usize;
    for (at, (byte, range)) in tokens.iter().enumerate() {
        let next = tokens.get(at + 1).map(|(byte, _)| *byte);
        let previous = at.checked_sub(1).and_then(|at| tokens.get(at)).map(|(byte, _)| *byte);
        match byte {
            b'{' | b'[' => {
                lines.add(Class::Punctuation, range);
                depth += 1;
                if !matches!(next, Some(b'}' | b']')) {
                    lines.end(depth);
                }
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if !matches!(previous, Some(b'{' | b'[')) {
                    lines.end(depth);
                }
                lines.add(Class::Punctuation, range);
            }
            b',' => {
                lines.add(Class::Punctuation, range);
                lines.end(depth);
            }
            b':' => lines.add(Class::Punctuation, range),
            b'"' if next == Some(b':') => lines.add(Class::Key, range),
            b'"' => lines.add(Class::Text, range),
            _ => lines.add(Class::Literal, range),
        }
    }
    lines.end(0);
    lines.done
}

struct Lines {
    done: Vec<Line>,
    line: Line,
}

impl Lines {
    fn add(&mut self, class: Class, range: &Range<usize>) {
        self.line.tokens.push((class, range.clone()));
    }

    fn end(&mut self, depth: usize) {
        let line = std::mem::replace(&mut self.line, Line { depth, tokens: Vec::new() });
        if !line.tokens.is_empty() {
            self.done.push(line);
        }
    }
}

/// Every token, by its first byte and its place.
fn tokens(text: &str) -> Vec<(u8, Range<usize>)> {
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let rest = bytes.get(at + 1..).unwrap_or_default();
        let len = match byte {
            b' ' | b'\t' | b'\n' | b'\r' => {
                at += 1;
                continue;
            }
            b'{' | b'}' | b'[' | b']' | b',' | b':' => 1,
            b'"' => 1 + text_len(rest),
            _ => 1 + rest.iter().position(|b| b" \t\n\r{}[],:\"".contains(b)).unwrap_or(rest.len()),
        };
        tokens.push((byte, at..at + len));
        at += len;
    }
    tokens
}

/// How long a string is behind its first quote, the last one included.
fn text_len(rest: &[u8]) -> usize {
    let mut escaped = false;
    for (at, byte) in rest.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let line = |line: Line| {
            let tokens: Vec<_> = line.tokens.into_iter().map(|(_, at)| &text[at]).collect();
            format!("{}{}", "  ".repeat(line.depth), tokens.concat())
        };
        lay_out(text).into_iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn bytes_and_order_stay() {
        let text =
            r#"{"b":1.0e+2,"a":[ ],"a":{"x\"":[1,"{,}"]},"n":123456789012345678901234567890}"#;
        assert_eq!(
            shown(text),
            "{\n  \"b\":1.0e+2,\n  \"a\":[],\n  \"a\":{\n    \"x\\\"\":[\n      1,\n      \
            \"{,}\"\n    ]\n  },\n  \"n\":123456789012345678901234567890\n}"
        );
    }

    #[test]
    fn whatever_is_no_json_stays_whole() {
        for text in ["\"open", "}}{", "\"\\", "äö,ü", "", "nul\"l"] {
            let kept: String = shown(text).split_whitespace().collect();
            assert_eq!(kept, text);
        }
    }

    #[test]
    fn keys_and_texts_are_told_apart() {
        let classes: Vec<_> =
            lay_out("{\"a\" :\"a\"}").into_iter().flat_map(|l| l.tokens).map(|(c, _)| c).collect();
        use Class::{Key, Punctuation, Text};
        assert_eq!(classes, [Punctuation, Key, Punctuation, Text, Punctuation]);
    }
}

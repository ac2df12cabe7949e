//! Texts in quotes, of every form. Each function returns the length, or `None` in doubt.

use memchr::{memchr, memmem};

use super::{
    comments::is_harmless,
    dialect::{Dialect, Known},
};

/// Finds the ends of texts in quotes.
#[derive(Clone, Debug, Default)]
pub(super) struct Quotes {
    /// From here on, no three `'`, or no three `"`, follow each other.
    no_triples: [bool; 2],
    /// There was more of the statement.
    is_cut: bool,
}

impl Quotes {
    pub(super) fn new(is_cut: bool) -> Self {
        Self { no_triples: [false; 2], is_cut }
    }

    /// A text from its opening quote on. Doubled quotes stand for one. Whether a backslash before a
    /// quote escapes it depends on the server.
    pub(super) fn text(&mut self, rest: &[u8], quote: u8) -> Option<usize> {
        let len = text(rest, quote, false)?;
        match quote {
            // In a server that knows no such names this is two operators with code between them.
            b'`' => is_harmless(rest.get(1..len - 1)?).then_some(len),
            _ if rest.starts_with(&[quote; 3]) => self.triple(rest, quote, len),
            _ => Some(len),
        }
    }

    /// `'''…'''` is one text to some, and one that begins with a quote to others; both may well end
    /// at the same place.
    fn triple(&mut self, rest: &[u8], quote: u8, len: usize) -> Option<usize> {
        let [single, double] = &mut self.no_triples;
        let is_none = if quote == b'"' { double } else { single };
        if *is_none {
            return Some(len);
        }
        match memmem::find(rest.get(3..)?, &[quote; 3]) {
            Some(end) => (end + 6 == len).then_some(len),
            None => {
                *is_none = !self.is_cut;
                is_none.then_some(len)
            }
        }
    }
}

/// PostgreSQL's `E'…'`, from the quote on.
pub(super) fn escaped(rest: &[u8]) -> Option<usize> {
    text(rest, b'\'', true)
}

/// A text in which backslashes escape quotes, or in which there are none before a quote.
fn text(rest: &[u8], quote: u8, has_escapes: bool) -> Option<usize> {
    let mut at = 1;
    loop {
        let found = at + memchr(quote, rest.get(at..)?)?;
        let backslashes = rest.get(1..found)?.iter().rev().take_while(|&&b| b == b'\\').count();
        if backslashes % 2 == 1 {
            if !has_escapes {
                return None;
            }
            at = found + 1;
        } else if rest.get(found + 1) == Some(&quote) {
            at = found + 2;
        } else {
            return Some(found + 1);
        }
    }
}

/// Oracle's `q'[…]'`, from the quote on.
pub(super) fn chosen(rest: &[u8]) -> Option<usize> {
    let close = match rest.get(1)? {
        b'[' => b']',
        b'{' => b'}',
        b'(' => b')',
        b'<' => b'>',
        other => *other,
    };
    let end = memmem::find(rest.get(2..)?, &[close, b'\''])?;
    Some(2 + end + 2)
}

/// PostgreSQL's `$$…$$` and `$tag$…$tag$`; 0 if this `$` opens neither. Elsewhere `$` is a letter,
/// and what stands between is code.
pub(super) fn dollar(rest: &[u8], dialect: Dialect) -> Option<usize> {
    let is_tag = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80;
    let tag = rest.get(1..)?.iter().take_while(|byte| is_tag(byte)).count();
    if rest.get(1 + tag) != Some(&b'$') {
        return Some(0);
    }
    let delimiter = rest.get(..tag + 2)?;
    let inside = rest.get(tag + 2..)?;
    let end = memmem::find(inside, delimiter)?;
    let is_certain = dialect.dollar_quotes() == Known::Yes || is_harmless(inside.get(..end)?);
    is_certain.then_some(2 * (tag + 2) + end)
}

/// Where names in square brackets end.
#[derive(Clone, Debug, Default)]
pub(super) struct Brackets {
    /// Of the one that is open, or was last.
    end: usize,
    /// No bracket closes from here on.
    are_over: bool,
}

impl Brackets {
    /// A `[` at `at` begins a name, or an array.
    pub(super) fn open(&mut self, sql: &[u8], at: usize) {
        if at < self.end || self.are_over {
            return;
        }
        let mut from = at + 1;
        loop {
            let Some(offset) = sql.get(from..).and_then(|rest| memchr(b']', rest)) else {
                self.are_over = true;
                return;
            };
            let end = from + offset;
            // Doubled, it stands for one.
            if sql.get(end + 1) == Some(&b']') {
                from = end + 2;
            } else {
                self.end = end;
                return;
            }
        }
    }

    /// Whether a token begins inside of such a name and ends behind it: then it is none for some.
    pub(super) fn are_crossed(&self, start: usize, end: usize) -> bool {
        start < self.end && self.end < end
    }
}

//! Messages of databases, which quote values and statements.

use std::borrow::Cow;

use memchr::memmem;

use crate::exchange::Hidden;

/// What stands for a value.
const VALUE: &str = "?";
/// Words after which a text in quotes is a name: `column 'email'`, `constraint "users_pkey"`.
const NOUNS: &[&str] = &[
    "column",
    "columns",
    "constraint",
    "database",
    "field",
    "function",
    "index",
    "key",
    "procedure",
    "relation",
    "role",
    "schema",
    "sequence",
    "table",
    "trigger",
    "type",
    "user",
    "view",
];
/// After these the rest of a line is values: `Key (email)=(…)`, `Failing row contains (…)`.
const BEFORE_VALUES: &[&str] = &[")=(", "contains ("];

/// Longest statement that is kept for the time of its call, in bytes: in a message that has been cut
/// to its own limit, a longer one would not be found.
const MAX_RAW: usize = 4 * 1024;
/// The message of an error that may quote a statement which nobody would find in it.
const WITHHELD: &str = "[CLIENT_REDACTED]";

/// A message that is longer may have been cut, and a value with it.
const MAX_READ: usize = 8 * 1024;

/// A part of a message.
enum Part<'m> {
    /// What tells no value.
    Told(&'m str),
    /// A value in quotes.
    Quoted(char, &'m str),
    /// What follows a quote, with the quote.
    Unterminated(&'m str),
    /// What follows `mark` to the end of the line.
    Values { mark: &'m str, values: &'m str },
}

/// A statement as it was run, where that is not how it is told.
#[derive(Debug)]
pub(super) enum Raw {
    Same,
    Kept(Box<str>),
    TooLong,
}

impl Raw {
    pub(super) fn new(statement: &str) -> Self {
        match statement.len() <= MAX_RAW {
            true => Self::Kept(statement.into()),
            false => Self::TooLong,
        }
    }
}

/// What messages are cleaned with.
#[derive(Debug)]
pub(super) struct Cleaner {
    raw: Raw,
    /// The statement as it is told.
    told: Box<str>,
}

impl Cleaner {
    pub(super) fn new(raw: Raw, told: &str) -> Self {
        Self { raw, told: told.into() }
    }

    /// A message without the values that it quotes. Names stay: those that the statement tells too,
    /// and those that the message calls names.
    pub(super) fn clean(&self, message: &str) -> String {
        let Some(message) = self.with_statement_told(message) else { return WITHHELD.to_owned() };
        let mut out = String::with_capacity(message.len());
        self.read(&message, &mut |part| match part {
            Part::Told(text) => out.push_str(text),
            Part::Quoted(..) | Part::Unterminated(_) => out.push_str(VALUE),
            Part::Values { mark, .. } => {
                out.push_str(mark);
                out.push_str(VALUE);
                out.push(')');
            }
        });
        out
    }

    /// Has whatever else tells this message, or a part of it, tell it without the values.
    pub(super) fn hide(&self, message: &str, hidden: &mut Hidden) {
        let Some(told) = self.with_statement_told(message).filter(|_| message.len() <= MAX_READ)
        else {
            return hidden.everything();
        };
        if let Raw::Kept(raw) = &self.raw {
            hidden.statement(raw, &self.told);
        }
        self.read(&told, &mut |part| match part {
            Part::Told(_) => {}
            Part::Quoted(quote, inside) => hidden.quoted(quote, inside),
            Part::Unterminated(text) => hidden.unterminated(text),
            Part::Values { mark, values } => hidden.values(mark, values),
        });
    }

    /// The message with the statement as it is told; absent if that cannot be found in it.
    fn with_statement_told<'m>(&self, message: &'m str) -> Option<Cow<'m, str>> {
        Some(match &self.raw {
            Raw::Kept(raw) if !raw.is_empty() => Cow::Owned(message.replace(&**raw, &self.told)),
            Raw::Kept(_) | Raw::Same => Cow::Borrowed(message),
            Raw::TooLong => return None,
        })
    }

    /// Shows the parts of a message, in order.
    fn read(&self, message: &str, see: &mut dyn FnMut(Part<'_>)) {
        for line in message.split_inclusive('\n') {
            let text = line.strip_suffix('\n').unwrap_or(line);
            self.line(text, see);
            if text.len() < line.len() {
                see(Part::Told("\n"));
            }
        }
    }

    fn line(&self, line: &str, see: &mut dyn FnMut(Part<'_>)) {
        let (mut rest, values) = before_values(line);
        let mut read = 0;
        while let Some((before, quote)) = next_quote(rest) {
            see(Part::Told(before));
            let after = rest.get(before.len() + quote.len_utf8()..).unwrap_or_default();
            let Some(end) = closing(after, quote) else {
                let text = line.get(read + before.len()..);
                return see(Part::Unterminated(text.unwrap_or_default()));
            };
            let (inside, after) = after.split_at(end);
            let quoted = rest.get(before.len()..before.len() + inside.len() + 2 * quote.len_utf8());
            match quoted.filter(|_| self.is_name(before, inside)) {
                Some(name) => see(Part::Told(name)),
                None => see(Part::Quoted(quote, inside)),
            }
            let after = after.get(quote.len_utf8()..).unwrap_or_default();
            read += rest.len() - after.len();
            rest = after;
        }
        see(Part::Told(rest));
        if let Some((mark, values)) = values {
            see(Part::Values { mark, values });
        }
    }

    /// Whether a text in quotes, `before` which the message said this, is a name.
    fn is_name(&self, before: &str, inside: &str) -> bool {
        const MAX_NAME: usize = 128;
        let is_plain = !inside.is_empty()
            && inside.len() <= MAX_NAME
            && inside.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.$".contains(&b));
        let noun = before.trim_end().rsplit(|c: char| !c.is_ascii_alphabetic()).next();
        is_plain
            && (noun.is_some_and(|noun| NOUNS.iter().any(|n| noun.eq_ignore_ascii_case(n)))
                || holds_word(&self.told, inside))
    }
}

/// The line up to where values follow in parentheses; by what that is known, and the values.
fn before_values(line: &str) -> (&str, Option<(&str, &str)>) {
    let places = BEFORE_VALUES.iter().filter_map(|mark| Some((line.find(mark)?, mark.len())));
    let found = places.min().and_then(|(at, length)| {
        let (before, rest) = line.split_at_checked(at)?;
        Some((before, rest.split_at_checked(length)?))
    });
    match found {
        Some((before, values)) => (before, Some(values)),
        None => (line, None),
    }
}

/// The next quote that opens a text, and what stands before it. Within a word it is an apostrophe.
fn next_quote(text: &str) -> Option<(&str, char)> {
    let is_opening = |at: usize| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        !before.is_some_and(char::is_alphanumeric)
    };
    let mut quotes = text.char_indices().filter(|(_, c)| is_quote(*c));
    let (at, quote) = quotes.find(|(at, _)| is_opening(*at))?;
    Some((text.get(..at)?, quote))
}

/// Where the text ends that `quote` has opened: at one that no letter follows.
fn closing(text: &str, quote: char) -> Option<usize> {
    let is_closing = |at: usize| {
        let after = text.get(at + quote.len_utf8()..).and_then(|after| after.chars().next());
        !after.is_some_and(|c| c.is_alphanumeric() || c == quote)
    };
    let mut quotes = text.match_indices(quote).map(|(at, _)| at);
    quotes.find(|at| is_closing(*at))
}

fn is_quote(c: char) -> bool {
    matches!(c, '\'' | '"' | '`')
}

/// Whether `word` stands in a statement, and is not a part of a longer one.
fn holds_word(statement: &str, word: &str) -> bool {
    let bytes = statement.as_bytes();
    let is_part = |at: Option<usize>| {
        at.and_then(|at| bytes.get(at))
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80)
    };
    memmem::find_iter(bytes, word.as_bytes())
        .any(|at| !is_part(at.checked_sub(1)) && !is_part(Some(at + word.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(message: &str, expected: &str) {
        let cleaner = Cleaner::new(Raw::Same, "INSERT INTO users (email, name) VALUES (?, ?)");
        assert_eq!(cleaner.clean(message), expected);
    }

    #[test]
    fn what_tells_no_value_stays() {
        for message in [
            "UNIQUE constraint failed: users.email",
            "error returned from database: (code: 2067) UNIQUE constraint failed: users.email",
            "no such table: users",
            "relation \"users\" does not exist",
            "null value in column \"email\" of relation \"users\" violates not-null constraint",
            "value too long for type character varying(10)",
            "ORA-00942: table or view does not exist",
            "can't connect: it isn't there",
            "two\nlines\n",
            "",
        ] {
            check(message, message);
        }
    }

    #[test]
    fn values_go() {
        check(
            "Duplicate entry 'CANARY@example.org' for key 'users.email_key'",
            "Duplicate entry ? for key 'users.email_key'",
        );
        check(
            "duplicate key value violates unique constraint \"users_pkey\"\n\
             DETAIL: Key (email)=(CANARY) already exists.\nHINT: none",
            "duplicate key value violates unique constraint \"users_pkey\"\n\
             DETAIL: Key (email)=(?)\nHINT: none",
        );
        check("Failing row contains (1, CANARY, null).", "Failing row contains (?)");
        check(
            "invalid input syntax for type uuid: \"CANARY\"",
            "invalid input syntax for type uuid: ?",
        );
        check("near \"CANARY\": syntax error", "near ?: syntax error");
        check("near \"email\": syntax error", "near \"email\": syntax error");
        check("syntax to use near ''CANARY')' at line 1", "syntax to use near ?)?");
        check("unrecognized token: \"'CANARY)\"\nmore", "unrecognized token: ?\nmore");
        check("near 'it's CANARY' here", "near ? here");
        check("unterminated 'CANARY\nmore", "unterminated ?\nmore");
        check("unknown user 'CANARY two'", "unknown user ?");
    }

    #[test]
    fn the_statement_itself_is_told_without_its_values() {
        let raw = "SELECT * FORM users WHERE ssn = 123456789 AND name = 'CANARY'";
        let told = "SELECT * FORM users WHERE ssn = ? AND name = ?";
        let cleaner = Cleaner::new(Raw::new(raw), told);
        let message = format!("near \"FORM\": syntax error in {raw} at offset 9");
        assert_eq!(
            cleaner.clean(&message),
            format!("near \"FORM\": syntax error in {told} at offset 9")
        );
        let long = Raw::new(&raw.repeat(100));
        assert_eq!(Cleaner::new(long, told).clean("near \"FORM\""), WITHHELD);
        assert_eq!(Cleaner::new(Raw::new(""), "").clean("no"), "no");
    }
}

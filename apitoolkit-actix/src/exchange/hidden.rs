use std::{borrow::Cow, fmt};

use memchr::memmem;

use crate::redact::Redactor;

/// Parts of errors' texts that are not to leave, and what is told instead.
///
/// A database quotes values in its messages. What fails with one, and whatever it is the cause of,
/// tells the same text under another name: there the values are found by this.
#[derive(Clone, Default)]
pub(crate) struct Hidden {
    /// In the order in which they are looked for.
    parts: Vec<Part>,
    bytes: usize,
    /// There is more than could be kept.
    is_everything: bool,
}

#[derive(Clone)]
struct Part {
    /// A statement as it was run, which is looked for before the values in it are.
    is_statement: bool,
    text: Box<str>,
    told: Box<str>,
}

/// What stands for a value.
const VALUE: &str = "?";
/// Shorter values are found in their quotes only: without them, they may be part of any word.
const MIN_BARE: usize = 4;
/// Most parts, and the memory that they take together, in bytes.
const MAX_PARTS: usize = 128;
const MAX_BYTES: usize = 32 * 1024;
/// The longest part, in bytes.
const MAX_PART: usize = 4 * 1024;

impl Hidden {
    /// Hides a value and its quotes, and the value wherever it stands without them.
    pub(crate) fn quoted(&mut self, quote: char, inside: &str) {
        self.part(&format!("{quote}{inside}{quote}"), VALUE);
        self.bare(inside);
    }

    /// Hides values from `mark` on, which stays: `)=(1, a) already exists.`
    pub(crate) fn values(&mut self, mark: &str, values: &str) {
        self.part(&format!("{mark}{values}"), &format!("{mark}{VALUE})"));
        self.bare(values.split(')').next().unwrap_or_default());
    }

    /// Hides a text that begins with a quote and has no other.
    pub(crate) fn unterminated(&mut self, text: &str) {
        self.part(text, VALUE);
        self.bare(text);
    }

    /// Has a statement told without its values.
    pub(crate) fn statement(&mut self, raw: &str, told: &str) {
        self.add(true, raw, if told.is_empty() { VALUE } else { told });
    }

    /// Withholds every text, since it is not known what is in it.
    pub(crate) fn everything(&mut self) {
        self.is_everything = true;
    }

    /// The text of an error without what is hidden. `is_cut` says that its end may be missing.
    pub(crate) fn clean<'t>(&self, text: &'t str, is_cut: bool) -> Cow<'t, str> {
        match self.is_everything && !text.is_empty() {
            true => Cow::Borrowed(Redactor::MARKER),
            false => self.clean_known(text, is_cut),
        }
    }

    /// As [`clean`](Self::clean), of a text that may have nothing to do with an error: it is kept
    /// although there may be more to hide than is known.
    pub(crate) fn clean_known<'t>(&self, text: &'t str, is_cut: bool) -> Cow<'t, str> {
        let mut told = Cow::Borrowed(text);
        for Part { text, told: instead, .. } in &self.parts {
            if memmem::find(told.as_bytes(), text.as_bytes()).is_some() {
                told = Cow::Owned(told.replace(&**text, instead));
            }
        }
        if is_cut && let Some(end) = self.begun(&told) {
            let mut whole = told.into_owned();
            whole.truncate(end);
            whole.push_str(Redactor::MARKER);
            told = Cow::Owned(whole);
        }
        told
    }

    /// How much memory it takes, in bytes.
    pub(crate) fn size(&self) -> usize {
        size_of::<Self>() + self.bytes
    }

    fn bare(&mut self, value: &str) {
        let value = value.trim_matches(|c: char| !c.is_alphanumeric());
        if value.len() >= MIN_BARE {
            self.part(value, VALUE);
        }
    }

    fn part(&mut self, text: &str, told: &str) {
        self.add(false, text, told);
    }

    /// Adds a part, also as it is written in the `Debug` text of what holds it.
    fn add(&mut self, is_statement: bool, text: &str, told: &str) {
        self.add_exactly(is_statement, text, told);
        let debug = format!("{text:?}");
        let inside = debug.strip_prefix('"').and_then(|debug| debug.strip_suffix('"'));
        if let Some(debug) = inside.filter(|debug| *debug != text) {
            self.add_exactly(is_statement, debug, told);
        }
    }

    fn add_exactly(&mut self, is_statement: bool, text: &str, told: &str) {
        let is_known = || self.parts.iter().any(|part| *part.text == *text);
        if text.is_empty() || is_known() {
            return;
        }
        let bytes = self.bytes + size_of::<Part>() + text.len() + told.len();
        if text.len() > MAX_PART || bytes > MAX_BYTES || self.parts.len() >= MAX_PARTS {
            self.is_everything = true;
            return;
        }
        self.bytes = bytes;
        // A part of a part would leave the rest of it.
        let order = (is_statement, text.len());
        let at = self.parts.partition_point(|part| (part.is_statement, part.text.len()) >= order);
        self.parts.insert(at, Part { is_statement, text: text.into(), told: told.into() });
    }

    /// Where the end of a text may be the beginning of something that is hidden.
    fn begun(&self, text: &str) -> Option<usize> {
        let longest = self.parts.iter().map(|part| part.text.len()).max()?;
        let from = text.len().saturating_sub(longest);
        let mut places = text.char_indices().map(|(at, _)| at).filter(|at| *at >= from);
        places.find(|at| {
            let end = text.get(*at..).unwrap_or_default();
            self.parts.iter().any(|part| part.text.starts_with(end))
        })
    }
}

/// Says how much is hidden, and not what.
impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hidden")
            .field("parts", &self.parts.len())
            .field("is_everything", &self.is_everything)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(hide: impl FnOnce(&mut Hidden)) -> Hidden {
        let mut hidden = Hidden::default();
        hide(&mut hidden);
        hidden
    }

    #[test]
    fn a_value_is_found_in_its_quotes_and_without() {
        let hidden = hidden(|hidden| hidden.quoted('"', "CANARY"));
        for (text, told) in [
            ("near \"CANARY\": syntax error", "near ?: syntax error"),
            ("not saved: near \"CANARY\"", "not saved: near ?"),
            (
                "Database(Error { message: \"near \\\"CANARY\\\"\" })",
                "Database(Error { message: \"near ?\" })",
            ),
            ("no room for CANARY", "no room for ?"),
            ("no luck", "no luck"),
            ("", ""),
        ] {
            assert_eq!(hidden.clean(text, false), told);
        }
    }

    #[test]
    fn a_short_value_is_found_in_its_quotes_only() {
        let hidden = hidden(|hidden| hidden.quoted('\'', "a"));
        assert_eq!(
            hidden.clean("Duplicate entry 'a' in a table", false),
            "Duplicate entry ? in a table"
        );
    }

    #[test]
    fn values_go_to_the_end_of_their_line() {
        let hidden = hidden(|hidden| hidden.values(")=(", "CANARY, 1) already exists."));
        let text = "DETAIL: Key (email)=(CANARY, 1) already exists.\nHINT: none, CANARY, 1";
        assert_eq!(hidden.clean(text, false), "DETAIL: Key (email)=(?)\nHINT: none, ?");
    }

    #[test]
    fn a_statement_goes_before_what_is_quoted_in_it() {
        let hidden = hidden(|hidden| {
            hidden.quoted('\'', &"CANARY".repeat(20));
            hidden.statement(
                "SELECT \"a\"\nFROM t WHERE b = 7000042",
                "SELECT \"a\"\nFROM t WHERE b = ?",
            );
        });
        let text = "in SELECT \"a\"\nFROM t WHERE b = 7000042 at 3";
        assert_eq!(hidden.clean(text, false), "in SELECT \"a\"\nFROM t WHERE b = ? at 3");
        assert_eq!(
            hidden.clean(&format!("{text:?}"), false),
            "\"in SELECT \"a\"\nFROM t WHERE b = ? at 3\""
        );
    }

    #[test]
    fn what_the_end_of_a_text_cuts_in_two_goes_too() {
        let hidden = hidden(|hidden| hidden.quoted('"', "CANARY õ CANARY"));
        let whole = "x near \"CANARY õ CANARY\"";
        assert_eq!(hidden.clean(whole, true), "x near ?");
        for (end, _) in whole.char_indices().filter(|(end, _)| *end > "x near ".len()) {
            let told = hidden.clean(&whole[..end], true);
            assert!(told.starts_with("x near ") && !told.contains("CAN"), "{told}");
        }
        assert_eq!(hidden.clean("x near", true), "x near");
    }

    #[test]
    fn where_not_all_is_known_nothing_is_told() {
        let many =
            hidden(|hidden| (0..1_000).for_each(|n| hidden.quoted('"', &format!("value {n}"))));
        let long = hidden(|hidden| hidden.unterminated(&"x".repeat(MAX_PART + 1)));
        let all = hidden(|hidden| {
            hidden.everything();
            hidden.quoted('"', "CANARY");
            assert_eq!(hidden.clean_known("in CANARY", false), "in ?");
        });
        for hidden in [many, long, all] {
            assert_eq!(hidden.clean("whatever", false), Redactor::MARKER);
            assert_eq!(hidden.clean("", false), "");
            assert_eq!(hidden.clean_known("whatever", false), "whatever");
            assert!(hidden.size() <= MAX_BYTES + 100, "{hidden:?}");
        }
    }

    #[test]
    fn its_debug_text_tells_nothing() {
        let hidden = hidden(|hidden| hidden.quoted('"', "CANARY"));
        assert_eq!(format!("{hidden:?}"), "Hidden { parts: 3, is_everything: false, .. }");
    }
}

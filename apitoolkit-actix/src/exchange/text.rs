//! Texts of values that are not ours: bounded, whatever their `Display` does.

use std::{
    fmt::{self, Display, Write as _},
    panic::{AssertUnwindSafe, catch_unwind},
};

/// How much more of a text is kept than leaves, in bytes: a secret that the end of the text cuts in
/// two is not known as one, so it has to be whole when it is looked for.
const SLACK: usize = 4 * 1024;

/// The text of a value of which `leaves` bytes will leave when it is scrubbed, on a character
/// boundary. A value that panics while it says what it is has said its last word.
pub(crate) fn text_of(value: &(impl Display + ?Sized), leaves: usize) -> String {
    let mut text = Bounded::new(leaves);
    text.write(value);
    text.finish()
}

/// As much of a text as is kept when `leaves` bytes of it will leave.
pub(crate) fn keep(text: &str, leaves: usize) -> String {
    let kept = head(text, leaves + SLACK);
    if kept.len() == text.len() { text.to_owned() } else { whole_words(kept).to_owned() }
}

/// As [`keep`], without a copy of what is short enough.
pub(crate) fn keep_owned(text: String, leaves: usize) -> String {
    if text.len() <= leaves + SLACK { text } else { keep(&text, leaves) }
}

/// A text less the word that its end has cut in two: of a secret, half a word is too much. What was
/// taken out before it by then could have moved it to where it leaves.
fn whole_words(text: &str) -> &str {
    let tail = text.len().saturating_sub(SLACK);
    let end = text.rfind(char::is_whitespace).filter(|at| *at >= tail);
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

/// A text in the making that does not grow over its limit.
#[derive(Debug)]
pub(crate) struct Bounded {
    text: String,
    max: usize,
    is_cut: bool,
}

impl Bounded {
    /// Of which `leaves` bytes will leave.
    pub(crate) fn new(leaves: usize) -> Self {
        Self { text: String::new(), max: leaves + SLACK, is_cut: false }
    }

    /// Adds the text of a value, as far as there is room.
    pub(crate) fn write(&mut self, value: &(impl Display + ?Sized)) {
        // An error says that the text is full, or that the value had no more to say.
        let written = catch_unwind(AssertUnwindSafe(|| self.write_fmt(format_args!("{value}"))));
        if written.is_err() {
            let _ = self.write_str("… (its Display panicked)");
        }
    }

    pub(crate) fn finish(mut self) -> String {
        if self.is_cut {
            self.text.truncate(whole_words(&self.text).len());
        }
        self.text.shrink_to_fit();
        self.text
    }
}

impl fmt::Write for Bounded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let head = head(text, self.max.saturating_sub(self.text.len()));
        self.text.push_str(head);
        self.is_cut |= head.len() < text.len();
        if self.is_cut { Err(fmt::Error) } else { Ok(()) }
    }
}

/// Cuts a text to `max` bytes, on a character boundary, and gives back what it does not need.
pub(crate) fn cut(mut text: String, max: usize) -> String {
    if text.len() > max {
        text.truncate(head(&text, max).len());
        text.shrink_to_fit();
    }
    text
}

/// As much of a text as fits into `max` bytes.
pub(crate) fn head(text: &str, max: usize) -> &str {
    let end = (0..=max.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    text.get(..end.unwrap_or_default()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_end_on_a_character_boundary() {
        assert_eq!(text_of("é", 1), "é");
        assert_eq!(text_of(&12, 5), "12");
        // One byte more would be half an é.
        assert_eq!(text_of(&"aé".repeat(SLACK), 1).len(), SLACK);
        assert_eq!(keep(&"aé".repeat(SLACK), 1).len(), SLACK);
        assert_eq!(cut("aé".repeat(2), 3), "aé");
        assert_eq!(cut("aé".repeat(2), 5), "aéa");
        assert_eq!(head("abc", 9), "abc");
    }

    #[test]
    fn what_is_kept_ends_with_a_whole_word() {
        let text = format!("{} half", "x".repeat(SLACK - 3));
        for kept in [keep(&text, 0), keep_owned(text.clone(), 0), text_of(&text, 0)] {
            assert_eq!(kept, "x".repeat(SLACK - 3));
        }
        assert_eq!(keep(&text, 2), text, "it is not cut");
        let one_word = "x".repeat(2 * SLACK);
        assert_eq!(keep(&one_word, 0).len(), SLACK, "there is no end of a word");
    }

    #[test]
    fn no_more_is_asked_for_than_there_is_room_for() {
        struct Endless;
        impl Display for Endless {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                loop {
                    f.write_str("again and ")?;
                }
            }
        }
        let text = text_of(&Endless, 10);
        assert!(text.ends_with("and again") && text.len() <= SLACK + 10, "{}", text.len());
    }

    #[test]
    fn a_value_without_a_text_does_no_harm() {
        struct Fails;
        impl Display for Fails {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("begun")?;
                Err(fmt::Error)
            }
        }
        struct Panics;
        impl Display for Panics {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("begun")?;
                panic!("in a Display")
            }
        }
        assert_eq!(text_of(&Fails, 99), "begun");
        assert_eq!(text_of(&Panics, 99), "begun… (its Display panicked)");
    }
}

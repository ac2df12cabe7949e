//! Text of unknown length: read no further than is needed, redacted, and bounded.

use std::{
    borrow::Cow,
    error::Error,
    fmt::{self, Write as _},
};

use crate::{exchange::Hidden, redact::Redactor};

/// What a text that was cut ends with.
const CUT: &str = "… [cut]";

/// What texts are scrubbed by.
#[derive(Clone, Copy)]
pub(super) struct Rules<'r> {
    pub(super) redactor: &'r Redactor,
    /// What databases quoted in the errors of the exchange.
    pub(super) hidden: Option<&'r Hidden>,
}

/// A text less its secrets, in at most `limit` bytes (or the marker's, if those are more).
pub(super) fn scrubbed(text: &str, limit: usize, rules: Rules<'_>) -> String {
    let seen = head(text, limit);
    finish(seen, seen.len() < text.len(), limit, rules)
}

/// As [`scrubbed`], of a text that is written no further than is needed.
pub(super) fn written(text: fmt::Arguments<'_>, limit: usize, rules: Rules<'_>) -> String {
    let mut bounded = Bounded { seen: String::new(), limit, is_cut: false };
    // Who writes is stopped by an error; what was written until then counts.
    let _ = bounded.write_fmt(text);
    finish(&bounded.seen, bounded.is_cut, limit, rules)
}

fn finish(seen: &str, is_cut: bool, limit: usize, rules: Rules<'_>) -> String {
    let text = if is_cut {
        // The last word may be the beginning of a secret that is known only by its end.
        match seen.rsplit_once(char::is_whitespace) {
            Some((whole_words, _)) => whole_words,
            None => return Redactor::MARKER.to_owned(),
        }
    } else {
        seen
    };
    let text = match rules.hidden {
        Some(hidden) => hidden.clean_known(text, is_cut),
        None => Cow::Borrowed(text),
    };
    let text = plain(rules.redactor.text(&text));
    if !is_cut && text.len() <= limit {
        return text;
    }
    format!("{}{CUT}", head(&text, limit.saturating_sub(CUT.len())))
}

/// Control characters other than tabs and line ends are for terminals, and databases refuse some.
fn plain(text: Cow<'_, str>) -> String {
    let is_odd = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r');
    if text.contains(is_odd) { text.replace(is_odd, "\u{FFFD}") } else { text.into_owned() }
}

/// Takes in a text up to a limit, and then stops whoever writes it.
struct Bounded {
    seen: String,
    limit: usize,
    is_cut: bool,
}

impl fmt::Write for Bounded {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        if self.is_cut {
            return Err(fmt::Error);
        }
        let fits = head(more, self.limit - self.seen.len());
        self.seen.push_str(fits);
        self.is_cut = fits.len() < more.len();
        if self.is_cut { Err(fmt::Error) } else { Ok(()) }
    }
}

/// As much of `text` as fits into `max` bytes.
fn head(text: &str, max: usize) -> &str {
    if text.len() <= max {
        return text;
    }
    let end = (0..=max).rev().find(|&at| text.is_char_boundary(at));
    end.and_then(|end| text.get(..end)).unwrap_or_default()
}

/// An error and what caused it, as one text.
pub(super) struct Chain<'e>(pub(super) &'e (dyn Error + 'static));

/// Far more causes than any error has: one may be its own.
const MAX_CAUSES: usize = 16;

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let causes = std::iter::successors(self.0.source(), |cause| (*cause).source());
        causes.take(MAX_CAUSES).try_for_each(|cause| write!(f, ": {cause}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redactor() -> Redactor {
        Redactor::builder().build().unwrap()
    }

    fn scrubbed(text: &str, limit: usize, redactor: &Redactor) -> String {
        super::scrubbed(text, limit, Rules { redactor, hidden: None })
    }

    #[test]
    fn what_fits_is_kept_less_its_secrets() {
        let redactor = redactor();
        assert_eq!(scrubbed("plain", 5, &redactor), "plain");
        assert_eq!(scrubbed("", 5, &redactor), "");
        let text = "password=CANARY õ";
        assert_eq!(scrubbed(text, 64, &redactor), "password=[CLIENT_REDACTED] õ");
    }

    #[test]
    fn what_does_not_fit_is_cut_between_characters() {
        let redactor = redactor();
        let text = "õäöü ".repeat(10);
        for limit in 20..60 {
            let cut = scrubbed(&text, limit, &redactor);
            assert!(cut.len() <= limit && cut.ends_with(" [cut]"), "{limit}: {cut}");
            assert!(text.starts_with(cut.trim_end_matches(CUT)), "{limit}: {cut}");
        }
    }

    #[test]
    fn a_secret_across_the_cut_does_not_leave_in_part() {
        let redactor = redactor();
        for secret in [
            "password=CANARYCANARYCANARY",
            "postgres://user:CANARYCANARY@host/db",
            "ghp_CANARYCANARYCANARYCANARYCANARYCANAR",
            "Bearer CANARYCANARYCANARY",
            "token=\"CANARY CANARY CANARY\"",
            "-----BEGIN PRIVATE KEY-----\nCANARY CANARY\nCANARY\n-----END PRIVATE KEY-----",
        ] {
            let text = format!("{}{secret} {}", "a b ".repeat(20), "c d ".repeat(20));
            for limit in 70..text.len() {
                let cut = scrubbed(&text, limit, &redactor);
                assert!(!cut.contains("CAN"), "{limit}: {cut}");
            }
        }
    }

    #[test]
    fn markers_may_make_a_text_longer_than_it_was() {
        let cut = scrubbed(&"pin=1 ".repeat(20), 120, &redactor());
        assert!(cut.len() <= 120 && cut.ends_with(CUT), "{cut}");
    }

    #[test]
    fn what_a_database_quoted_goes_also_across_the_cut() {
        let redactor = redactor();
        let mut hidden = Hidden::default();
        hidden.quoted('"', "CANARY CANARY CANARY");
        let rules = Rules { redactor: &redactor, hidden: Some(&hidden) };
        let text =
            format!("{}near \"CANARY CANARY CANARY\" {}", "a b ".repeat(20), "c d ".repeat(20));
        assert!(super::scrubbed(&text, 1_000, rules).contains(" near ? c d"));
        for limit in 70..text.len() {
            let cut = super::scrubbed(&text, limit, rules);
            assert!(!cut.contains("CAN"), "{limit}: {cut}");
        }
    }

    #[test]
    fn control_characters_are_replaced_but_for_tabs_and_line_ends() {
        let redactor = redactor();
        let text = "a\tb\r\nc\0\u{1b}[31md\u{85}";
        assert_eq!(scrubbed(text, 64, &redactor), "a\tb\r\nc\u{FFFD}\u{FFFD}[31md\u{FFFD}");
        let cut = scrubbed(&"\0".repeat(40), 64, &redactor);
        assert!(cut.len() <= 64 && cut.ends_with(CUT), "{cut:?}");
    }

    #[test]
    fn one_word_that_does_not_fit_is_withheld() {
        assert_eq!(scrubbed(&"a".repeat(100), 50, &redactor()), "[CLIENT_REDACTED]");
    }

    #[test]
    fn who_writes_is_stopped_at_the_limit() {
        struct Endless;
        impl fmt::Display for Endless {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                loop {
                    f.write_str("again ")?;
                }
            }
        }
        let text =
            written(format_args!("{Endless}"), 100, Rules { redactor: &redactor(), hidden: None });
        assert!(text.starts_with("again again") && text.ends_with(CUT), "{text}");
        assert!(text.len() <= 100);
    }

    #[test]
    fn an_error_that_causes_itself_has_an_end() {
        #[derive(Debug)]
        struct Own;
        impl fmt::Display for Own {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("own")
            }
        }
        impl Error for Own {
            fn source(&self) -> Option<&(dyn Error + 'static)> {
                Some(self)
            }
        }
        assert_eq!(Chain(&Own).to_string().matches("own").count(), 17);
        let io = std::io::Error::other(Own);
        assert!(Chain(&io).to_string().starts_with("own: own"));
    }
}

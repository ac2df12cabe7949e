use std::{borrow::Cow, ops::Range};

use maud::{Markup, html};

use crate::{
    explorer::{record::Part, redaction::Place},
    redact::Redactor,
};

/// Which rule took what.
#[derive(Debug, Default)]
pub(in crate::explorer) struct Marks {
    /// Values that have a name, with the rule.
    pub(in crate::explorer) named: Vec<(Place, String, String)>,
    /// Ranges of bytes in the text of a body, with the rule.
    pub(in crate::explorer) body: Vec<(Part, Range<usize>, String)>,
}

impl Marks {
    pub(super) fn of_name(&self, place: Place, name: &str) -> Option<&str> {
        let mut named = self.named.iter();
        named.find(|(at, known, _)| *at == place && known == name).map(|(.., rule)| rule.as_str())
    }

    /// The rule of what lies within `range` of a body.
    pub(super) fn of_range(&self, part: Part, range: &Range<usize>) -> Option<&str> {
        let within = |at: &Range<usize>| at.start < range.end && range.start < at.end;
        let mut body = self.body.iter();
        body.find(|(of, at, _)| *of == part && within(at)).map(|(.., rule)| rule.as_str())
    }
}

/// What was redacted, and by what, in words: for whoever cannot point at it.
pub(super) fn list(marks: &Marks) -> Markup {
    let count = marks.named.len() + marks.body.len();
    html! {
        @if count > 0 {
            details class="redactions" {
                summary {
                    (count)
                    @if count == 1 { " value was redacted" } @else { " values were redacted" }
                }
                div class="scroll" { table class="pairs" { tbody {
                    @for (place, name, rule) in &marks.named {
                        tr { th scope="row" { (words(*place)) " " (name) } td { (rule) } }
                    }
                    @for (part, range, rule) in &marks.body {
                        tr {
                            th scope="row" { (side(*part)) " body, from byte " (range.start) }
                            td { (rule) }
                        }
                    }
                } } }
            }
        }
    }
}

fn side(part: Part) -> &'static str {
    match part {
        Part::Request => "request",
        Part::Response => "response",
    }
}

fn words(place: Place) -> String {
    match place {
        Place::Header(part) => format!("{} header", side(part)),
        Place::Cookie(part) => format!("{} cookie", side(part)),
        Place::Query => "query parameter".to_owned(),
        Place::Path => "path parameter".to_owned(),
        Place::Form(part) => format!("{} form field", side(part)),
        Place::Attribute => "attribute".to_owned(),
    }
}

/// A text with its redacted parts marked.
pub(in crate::explorer::pages) fn marked(text: &str, rule: Option<&str>) -> Markup {
    mark(text, &[Redactor::MARKER], rule)
}

/// A URL, or a part of one, with its redacted parts marked.
pub(in crate::explorer::pages) fn marked_url(text: &str, rule: Option<&str>) -> Markup {
    mark(text, &[Redactor::MARKER, Redactor::URL_MARKER], rule)
}

fn mark(text: &str, markers: &[&str], rule: Option<&str>) -> Markup {
    let why = match rule {
        Some(rule) => Cow::Owned(format!("redacted by {rule}")),
        None => Cow::Borrowed("redacted before it left"),
    };
    html! {
        @for (is_marker, piece) in pieces(text, markers) {
            @if is_marker { mark class="redacted" title=(why) { (piece) } } @else { (piece) }
        }
    }
}

/// The text in pieces, and whether each is a marker.
fn pieces<'t>(text: &'t str, markers: &[&str]) -> Vec<(bool, &'t str)> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let found = markers.iter().filter_map(|m| rest.find(m).map(|at| (at, m.len())));
        // Of two at the same place the longer one, as `[CLIENT_REDACTED]` holds `REDACTED`.
        let Some((at, len)) = found.min_by_key(|(at, len)| (*at, usize::MAX - len)) else {
            pieces.push((false, rest));
            break;
        };
        let (before, from) = rest.split_at(at);
        let (found, after) = from.split_at(len);
        if !before.is_empty() {
            pieces.push((false, before));
        }
        pieces.push((true, found));
        rest = after;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_are_marked_and_nothing_else() {
        let html = marked("Bearer [CLIENT_REDACTED]<REDACTED>", Some("a <rule>")).into_string();
        assert_eq!(
            html,
            "Bearer <mark class=\"redacted\" title=\"redacted by a &lt;rule&gt;\">\
             [CLIENT_REDACTED]</mark>&lt;REDACTED&gt;"
        );
        let url = pieces("a=REDACTED&b=[CLIENT_REDACTED]", &["[CLIENT_REDACTED]", "REDACTED"]);
        assert_eq!(
            url,
            [(false, "a="), (true, "REDACTED"), (false, "&b="), (true, "[CLIENT_REDACTED]")]
        );
    }

    #[test]
    fn rules_are_found_by_place() {
        let marks = Marks {
            named: vec![(Place::Query, "key".to_owned(), "default list".to_owned())],
            body: vec![(Part::Response, 4..9, "$.a".to_owned())],
        };
        assert_eq!(marks.of_name(Place::Query, "key"), Some("default list"));
        assert_eq!(marks.of_name(Place::Path, "key"), None);
        assert_eq!(marks.of_range(Part::Response, &(3..10)), Some("$.a"));
        assert_eq!(marks.of_range(Part::Request, &(3..10)), None);
        assert_eq!(marks.of_range(Part::Response, &(9..10)), None);
    }
}

use maud::{Markup, html};

use super::{Marks, marked};
use crate::explorer::{record::Part, redaction::Place};

/// A header of cookies, each of which may have been taken by a rule of its own.
pub(super) fn cookies(value: &str, part: Part, marks: &Marks) -> Markup {
    html! {
        @for (at, piece) in value.split(';').enumerate() {
            @if at > 0 { ";" }
            @let name = piece.split_once('=').map_or("", |(name, _)| name.trim());
            (marked(piece, marks.of_name(Place::Cookie(part), name)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cookie_names_its_rule() {
        let marks = Marks {
            named: vec![(Place::Cookie(Part::Request), "b".to_owned(), "the list".to_owned())],
            body: Vec::new(),
        };
        assert_eq!(
            cookies("a=<1>; b=[CLIENT_REDACTED]", Part::Request, &marks).into_string(),
            "a=&lt;1&gt;; b=<mark class=\"redacted\" title=\"redacted by the list\">\
             [CLIENT_REDACTED]</mark>"
        );
    }
}

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use crate::explorer::{
    pages::{
        common::{Bytes, Took},
        detail::marked,
    },
    record::{Part, Record},
};

/// As many characters are shown of a long value, from a little before where it differs.
const EXCERPT: usize = 160;
const BEFORE: usize = 24;

/// What is not the same in both.
pub(super) fn differences(a: &Record, b: &Record) -> Markup {
    let (of_a, of_b) = (facts(a), facts(b));
    let names: BTreeSet<&String> = of_a.keys().chain(of_b.keys()).collect();
    let differing: Vec<_> = names
        .into_iter()
        .map(|name| (name, of_a.get(name), of_b.get(name)))
        .filter(|(_, a, b)| a != b)
        .collect();
    let shown = |value: Option<&String>, from: usize| {
        html! {
            @match value {
                Some(value) => (marked(&excerpt(value, from), None)),
                None => span class="hint" { "absent" },
            }
        }
    };
    html! {
        div class="scroll differs" { table class="groups" {
            thead {
                tr {
                    th scope="col" { "What differs" }
                    th scope="col" { "Left" }
                    th scope="col" { "Right" }
                }
            }
            tbody {
                @if differing.is_empty() {
                    tr {
                        th scope="row" { "Nothing: status, headers and bodies are the same." }
                        td {}
                        td {}
                    }
                }
                @for (name, a, b) in differing {
                    @let from = same(a, b);
                    tr {
                        th scope="row" { (name) }
                        td data-label="Left" { (shown(a, from)) }
                        td data-label="Right" { (shown(b, from)) }
                    }
                }
            }
        } }
    }
}

/// What can be compared of an exchange.
fn facts(record: &Record) -> BTreeMap<String, String> {
    let mut facts = BTreeMap::new();
    let mut fact = |name: &str, value: String| drop(facts.insert(name.to_owned(), value));
    fact("Duration", Took(record.took).to_string());
    fact("Status", record.status.map_or_else(|| "none".to_owned(), |status| status.to_string()));
    for (part, side) in [(Part::Request, "Request"), (Part::Response, "Response")] {
        for (name, values) in record.headers(part) {
            fact(&format!("{side} header {name}"), values.join(", "));
        }
        if let Some(size) = record.body_size(part) {
            fact(&format!("{side} body, size"), Bytes(size).to_string());
        }
        if let Some(body) = record.body(part) {
            fact(&format!("{side} body"), String::from_utf8_lossy(&body).into_owned());
        }
    }
    facts
}

/// How many characters are the same from the start on.
fn same(a: Option<&String>, b: Option<&String>) -> usize {
    let (a, b) = (a.map_or("", String::as_str), b.map_or("", String::as_str));
    a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count()
}

/// The whole of a short value, and of a long one what is around `from`.
fn excerpt(value: &str, from: usize) -> String {
    let start = if value.chars().count() <= EXCERPT { 0 } else { from.saturating_sub(BEFORE) };
    let mut rest = value.chars().skip(start);
    let mut excerpt: String = if start > 0 { "…".to_owned() } else { String::new() };
    excerpt.extend(rest.by_ref().take(EXCERPT));
    if rest.next().is_some() {
        excerpt.push('…');
    }
    excerpt
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{explorer::record::testing::Made, semconv};

    fn rows(html: &str) -> Vec<&str> {
        html.split("<th scope=\"row\">")
            .skip(1)
            .map(|row| row.split("</tr>").next().unwrap())
            .collect()
    }

    #[test]
    fn what_differs_and_nothing_else() {
        let made = || {
            Made::incoming("GET", "/a", 200)
                .header("http.response.header.etag", &["\"1\""])
                .body(semconv::HTTP_RESPONSE_BODY, b"[1]")
        };
        let a = made().header("http.response.header.x-a", &["<b>"]).record(1);
        let b = made().at(0, 20).record(2);
        let html = differences(&a, &b).into_string();
        assert_eq!(
            rows(&html),
            [
                "Duration</th><td data-label=\"Left\">10.0 ms</td><td data-label=\"Right\">20.0 \
                ms</td>",
                "Response header x-a</th><td data-label=\"Left\">&lt;b&gt;</td>\
                 <td data-label=\"Right\"><span class=\"hint\">absent</span></td>",
            ]
        );
        let same = differences(&a, &a).into_string();
        assert_eq!(rows(&same).len(), 1);
        assert!(same.contains("Nothing: "), "{same}");
    }

    #[test]
    fn long_values_are_shown_where_they_differ() {
        let long = |end: &str| format!("{}{end}", "ä".repeat(1_000));
        let from = same(Some(&long("x")), Some(&long("y")));
        assert_eq!(from, 1_000);
        assert_eq!(excerpt(&long("x"), from), format!("…{}x", "ä".repeat(BEFORE)));
        assert_eq!(excerpt("short", 3), "short");
    }
}

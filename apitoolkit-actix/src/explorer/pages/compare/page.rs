use std::sync::Arc;

use maud::{Markup, html};

use super::differences::differences;
use crate::explorer::{
    pages::{
        Sheet, View,
        common::{Tab, document, empty},
        detail::{message, summary},
        list::row,
    },
    record::{Part, Record},
};

/// As many exchanges are offered to compare with.
const OFFERED: usize = 20;

/// Two exchanges side by side; with one only, those that it may be compared with.
pub(in crate::explorer) fn compare(
    view: &View<'_>,
    a: &Sheet<'_>,
    b: Option<&Sheet<'_>>,
) -> Markup {
    let content = html! {
        h1 { "Compare" }
        @match b {
            Some(b) => (both(view, a, b)),
            None => (offers(view, a.record)),
        }
    };
    document(view, Tab::Exchanges, "Compare", &content)
}

fn both(view: &View<'_>, a: &Sheet<'_>, b: &Sheet<'_>) -> Markup {
    html! {
        p {
            a href=(view.at(format_args!("compare?a={}&b={}", b.record.id, a.record.id))) { "Swap" }
        }
        (differences(a.record, b.record))
        div class="compared" {
            @for sheet in [a, b] {
                article class="sheet" {
                    div class="sticky" { (summary(view, sheet.record)) }
                    p class="actions" {
                        a class="button" href=(view.at(format_args!("exchange/{}", sheet.record.id))) {
                            "Open"
                        }
                    }
                    section { h3 { "Request" } (message(sheet.record, Part::Request, sheet.marks)) }
                    section {
                        h3 { "Response" }
                        (message(sheet.record, Part::Response, sheet.marks))
                    }
                }
            }
        }
    }
}

fn offers(view: &View<'_>, record: &Record) -> Markup {
    let is_like = |other: &Arc<Record>| {
        other.id != record.id
            && other.kind == record.kind
            && other.method() == record.method()
            && other.route() == record.route()
    };
    let offers: Vec<_> =
        view.store.newest_first().into_iter().filter(is_like).take(OFFERED).collect();
    let longest = offers.iter().map(|offer| offer.took).max().unwrap_or_default();
    html! {
        (summary(view, record))
        @if offers.is_empty() {
            (empty("Nothing to compare with", &html! {
                p { "No other exchange of this route is kept. Replay this one, or ask the app again." }
            }))
        } @else {
            p { "With which one?" }
            ul class="offers" {
                @for offer in &offers {
                    li {
                        a href=(view.at(format_args!("compare?a={}&b={}", record.id, offer.id))) {
                            "Exchange "
                            (offer.id)
                        }
                        ol class="rows" { (row(view, offer, longest)) }
                    }
                }
            }
        }
    }
}

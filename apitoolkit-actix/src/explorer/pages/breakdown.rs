use std::collections::BTreeSet;

use maud::{Markup, html};

use super::{
    View,
    common::{Amount, Tab, Took, command, document, empty, encoded, joined, notices, percent},
    list::bar,
};
use crate::{
    explorer::{
        charts::{Bar, bars},
        query::{Breakdown, Share},
    },
    semconv,
};

/// Exchanges by the values of an attribute.
#[derive(Debug)]
pub(in crate::explorer) struct Shares<'a> {
    /// The attribute's key; empty if none was chosen yet.
    pub(in crate::explorer) by: &'a str,
    /// Keys that are stored, to choose from.
    pub(in crate::explorer) known: &'a BTreeSet<String>,
    pub(in crate::explorer) breakdown: &'a Breakdown,
    /// The query of the filter that holds; empty for none.
    pub(in crate::explorer) query: &'a str,
}

/// As many values are named.
const SLOWEST: usize = 8;
/// As many attributes are offered.
const OFFERED: usize = 40;

/// Count, failures and durations by the values of any attribute.
pub(in crate::explorer) fn breakdown(view: &View<'_>, given: &Shares<'_>) -> Markup {
    let content = html! {
        h1 { "Breakdown" }
        (choice(view, given))
        (notices(view))
        @if given.by.is_empty() { (unchosen(view, given)) }
        @else if given.breakdown.shares.is_empty() {
            (empty("No exchange has it", &html! {
                p {
                    "No exchange that is kept has the attribute "
                    code { (given.by) }
                    ". A handler sets one with:"
                }
                (command(&format!("set_attribute({:?}, value);", given.by)))
            }))
        } @else {
            (charts(given))
            (table(view, given))
        }
    };
    document(view, Tab::Breakdown, "Breakdown", &content)
}

fn choice(view: &View<'_>, given: &Shares<'_>) -> Markup {
    html! {
        form class="filters" method="get" action=(view.at("breakdown")) {
            div class="line" {
                label class="field long" {
                    span { "Attribute" }
                    input name="by" value=(given.by) list="known-by" data-search=""
                        autocomplete="off" spellcheck="false";
                }
                @for (name, value) in pairs(given.query) {
                    input type="hidden" name=(name) value=(value);
                }
                datalist id="known-by" { @for key in given.known { option value=(key) {} } }
                button type="submit" { "Break down" }
            }
            @if !given.query.is_empty() {
                p class="hint" {
                    "Only of the exchanges of a "
                    a href={ (view.at("")) (joined(&[given.query])) } { "filtered list" } ". "
                    a href={ (view.at("breakdown")) "?by=" (encoded(given.by)) } { "Of all" }
                }
            }
        }
    }
}

/// The parameters of a query.
fn pairs(query: &str) -> Vec<(String, String)> {
    serde_urlencoded::from_str(query).unwrap_or_default()
}

fn unchosen(view: &View<'_>, given: &Shares<'_>) -> Markup {
    let (own, others): (Vec<_>, Vec<_>) = given.known.iter().partition(|key| is_of_the_app(key));
    html! {
        (empty("By what?", &html! {
            p {
                "Choose an attribute to see how its values differ: a user's role, a tenant, a tag, \
                a version."
            }
            @if own.is_empty() {
                p { "A handler sets one with:" }
                (command("set_attribute(\"user role\", \"author\");"))
            }
            (keys(view, given, &own))
            h4 { "Recorded by itself" }
            (keys(view, given, &others))
        }))
    }
}

fn keys(view: &View<'_>, given: &Shares<'_>, keys: &[&String]) -> Markup {
    html! {
        ul class="chips" {
            @for key in keys.iter().take(OFFERED) {
                li {
                    @let by = format!("by={}", encoded(key));
                    a href={ (view.at("breakdown")) (joined(&[given.query, &by])) } { (key) }
                }
            }
        }
    }
}

/// Whether the app says it of its own accord.
fn is_of_the_app(key: &str) -> bool {
    key == semconv::APITOOLKIT_TAGS || !(semconv::is_own(key) || key == semconv::URL_TEMPLATE)
}

fn charts(given: &Shares<'_>) -> Markup {
    let shares = &given.breakdown.shares;
    let percentiles: Vec<_> = shares
        .iter()
        .map(|share| Bar {
            name: &share.value,
            took: [share.latency.p50, share.latency.p90, share.latency.p99],
        })
        .collect();
    let mut slow: Vec<&Share> = shares.iter().filter(|share| share.slow > 0).collect();
    slow.sort_by(|a, b| b.slow_share.total_cmp(&a.slow_share));
    let longest = slow.iter().map(|share| share.slow_mean).max().unwrap_or_default();
    html! {
        div class="tiles pair" {
            figure class="tile" {
                figcaption class="what" {
                    "Duration by " code { (given.by) }
                    span class="legend" {
                        i class="c1" {}
                        "p50 "
                        i class="c2" {}
                        "p90 "
                        i class="c3" {}
                        "p99"
                    }
                }
                (bars(&format!("p50, p90 and p99 of the duration by {}", given.by), &percentiles))
            }
            section class="tile" {
                h2 { "The slowest 10 %, by " code { (given.by) } }
                ol class="slowest" {
                    @for share in slow.into_iter().take(SLOWEST) {
                        li {
                            span class="name" title=(share.value) { (share.value) }
                            span class="n" { (percent(share.slow_share)) }
                            (bar(share.slow_mean, longest, false))
                            span class="hint" { (Took(share.slow_mean)) " on average" }
                        }
                    }
                }
                p class="hint" {
                    (given.breakdown.slowest)
                    " of "
                    (given.breakdown.with)
                    " exchanges; "
                    (given.breakdown.without)
                    " do not have it."
                }
            }
        }
    }
}

fn table(view: &View<'_>, given: &Shares<'_>) -> Markup {
    html! {
        div class="scroll" { table class="groups" {
            caption class="sr" { "Values of " (given.by) }
            thead { tr {
                th scope="col" { (given.by) }
                @for name in ["Count", "Failed", "p50", "p90", "p99"] {
                    th scope="col" class="n" { (name) }
                }
            } }
            tbody {
                @for share in &given.breakdown.shares {
                    @let attribute = format!("attr={}", encoded(&format!("{}={}", given.by, share.value)));
                    tr {
                        th scope="row" {
                            @if share.is_rest {
                                (share.value)
                            } @else {
                                a href={ (view.at("")) (joined(&[given.query, &attribute])) } {
                                    (share.value)
                                }
                            }
                        }
                        td class="n" data-label="Count" { (Amount(share.count as u64)) }
                        td class="n" data-label="Failed" { (percent(share.failure_rate())) }
                        td class="n" data-label="p50" { (Took(share.latency.p50)) }
                        td class="n" data-label="p90" { (Took(share.latency.p90)) }
                        td class="n" data-label="p99" { (Took(share.latency.p99)) }
                    }
                }
            }
        } }
    }
}

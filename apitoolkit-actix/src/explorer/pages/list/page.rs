use std::time::Duration;

use maud::{Markup, html};

use super::{chips::chips, filters::filters, row};
use crate::explorer::{
    pages::{
        Sheet, Standing, View,
        common::{Amount, FORMATS, Tab, command, document, empty, joined, notices},
        detail::detail,
    },
    query::{Filter, FilterError, Page, Suggestions},
};

/// A page of the list.
#[derive(Debug)]
pub(in crate::explorer) struct Listing<'a> {
    pub(in crate::explorer) filter: &'a Filter,
    pub(in crate::explorer) mistakes: &'a [FilterError],
    pub(in crate::explorer) page: &'a Page,
    /// The page begins below this id; absent on the first.
    pub(in crate::explorer) before: Option<u64>,
    pub(in crate::explorer) selected: Option<&'a Sheet<'a>>,
    pub(in crate::explorer) paused: bool,
    pub(in crate::explorer) known: &'a Suggestions,
}

impl Listing<'_> {
    /// The part of the query that keeps the list paused.
    pub(super) fn pausing(&self) -> &'static str {
        if self.paused { "paused=1" } else { "" }
    }
}

/// The list, and beside it what is selected.
pub(in crate::explorer) fn exchanges(view: &View<'_>, listing: &Listing<'_>) -> Markup {
    let query = listing.filter.to_query();
    let content = html! {
        h1 class="sr" { "Exchanges" }
        (filters(view, listing))
        (chips(view, listing))
        (notices(view))
        div class={ "panes" @if listing.selected.is_some() { " open" } } id="panes" {
            section class="list" aria-label="Exchanges" {
                (toolbar(view, listing, &query))
                @if listing.page.records.is_empty() { (nothing(view, listing)) }
                (rows(view, listing, &query))
                (pager(view, listing, &query))
            }
            section id="detail" class="pane" aria-label="Selected exchange" tabindex="-1" {
                @if let Some(sheet) = listing.selected { (detail(view, sheet)) }
            }
        }
    };
    document(view, Tab::Exchanges, "Exchanges", &content)
}

fn rows(view: &View<'_>, listing: &Listing<'_>, query: &str) -> Markup {
    let longest = listing.page.records.iter().map(|row| row.took).max().unwrap_or(Duration::ZERO);
    let newest = listing.page.records.first().map_or(0, |row| row.id);
    let live = listing.before.is_none();
    html! {
        div class="head" aria-hidden="true" hidden[listing.page.records.is_empty()] {
            span { "Method" } span { "Route" } span { "Status" } span class="took" { "Duration" }
            span class="size" { "Request → response" } span class="when" { "Started" }
        }
        ol id="rows" class="rows" data-newest=(newest)
            data-selected=[listing.selected.map(|sheet| sheet.record.id)]
            data-live=[live.then(|| format!("{}{}", view.at("live"), joined(&[query])))]
            data-list={ (view.at("")) (joined(&[query])) } {
            @for record in &listing.page.records { (row(view, record, longest)) }
        }
    }
}

fn toolbar(view: &View<'_>, listing: &Listing<'_>, query: &str) -> Markup {
    let total = Amount(listing.page.total as u64);
    html! {
        div class="toolbar" {
            span class="count" {
                span data-total=(listing.page.total) { (total) }
                @if listing.page.total == 1 { " exchange" } @else { " exchanges" }
            }
            button type="button" class="pill" id="fresh" hidden {}
            span class="grow" {}
            button type="button" id="pause" aria-pressed=(listing.paused) hidden { "Pause" }
            a class="button" href={ (view.at("breakdown")) (joined(&[query])) } { "Break down" }
            details class="menu" {
                summary { "Export" }
                div {
                    @for (path, name) in FORMATS {
                        @let format = format!("format={path}");
                        a href={ (view.at("export")) (joined(&[&format, query])) } download {
                            (name)
                        }
                    }
                    a href={ (view.at("api/exchanges")) (joined(&[query])) } { "JSON" }
                    small {
                        "What is listed, redacted as shown. An OTLP JSON file dropped on this page \
                        is shown again."
                    }
                }
            }
            form method="post" action=(view.at("clear"))
                data-confirm="Forget everything that is not pinned?" {
                input type="hidden" name="back" value=(joined(&[query, listing.pausing()]));
                button type="submit" { "Clear" }
            }
        }
    }
}

fn pager(view: &View<'_>, listing: &Listing<'_>, query: &str) -> Markup {
    let oldest = listing.page.records.last().map_or(0, |row| row.id);
    let older = format!("before={oldest}");
    html! {
        @if listing.page.more || listing.before.is_some() {
            nav class="pager" aria-label="Pages of the list" {
                @if listing.before.is_some() {
                    a href={ (view.at("")) (joined(&[query])) } { "← Newest" }
                }
                @if listing.page.more {
                    a href={ (view.at("")) (joined(&[query, &older, listing.pausing()])) } rel="next" {
                        "Older →"
                    }
                }
            }
        }
    }
}

fn nothing(view: &View<'_>, listing: &Listing<'_>) -> Markup {
    if !listing.filter.is_empty() || listing.before.is_some() {
        return empty(
            "Nothing matches",
            &html! {
                p {
                    "Of what is kept, nothing is as asked for. "
                    a href=(view.at("")) { "Show everything" }
                    "."
                }
            },
        );
    }
    if matches!(view.health.standing, Standing::Off | Standing::Foreign) {
        return html! {};
    }
    empty(
        "No exchange yet",
        &html! {
            p { "Each request to this app appears here as soon as it is answered." }
            (command(&format!("curl -i {}/", view.origin)))
            p { "Bodies are captured if asked for:" }
            (command("ApiToolkit::builder().capture_request_body(true).capture_response_body(true)"))
        },
    )
}

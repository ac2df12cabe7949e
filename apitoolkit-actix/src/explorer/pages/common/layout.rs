use maud::{DOCTYPE, Markup, html};

use super::{Amount, Bytes, counted, sprite};
use crate::explorer::pages::{Standing, View};

/// Which entry of the navigation a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::explorer::pages) enum Tab {
    Exchanges,
    Routes,
    Outgoing,
    Statements,
    Services,
    Flow,
    Errors,
    Breakdown,
    Redaction,
    Health,
}

impl Tab {
    const ALL: [Self; 10] = [
        Self::Exchanges,
        Self::Routes,
        Self::Outgoing,
        Self::Statements,
        Self::Services,
        Self::Flow,
        Self::Errors,
        Self::Breakdown,
        Self::Redaction,
        Self::Health,
    ];

    /// Name, and path beneath the mount.
    fn entry(self) -> (&'static str, &'static str) {
        match self {
            Self::Exchanges => ("Exchanges", ""),
            Self::Routes => ("Routes", "routes"),
            Self::Outgoing => ("Outgoing", "outgoing"),
            Self::Statements => ("Statements", "statements"),
            Self::Services => ("Services", "services"),
            Self::Flow => ("Flow", "flow"),
            Self::Errors => ("Errors", "errors"),
            Self::Breakdown => ("Breakdown", "breakdown"),
            Self::Redaction => ("Redaction", "redaction"),
            Self::Health => ("Health", "health"),
        }
    }
}

/// A whole page around its content.
pub(in crate::explorer::pages) fn document(
    view: &View<'_>,
    tab: Tab,
    title: &str,
    content: &Markup,
) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · " (view.service) }
                link rel="icon" type="image/svg+xml" href=(view.at("assets/icon.svg"));
                link rel="stylesheet" href=(view.at("assets/style.css"));
                script src=(view.at("assets/app.js")) defer {}
            }
            body data-base=(view.base) {
                a class="skip" href="#main" { "Skip to the content" }
                (sprite())
                header class="top" {
                    a class="brand" href=(view.at("")) {
                        svg class="icon" aria-hidden="true" { use href="#i-logo"; }
                        span { (view.service) }
                    }
                    nav aria-label="Pages" {
                        @for entry in Tab::ALL {
                            @let (name, path) = entry.entry();
                            a href=(view.at(path)) aria-current=[(entry == tab).then_some("page")] {
                                (name)
                            }
                        }
                    }
                    (standing(view))
                }
                main id="main" tabindex="-1" { (content) }
                (footer(view))
                (keys())
                p class="sr" id="said" role="status" aria-live="polite" {}
            }
        }
    }
}

fn standing(view: &View<'_>) -> Markup {
    let (class, words) = match &view.health.standing {
        Standing::Off => ("bad", "telemetry off"),
        Standing::Foreign => ("warn", "foreign provider"),
        Standing::Here => ("calm", "kept here only"),
        Standing::Sending { .. } if view.health.last_failure.is_some() => ("bad", "export failing"),
        Standing::Sending { .. } => ("good", "exporting"),
    };
    html! { a class={ "standing " (class) } href=(view.at("health")) { (words) } }
}

fn footer(view: &View<'_>) -> Markup {
    let fill = view.store.fill();
    html! {
        footer class="foot" {
            span {
                (counted(fill.records, "span")) ", "
                (Bytes(fill.bytes as u64)) " of " (Bytes(fill.limit as u64))
            }
            @if fill.pinned > 0 { span { (Amount(fill.pinned as u64)) " pinned" } }
            @if fill.evicted > 0 { span { (Amount(fill.evicted)) " older ones let go" } }
            span class="grow" {}
            span { "Shows what leaves, redacted." }
            button type="button" class="link" data-keys="" hidden { kbd { "?" } " keys" }
        }
    }
}

fn keys() -> Markup {
    let keys = [
        ("/", "search"),
        ("j k ↓ ↑", "next, previous"),
        ("Home End", "first, last"),
        ("Enter", "open"),
        ("Esc", "close"),
        ("p", "pause or go on"),
        ("?", "this sheet"),
    ];
    html! {
        dialog id="keys" aria-labelledby="keys-title" {
            h2 id="keys-title" { "Keys" }
            dl {
                @for (key, what) in keys {
                    dt { @for key in key.split(' ') { kbd { (key) } " " } }
                    dd { (what) }
                }
            }
            form method="dialog" { button { "Close" } }
        }
    }
}

use maud::{Markup, html};

use super::{
    page::Listing,
    terms::{attribute, direction, millis, status},
};
use crate::explorer::{pages::View, record::Kind};

/// The bar above the list: a form whose address is the filtered list.
pub(super) fn filters(view: &View<'_>, listing: &Listing<'_>) -> Markup {
    let filter = listing.filter;
    let has_more = filter.min.is_some() || filter.max.is_some() || !filter.attributes.is_empty();
    html! {
        form id="filters" class="filters" method="get" action=(view.at("")) role="search" {
            div class="line" {
                label class="field search" {
                    span class="sr" { "Search" }
                    input type="search" name="q" value=[filter.text.as_deref()] data-search=""
                        placeholder="Search headers, bodies, ids …" autocomplete="off";
                }
                (field("Method", "method", filter.method.as_deref(), "short"))
                (field("Route", "route", filter.route.as_deref(), "long"))
                (field("Status", "status", filter.status.map(status).as_deref(), "short"))
                label class="field short" {
                    span { "Direction" }
                    select name="direction" {
                        option value="" { "both" }
                        @for kind in [Kind::Incoming, Kind::Outgoing] {
                            @let (value, word) = direction(kind);
                            option value=(value) selected[filter.direction == Some(kind)] { (word) }
                        }
                    }
                }
                label class="check" {
                    input type="checkbox" name="errors" value="1" checked[filter.errors];
                    "Errors only"
                }
                @if listing.paused { input type="hidden" name="paused" value="1"; }
                button type="submit" { "Filter" }
            }
            details class="more" open[has_more] {
                summary { "Duration and attributes" }
                div class="line" {
                    (field("At least, ms", "min", filter.min.map(millis).as_deref(), "short"))
                    (field("At most, ms", "max", filter.max.map(millis).as_deref(), "short"))
                    @for (key, value) in &filter.attributes {
                        (field("Attribute", "attr", Some(&attribute(key, value.as_deref())), "long"))
                    }
                    (field("Attribute, key=value", "attr", None, "long"))
                }
            }
            (suggestions(listing))
        }
    }
}

fn field(label: &str, name: &str, value: Option<&str>, class: &str) -> Markup {
    html! {
        label class={ "field " (class) } {
            span { (label) }
            input name=(name) value=[value] list={ "known-" (name) } autocomplete="off" spellcheck="false";
        }
    }
}

/// What is stored, for whoever begins to type.
fn suggestions(listing: &Listing<'_>) -> Markup {
    let known = listing.known;
    let lists = [("method", &known.methods), ("route", &known.routes), ("attr", &known.attributes)];
    html! {
        @for (name, values) in lists {
            datalist id={ "known-" (name) } { @for value in values { option value=(value) {} } }
        }
        datalist id="known-status" {
            @for class in ["2xx", "3xx", "4xx", "5xx"] { option value=(class) {} }
            @for status in &known.statuses { option value=(status) {} }
        }
    }
}

use std::time::Duration;

use maud::{Markup, html};

use super::{
    Table,
    input::{COLUMNS, name, place},
};
use crate::{
    explorer::{
        charts::spark,
        pages::{
            View,
            common::{Amount, Took, host, joined, percent},
            list::bar,
        },
        query::{By, Filter, Group, Order},
        record::Kind,
    },
    semconv,
};

/// Every group with its numbers; the heads of columns sort.
pub(super) fn table(view: &View<'_>, given: &Table<'_>) -> Markup {
    let (_, title, _) = place(given.by);
    let groups = &given.groups.groups;
    let longest = groups.iter().map(|group| group.latency.p95).max().unwrap_or_default();
    html! {
        div class="scroll" { table class="groups" {
            caption class="sr" { (title) }
            thead { tr {
                (head(view, given, "Name", Some(Order::Name), ""))
                th scope="col" { "Over time" }
                th scope="col" class="n" { "A minute" }
                @for (name, order) in COLUMNS { (head(view, given, name, order, "n")) }
            } }
            tbody { @for group in groups { (line(view, given.by, group, longest)) } }
        } }
    }
}

fn head(
    view: &View<'_>,
    given: &Table<'_>,
    title: &str,
    order: Option<Order>,
    class: &str,
) -> Markup {
    let (.., path) = place(given.by);
    let is_sorted = order == Some(given.order);
    let (way, sign) = match order {
        Some(Order::Name) => ("ascending", " ↑"),
        _ => ("descending", " ↓"),
    };
    html! {
        th scope="col" class=(class) aria-sort=[is_sorted.then_some(way)] {
            @match order {
                Some(order) => a href=(view.at(format_args!("{path}?sort={}", name(order)))) {
                    (title)
                    @if is_sorted { (sign) }
                },
                None => (title),
            }
        }
    }
}

fn line(view: &View<'_>, by: By, group: &Group, longest: Duration) -> Markup {
    let latency = &group.latency;
    html! {
        tr {
            th scope="row" { a href=(address(view, by, group)) { (group.name) } }
            td { (spark(&group.series)) }
            td class="n" data-label="A minute" { (format!("{:.1}", group.per_minute)) }
            td class="n" data-label="Count" { (Amount(group.count as u64)) }
            td class="n" data-label="Failed" {
                @if group.failures > 0 {
                    span class="bad" {
                        (Amount(group.failures as u64))
                        " · "
                        (percent(group.failure_rate()))
                    }
                } @else {
                    "0"
                }
            }
            td class="n" data-label="p50" { (Took(latency.p50)) }
            td class="n" data-label="p95" { (Took(latency.p95)) (bar(latency.p95, longest, false)) }
            td class="n" data-label="p99" { (Took(latency.p99)) }
            td class="n" data-label="Mean" { (Took(latency.mean)) }
            td class="n" data-label="Total time" { (Took(latency.total)) }
        }
    }
}

/// The list of these exchanges; of what is no exchange, the newest with the trace around it.
fn address(view: &View<'_>, by: By, group: &Group) -> String {
    let direction = match by {
        By::Route => Kind::Incoming,
        By::Outgoing => Kind::Outgoing,
        By::Statement | By::Service => {
            return view.at(format_args!("exchange/{}#timeline", group.newest));
        }
    };
    let mut filter = Filter { direction: Some(direction), ..Filter::default() };
    for (key, value) in &group.parts {
        match *key {
            semconv::HTTP_REQUEST_METHOD => filter.method = Some(value.clone()),
            semconv::HTTP_ROUTE => filter.route = Some(value.clone()),
            // The name is with its port, the attribute is not.
            semconv::SERVER_ADDRESS => {
                let host = Some(host(value).to_owned());
                filter.attributes.push((semconv::SERVER_ADDRESS.to_owned(), host));
            }
            key => filter.attributes.push((key.to_owned(), Some(value.clone()))),
        }
    }
    format!("{}{}", view.at(""), joined(&[&filter.to_query()]))
}

use std::time::Duration;

use maud::{Markup, html};

use super::bar;
use crate::explorer::{
    pages::{
        View,
        common::{Bytes, Took, icon, is_replay, method_class, status_badge, time},
    },
    record::{Kind, Part, Record},
};

/// One exchange in the list, which is also what the live list is sent. Its bar is drawn relative to
/// `longest`; the page draws it anew as others arrive.
pub(in crate::explorer) fn row(view: &View<'_>, record: &Record, longest: Duration) -> Markup {
    html! {
        li id={ "r" (record.id) } class={ "row" @if record.failed { " failed" } }
            data-id=(record.id) data-us=(record.took.as_micros()) {
            a href=(view.at(format_args!("exchange/{}", record.id))) {
                span class="what" {
                    (icon(record.kind))
                    span class={ "method " (method_class(record.method())) } { (record.method()) }
                }
                (place(record))
                (status_badge(record))
                span class="took" {
                    span class="n" { (Took(record.took)) }
                    (bar(record.took, longest, record.failed))
                }
                (sizes(record))
                span class="when" { (time(record.started(), view.now)) }
            }
        }
    }
}

/// Where it went: the route, and the path beneath.
fn place(record: &Record) -> Markup {
    let host = (record.kind == Kind::Outgoing).then(|| record.host());
    let path = record.path();
    let route = record.route();
    html! {
        span class="place" {
            span class="route" {
                @if let Some(host) = host { span class="host" { (host) } }
                (route.unwrap_or(path))
            }
            span class="under" {
                @if route.is_some_and(|route| route != path) { span class="path" { (path) } }
                @if route.is_none() && record.kind == Kind::Incoming {
                    span class="path" { "no route matched" }
                }
                @for tag in record.tags() { span class="tag" { (tag) } }
                @if is_replay(record) { span class="tag" { "replay" } }
                @if record.imported { span class="tag" { "from a file" } }
            }
        }
    }
}

fn sizes(record: &Record) -> Markup {
    let size =
        |part| record.body_size(part).map_or_else(|| "?".to_owned(), |s| Bytes(s).to_string());
    let (request, response) = (size(Part::Request), size(Part::Response));
    html! {
        span class="size" title={ "request " (request) ", response " (response) } {
            (request) " → " (response)
        }
    }
}

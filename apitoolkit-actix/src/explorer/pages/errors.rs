use maud::{Markup, html};

use super::{
    View,
    common::{Amount, Tab, command, document, empty, notices, time},
    detail::marked,
};
use crate::explorer::query::ErrorGroup;

/// Errors by type and place, the most frequent first.
pub(in crate::explorer) fn errors(view: &View<'_>, failures: &[ErrorGroup]) -> Markup {
    let most = failures.iter().map(|failure| failure.count).max().unwrap_or(0);
    let content = html! {
        h1 { "Errors" }
        (notices(view))
        @if failures.is_empty() {
            (empty("No error so far", &html! {
                p {
                    "Statuses of 5xx, panics and what handlers return as errors appear here by \
                    themselves; an error that was handled appears if the app reports it:"
                }
                (command("report_error(&req, &err);"))
            }))
        } @else {
            ol class="failures" {
                @for failure in failures { (one(view, failure, most)) }
            }
        }
    };
    document(view, Tab::Errors, "Errors", &content)
}

fn one(view: &View<'_>, failure: &ErrorGroup, most: usize) -> Markup {
    let width = failure.count as f64 / most.max(1) as f64 * 100.0;
    html! {
        li class="failure" {
            div class="count" {
                strong { (Amount(failure.count as u64)) } span class="sr" { " times" }
                svg class="bar bad" viewBox="0 0 100 6" preserveAspectRatio="none"
                    aria-hidden="true" {
                    rect width=(format!("{width:.1}")) height="6" {}
                }
            }
            div class="body" {
                p { strong { (failure.kind) } " in " code { (failure.place) } }
                p class="text" { (marked(&failure.message, None)) }
                p class="hint" {
                    "first "
                    (time(failure.first, view.now))
                    " · last "
                    (time(failure.last, view.now))
                    @if !failure.examples.is_empty() { " · examples" }
                    @for id in &failure.examples {
                        " "
                        a href=(view.at(format_args!("exchange/{id}#errors"))) { "#" (id) }
                    }
                }
            }
        }
    }
}

use maud::{Markup, html};
use opentelemetry::KeyValue;

use super::{
    Marks, actions::actions, failures, logs::logs, marked, marks, message, raw::raw,
    waterfall::waterfall,
};
use crate::{
    explorer::{
        pages::{
            View,
            common::{
                Tab, Took, document, encoded, exact, icon, is_replay, method_class, status_badge,
                time,
            },
        },
        record::{Part, Record},
    },
    semconv,
};

/// One exchange, and what its page has to know of it.
#[derive(Debug)]
pub(in crate::explorer) struct Sheet<'a> {
    pub(in crate::explorer) record: &'a Record,
    pub(in crate::explorer) marks: &'a Marks,
    /// The command that sends the request again.
    pub(in crate::explorer) curl: Option<&'a str>,
    /// Why the app cannot be asked again from here, if it cannot.
    pub(in crate::explorer) no_replay: Option<&'a str>,
    /// The address of the list it was selected in, to go back to.
    pub(in crate::explorer) back: &'a str,
}

/// As many of the app's own attributes are shown at once, and as many characters of each. All of them
/// are in the timeline.
const MOST_SAID: usize = 8;
const LONGEST_SAID: usize = 60;

/// The page of one exchange.
pub(in crate::explorer) fn exchange(view: &View<'_>, sheet: &Sheet<'_>) -> Markup {
    let record = sheet.record;
    let title = format!("{} {}", record.method(), record.route().unwrap_or_else(|| record.path()));
    let content = html! { div id="detail" class="alone" { (detail(view, sheet)) } };
    document(view, Tab::Exchanges, &title, &content)
}

/// One exchange as a part of a page: beside the list, or alone.
pub(in crate::explorer) fn detail(view: &View<'_>, sheet: &Sheet<'_>) -> Markup {
    let record = sheet.record;
    let trace_id = record.span.span_context.trace_id();
    let spans = view.store.trace(trace_id);
    let lines = view.store.lines(trace_id);
    let errors = failures::count(&spans);
    html! {
        article class="sheet" data-id=(record.id) {
            div class="sticky" {
                a class="close" href=(sheet.back) aria-label="Close, back to the list" { "×" }
                (summary(view, record))
                nav class="tabs" aria-label="Parts of the exchange" {
                    @if record.kind.is_exchange() {
                        a href="#request" { "Request" }
                        a href="#response" { "Response" }
                    }
                    a href="#timeline" { "Timeline" small { (spans.len()) } }
                    a href="#logs" { "Logs" small { (lines.len()) } }
                    a href="#errors" {
                        "Errors"
                        small class=[(errors > 0).then_some("bad")] { (errors) }
                    }
                    a href="#raw" { "Raw" }
                }
            }
            (actions(view, sheet))
            (ids(view, record))
            (marks::list(sheet.marks))
            @if record.kind.is_exchange() {
                div class="sides" {
                    section id="request" {
                        h3 { "Request" }
                        (message(record, Part::Request, sheet.marks))
                    }
                    section id="response" {
                        h3 { "Response" }
                        (message(record, Part::Response, sheet.marks))
                    }
                }
            }
            section id="timeline" { h3 { "Timeline" } (waterfall(view, record, &spans)) }
            section id="logs" { h3 { "Logs" } (logs(&lines, record.started())) }
            section id="errors" { h3 { "Errors" } (failures::failures(record, &spans)) }
            section id="raw" { details { summary { h3 { "Raw" } } (raw(record)) } }
        }
    }
}

/// One line that says what an exchange is.
pub(in crate::explorer::pages) fn summary(view: &View<'_>, record: &Record) -> Markup {
    let method = record.method();
    html! {
        h2 class="summary" {
            (icon(record.kind))
            @if record.kind.is_exchange() {
                span class={ "method " (method_class(method)) } { (method) }
                span class="route" { (record.route().unwrap_or_else(|| record.path())) }
                (status_badge(record))
                @if is_replay(record) { span class="tag" { "replay" } }
            } @else {
                span class="route" { (record.span.name) }
            }
            span class="n" { (Took(record.took)) }
            span class="when" title=(exact(record.started())) { (time(record.started(), view.now)) }
        }
    }
}

fn ids(view: &View<'_>, record: &Record) -> Markup {
    let of = |key| record.text(key).map(str::to_owned);
    let ids = [
        ("Trace", Some(record.trace_id())),
        ("Exchange", of(semconv::APITOOLKIT_MSG_ID)),
        ("Request id", of(semconv::APITOOLKIT_REQUEST_ID)),
        ("User", of(semconv::USER_ID)),
        ("Tenant", of(semconv::TENANT_ID)),
        ("Session", of(semconv::SESSION_ID)),
    ];
    html! {
        dl class="ids" {
            @for (name, id) in ids {
                @if let Some(id) = id {
                    div {
                        dt { (name) }
                        dd {
                            code { (id) }
                            button type="button" class="copy" data-copy=(id) hidden
                                aria-label={ "Copy " (name) } {
                                "Copy"
                            }
                        }
                    }
                }
            }
            (said(view, record))
        }
    }
}

/// What the app says of an exchange, with a way to compare all exchanges by it.
fn said(view: &View<'_>, record: &Record) -> Markup {
    let shown = [semconv::USER_ID, semconv::TENANT_ID, semconv::SESSION_ID, semconv::URL_TEMPLATE];
    let is_said = |key: &str| !semconv::is_own(key) && !shown.contains(&key);
    let attributes = record
        .span
        .attributes
        .iter()
        .filter(|attribute| record.kind.is_exchange() && is_said(attribute.key.as_str()));
    html! {
        @for KeyValue { key, value, .. } in attributes.take(MOST_SAID) {
            @let value = value.as_str();
            @let start: String = value.chars().take(LONGEST_SAID).collect();
            div {
                dt {
                    a href={ (view.at("breakdown")) "?by=" (encoded(key.as_str())) }
                        title="Compare exchanges by it" { (key) }
                }
                dd { code { (marked(&start, None)) @if start.len() < value.len() { "…" } } }
            }
        }
    }
}

use std::time::Duration;

use maud::{Markup, html};
use opentelemetry::{KeyValue, Value, trace::Status};

use super::marked;
use crate::{
    explorer::{
        pages::{
            View,
            common::{Bytes, Took, exact},
        },
        record::Record,
    },
    semconv,
};

/// Everything about one span of a trace.
pub(super) fn span(view: &View<'_>, record: &Record, is_current: bool, offset: Duration) -> Markup {
    html! {
        div class="inside" {
            p class="facts" {
                span { "starts after " (Took(offset)) }
                span { (exact(record.started())) }
                span { "span " code { (record.span_id()) } }
                @if record.kind.is_exchange() && !is_current {
                    a href=(view.at(format_args!("exchange/{}", record.id))) {
                        "Open this exchange"
                    }
                }
            }
            @if let Status::Error { description } = &record.span.status && !description.is_empty() {
                p class="notice bad" { (marked(description, None)) }
            }
            (attributes(&record.span.attributes))
            @for event in record.span.events.iter() {
                h5 { "Event " (event.name) " " small { (exact(event.timestamp)) } }
                (attributes(&event.attributes))
            }
        }
    }
}

/// Names and values. Bodies are shown elsewhere, decoded.
pub(super) fn attributes(attributes: &[KeyValue]) -> Markup {
    html! {
        div class="scroll" { table class="pairs" { tbody {
            @for KeyValue { key, value, .. } in attributes {
                tr {
                    th scope="row" { (key) }
                    td {
                        @if semconv::is_body(key.as_str()) {
                            (body_size(value))
                        } @else {
                            (shown(value))
                        }
                    }
                }
            }
        } } }
    }
}

fn body_size(value: &Value) -> Markup {
    let size = Bytes(value.as_str().len() as u64);
    html! { span class="hint" { (size) " as exported; shown with its message" } }
}

fn shown(value: &Value) -> Markup {
    let text = value.as_str();
    let is_long = text.len() > 400 || text.contains('\n');
    let text = marked(&text, None);
    html! { @if is_long { pre class="code" tabindex="0" { (text) } } @else { (text) } }
}

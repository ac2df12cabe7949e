use maud::{Markup, html};

use super::span::attributes;
use crate::explorer::{pages::common::exact, record::Record};

/// The span as it left.
pub(super) fn raw(record: &Record) -> Markup {
    let span = &record.span;
    html! {
        dl class="facts" {
            dt { "Name" } dd { code { (span.name) } }
            dt { "Kind" } dd { (format!("{:?}", span.span_kind)) }
            dt { "Scope" }
            dd {
                (span.instrumentation_scope.name())
                " "
                (span.instrumentation_scope.version().unwrap_or_default())
            }
            dt { "Start" } dd { (exact(span.start_time)) }
            dt { "End" } dd { (exact(span.end_time)) }
            dt { "Parent span" } dd { code { (span.parent_span_id) } }
            @for link in span.links.iter() {
                dt { "Linked trace" } dd { code { (link.span_context.trace_id()) } }
            }
        }
        (attributes(&span.attributes))
        @if span.dropped_attributes_count > 0 {
            p class="notice warn" {
                (span.dropped_attributes_count)
                " attributes more did not fit into the span."
            }
        }
    }
}

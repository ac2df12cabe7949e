use std::sync::Arc;

use maud::{Markup, html};
use opentelemetry::trace::Status;

use super::marked;
use crate::explorer::{
    pages::common::{counted, icon},
    record::Record,
};

/// How many errors the spans of a trace tell of.
pub(super) fn count(spans: &[Arc<Record>]) -> usize {
    spans.iter().map(|span| span.exceptions().count()).sum()
}

/// Every error of a trace: its type, message, sources and backtrace.
pub(super) fn failures(record: &Record, spans: &[Arc<Record>]) -> Markup {
    let description = match &record.span.status {
        Status::Error { description } => Some(description),
        _ => None,
    };
    html! {
        @if count(spans) == 0 {
            @match description {
                Some(text) => p {
                    "The exchange failed"
                    @if !text.is_empty() { ": " (marked(text, None)) }
                    "."
                },
                None => p class="hint" { "None was reported." },
            }
        }
        @for span in spans {
            @for exception in span.exceptions() {
                article class="failure" {
                    header {
                        strong { (exception.kind) }
                        span class="hint" { (icon(span.kind)) " " (span.place()) }
                    }
                    p class="text" { (marked(exception.message, None)) }
                    @let lines = exception.trace.lines().count();
                    @if lines > 0 {
                        details open[lines <= 12] {
                            summary {
                                "Sources and backtrace, "
                                (counted(lines, "line"))
                            }
                            pre class="code" tabindex="0" { (marked(exception.trace, None)) }
                        }
                    }
                }
            }
        }
    }
}

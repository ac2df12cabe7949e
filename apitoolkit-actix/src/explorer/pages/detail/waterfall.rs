use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use maud::{Markup, html};

use super::{
    span::span,
    tree::{Node, nodes},
};
use crate::{
    explorer::{
        pages::{
            View,
            common::{Took, icon},
        },
        record::{Kind, Record},
    },
    semconv,
};

/// As many spans are drawn; a file has the others.
const MOST: usize = 500;
/// As deep they are indented.
const DEEPEST: usize = 12;

/// The whole trace, each span on the line of time.
pub(super) fn waterfall(view: &View<'_>, current: &Record, spans: &[Arc<Record>]) -> Markup {
    let Some(scale) = Scale::of(spans) else { return html! {} };
    let nodes = nodes(spans);
    html! {
        div class="waterfall" {
            div class="axis" aria-hidden="true" {
                span class="name" {}
                span class="ticks" { @for part in 0..5 { span { (Took(scale.total * part / 4)) } } }
                span class="n" {}
            }
            @for node in nodes.iter().take(MOST) { (line(view, current, node, &scale)) }
            @if let Some(rest) = nodes.len().checked_sub(MOST).filter(|rest| *rest > 0) {
                p class="hint" { (rest) " more spans are in the exported files only." }
            }
        }
    }
}

fn line(view: &View<'_>, current: &Record, node: &Node<'_>, scale: &Scale) -> Markup {
    let record = node.record;
    let depth = node.depth.min(DEEPEST);
    let offset = scale.offset(record.started());
    let is_current = record.id == current.id;
    let name = name(record);
    html! {
        details class={
            "span k-" (class(record.kind))
            @if is_current { " current" }
            @if record.failed { " failed" }
        } {
            summary aria-current=[is_current.then_some("true")] {
                span class={ "name d" (depth) } {
                    (icon(record.kind))
                    span class="label" title=(name) { (name) }
                    @if let Some(service) = other_service(view, record) {
                        span class="tag" title="The service that it is a part of" { (service) }
                    }
                    @if record.failed { span class="badge bad" { "error" } }
                    @if node.orphan {
                        span class="tag"
                            title="Its parent is of another process, was let go, or is not over yet." {
                            "parent elsewhere"
                        }
                    }
                }
                svg class="lane" viewBox="0 0 1000 10" preserveAspectRatio="none"
                    aria-hidden="true" {
                    rect x=(scale.place(offset)) y="1" height="8" rx="2"
                        width=(scale.place(record.took).max(3.0)) {}
                }
                span class="n" title={ "starts after " (Took(offset)) } { (Took(record.took)) }
            }
            (span(view, record, is_current, offset))
        }
    }
}

/// Which service a span is a part of, where that is not this one.
fn other_service<'r>(view: &View<'_>, record: &'r Record) -> Option<&'r str> {
    record.text(semconv::SERVICE_NAME).filter(|service| *service != view.service)
}

/// What a span is called: an exchange by its request, as all of them have the same name.
fn name(record: &Record) -> String {
    match record.kind {
        Kind::Incoming => record.place(),
        Kind::Outgoing => {
            format!("{}{}", record.place(), record.route().unwrap_or_else(|| record.path()))
        }
        _ => record.span.name.to_string(),
    }
}

fn class(kind: Kind) -> &'static str {
    match kind {
        Kind::Incoming => "in",
        Kind::Outgoing => "out",
        Kind::Service => "svc",
        Kind::Statement => "db",
        Kind::Other => "dot",
    }
}

/// The time that a trace takes, as a width.
struct Scale {
    start: SystemTime,
    total: Duration,
}

impl Scale {
    fn of(spans: &[Arc<Record>]) -> Option<Self> {
        let start = spans.iter().map(|span| span.started()).min()?;
        let end = spans.iter().map(|span| span.span.end_time).max()?;
        let total = end.duration_since(start).unwrap_or_default().max(Duration::from_micros(1));
        Some(Self { start, total })
    }

    fn offset(&self, when: SystemTime) -> Duration {
        when.duration_since(self.start).unwrap_or_default()
    }

    /// In thousandths of the whole, with one decimal.
    fn place(&self, duration: Duration) -> f64 {
        (duration.div_duration_f64(self.total) * 1e4).round() / 10.0
    }
}

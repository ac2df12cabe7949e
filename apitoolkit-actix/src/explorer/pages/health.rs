use maud::{Markup, html};

use super::{
    Standing, View,
    common::{Amount, Bytes, Tab, counted, document, notices, percent},
};
use crate::telemetry::Stats;

/// How telemetry and the explorer are, in words.
pub(in crate::explorer) fn health(view: &View<'_>) -> Markup {
    let content = html! {
        h1 { "Health" }
        (notices(view))
        section class="prose" {
            h2 { "Export" }
            (export(view))
            @if let Some(stats) = &view.health.stats {
                (exchanges(stats))
                (losses(stats))
                (spans(stats))
            }
            h2 { "Explorer" }
            (store(view))
        }
    };
    document(view, Tab::Health, "Health", &content)
}

fn export(view: &View<'_>) -> Markup {
    html! {
        @match &view.health.standing {
            Standing::Off => p { "Telemetry is off: nothing is recorded, and nothing leaves." },
            Standing::Foreign => p {
                "Spans go to a tracer provider of the app's own; what it does with them is not \
                known here."
            },
            Standing::Here => p { "Spans are kept in this process for the explorer, and sent nowhere." },
            Standing::Sending { endpoint } => {
                p { "Spans go to " code { (endpoint) } "." }
                @match &view.health.last_failure {
                    None => p { "The newest export was taken, or none was due yet." },
                    Some(failure) => div class="notice bad" role="note" {
                        strong { "The newest export failed: " }
                        (failure)
                    },
                }
            }
        }
        p { (percent(view.health.sampled)) " of requests are recorded." }
    }
}

fn exchanges(stats: &Stats) -> Markup {
    let rows = [
        ("recorded", "began to be recorded", stats.exchanges_created()),
        ("taken", "were taken by the receiver", stats.exchanges_exported()),
        ("on their way", "are running, queued or being sent", stats.exchanges_pending()),
        ("left out", "were left out at their end, as the app wants it", stats.exchanges_ignored()),
        ("on disk", "wait on disk for the receiver", stats.exchanges_spooled()),
        ("lost", "were lost, for the reasons below", stats.exchanges_dropped()),
        ("recovered", "of a former process were taken", stats.exchanges_recovered()),
        ("not recovered", "of a former process were lost", stats.recovered_dropped()),
    ];
    html! {
        h2 { "Exchanges" }
        dl class="numbers" {
            @for (name, words, amount) in rows {
                div class=[(amount == 0).then_some("zero")] {
                    dt { (name) }
                    dd { strong { (Amount(amount)) } " " (words) }
                }
            }
        }
    }
}

fn losses(stats: &Stats) -> Markup {
    let kinds: [(&str, Vec<_>); 3] = [
        ("exchanges", stats.dropped_by_reason().collect()),
        ("bodies, given up to save memory or time", stats.shed_by_reason().collect()),
        ("log records", stats.log_records_dropped_by_reason().collect()),
    ];
    html! {
        h2 { "Losses" }
        @if kinds.iter().all(|(_, losses)| losses.is_empty()) { p { "None." } }
        ul {
            @for (kind, losses) in &kinds {
                @for (reason, amount) in losses {
                    li { (Amount(*amount)) " " (kind) ": " (reason) }
                }
            }
        }
    }
}

fn spans(stats: &Stats) -> Markup {
    html! {
        h2 { "Spans of any kind" }
        p {
            (Amount(stats.spans_exported()))
            " were taken, "
            (Amount(stats.spans_dropped()))
            " were lost. "
            "What waits takes " (Bytes(stats.buffered_bytes() as u64)) " of memory."
        }
    }
}

fn store(view: &View<'_>) -> Markup {
    let fill = view.store.fill();
    let part = fill.bytes as f64 / fill.limit.max(1) as f64;
    html! {
        p {
            "It keeps " (counted(fill.records, "span")) " and "
            (counted(fill.lines, "log record")) " in "
            (Bytes(fill.bytes as u64)) " of " (Bytes(fill.limit as u64)) " (" (percent(part)) "), "
            (Amount(fill.pinned as u64)) " of them pinned."
        }
        svg class="bar fill" viewBox="0 0 100 6" preserveAspectRatio="none"
            role="img" aria-label={ (percent(part)) " full" } {
            rect width=(format!("{:.1}", part.min(1.0) * 100.0)) height="6" {}
        }
        p {
            @if fill.evicted == 0 { "Nothing was let go yet." }
            @else {
                (Amount(fill.evicted)) " older spans were let go for newer ones, or for their age."
            }
            @if view.health.missed > 0 {
                " "
                (Amount(view.health.missed))
                " came faster than they could be kept."
            }
        }
    }
}

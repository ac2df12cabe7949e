use std::cmp::Reverse;

use maud::{Markup, html};

use super::{Table, input::place, table::table};
use crate::explorer::{
    charts::timeline,
    pages::{
        View,
        common::{Amount, Took, command, document, empty, notices, percent},
    },
    query::{Bucket, By, Group},
};

/// As many are named as slowest, and as called most.
const NAMED: usize = 5;

/// A table of routes, calls, statements or services.
pub(in crate::explorer) fn groups(view: &View<'_>, given: &Table<'_>) -> Markup {
    let (tab, title, _) = place(given.by);
    let groups = &given.groups.groups;
    let content = html! {
        h1 { (title) }
        (notices(view))
        @if groups.is_empty() {
            (nothing(given.by))
        } @else {
            (overview(groups))
            div class="named" {
                (named("Slowest, by p95", groups, |group| {
                    (Reverse(group.latency.p95), Took(group.latency.p95).to_string())
                }))
                (named("Most called", groups, |group| {
                    (Reverse(group.count), Amount(group.count as u64).to_string())
                }))
                (named("Most time in all", groups, |group| {
                    (Reverse(group.latency.total), Took(group.latency.total).to_string())
                }))
            }
            (table(view, given))
        }
    };
    document(view, tab, title, &content)
}

fn overview(groups: &[Group]) -> Markup {
    let count: usize = groups.iter().map(|group| group.count).sum();
    let failures: usize = groups.iter().map(|group| group.failures).sum();
    let per_minute: f64 = groups.iter().map(|group| group.per_minute).sum();
    let length = groups.iter().map(|group| group.series.len()).max().unwrap_or(0);
    let mut series = vec![Bucket::default(); length];
    for group in groups {
        for (sum, bucket) in series.iter_mut().zip(&group.series) {
            sum.count += bucket.count;
            sum.failures += bucket.failures;
        }
    }
    html! {
        div class="tiles" {
            div class="tile" {
                span class="what" { "Count" }
                strong { (Amount(count as u64)) }
                span class="hint" { (format!("{per_minute:.1}")) " a minute" }
            }
            div class="tile" {
                span class="what" { "Failed" }
                strong class=[(failures > 0).then_some("bad")] {
                    (percent(failures as f64 / count.max(1) as f64))
                }
                span class="hint" { (Amount(failures as u64)) " of them" }
            }
            figure class="tile wide" {
                figcaption class="what" {
                    "Over time"
                    span class="legend" { i class="c1" {} "all " i class="cbad" {} "failed" }
                }
                (timeline("Count over time, failures among them", &series))
            }
        }
    }
}

/// The first few by a key, which is told as text too.
fn named<K: Ord>(title: &str, groups: &[Group], by: impl Fn(&Group) -> (K, String)) -> Markup {
    let mut most: Vec<_> = groups.iter().map(|group| (by(group), group)).collect();
    most.sort_by(|((a, _), _), ((b, _), _)| a.cmp(b));
    html! {
        section class="tile" {
            h2 { (title) }
            ol {
                @for ((_, shown), group) in most.into_iter().take(NAMED) {
                    li {
                        span class="name" title=(group.name) { (group.name) }
                        span class="n" { (shown) }
                    }
                }
            }
        }
    }
}

fn nothing(by: By) -> Markup {
    let (title, why, how) = match by {
        By::Route => (
            "No request yet",
            "Each route appears with its first request.",
            "App::new().wrap(toolkit.clone())",
        ),
        By::Outgoing => (
            "No call yet",
            "Calls to other services appear here once they are observed:",
            "observe_request(&req).get(\"https://example.org/\").send().await?",
        ),
        By::Statement => (
            "No statement yet",
            "Database statements appear here once they are traced:",
            "db.trace(\"SELECT * FROM users WHERE id = ?\", query).await?",
        ),
        By::Service => (
            "No service yet",
            "Functions appear here once they have a span of their own:",
            "#[traced_service(service = \"Users\")]",
        ),
    };
    empty(title, &html! { p { (why) } (command(how)) })
}

//! A wait that failed, in words.

use std::{fmt::Write as _, time::Duration};

use super::{Outcome, store::Store};

const LISTED: usize = 20;
const VALUE_CHARS: usize = 60;

/// What was waited for did not arrive in time. Its `Display` says what did arrive, so that a failing
/// test explains itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("waited {} ms for {wanted}; {arrived}", .waited.as_millis())]
#[non_exhaustive]
pub struct WaitError {
    /// How long was waited.
    pub waited: Duration,
    /// What was waited for, in words.
    pub wanted: String,
    /// What had arrived by then, in words, over several lines.
    pub arrived: String,
}

impl WaitError {
    pub(super) fn new(waited: Duration, wanted: String, store: &Store) -> Self {
        Self { waited, wanted, arrived: summary(store) }
    }
}

fn summary(store: &Store) -> String {
    let Store { spans, metrics, logs, requests, counters, .. } = store;
    let mut text = format!(
        "there are {} spans, {} metric points and {} log records from {} requests on {} \
         connections, {} of them answered with an error",
        spans.len(),
        metrics.len(),
        logs.len(),
        counters.requests(),
        counters.connections,
        counters.failed_requests,
    );
    // Writing to a `String` cannot fail, here and below.
    for span in spans.iter().take(LISTED) {
        let _ = write!(text, "\n  span {:?} [{}] {}", span.name, span.kind, span.status.code);
        for (key, value) in span.attributes.iter() {
            let value: String = value.to_json().to_string().chars().take(VALUE_CHARS).collect();
            let _ = write!(text, " {key}={value}");
        }
    }
    if spans.len() > LISTED {
        let _ = write!(text, "\n  … {} more spans", spans.len() - LISTED);
    }
    let mut names: Vec<_> = metrics.iter().map(|point| point.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let _ = write!(text, "\n  metric {name:?}");
    }
    for record in logs.iter().take(LISTED) {
        let body: String = record.body.to_json().to_string().chars().take(VALUE_CHARS).collect();
        let _ = write!(text, "\n  log {} {body}", record.severity);
    }
    for request in requests.iter().filter(|r| *r.outcome() != Outcome::Accepted).take(LISTED) {
        let _ = write!(text, "\n  request of {}: {:?}", request.signal(), request.outcome());
    }
    text
}

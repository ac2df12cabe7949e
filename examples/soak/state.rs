//! What the app's process says of itself.

use apitoolkit_actix::Stats;
use serde::{Deserialize, Serialize};

use crate::{common::counts::Counts, watch::Watch};

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) counts: Counts,
    /// Requests that reached the app, as its outermost middleware counted them.
    pub(crate) requests: u64,
    /// Calls that its handlers made.
    pub(crate) calls: u64,
    /// How often a worker started.
    pub(crate) starts: u64,
}

impl State {
    pub(crate) fn of(stats: &Stats, watch: &Watch) -> Self {
        Self {
            counts: Counts::of(stats),
            requests: watch.requests(),
            calls: watch.calls(),
            starts: watch.starts(),
        }
    }

    pub(crate) fn dropped(&self) -> u64 {
        self.counts.dropped.values().sum()
    }
}

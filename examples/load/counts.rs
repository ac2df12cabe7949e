//! What telemetry counted, as the app's process tells it.

use std::{collections::BTreeMap, fmt};

use apitoolkit_actix::Stats;
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Counts {
    pub(crate) created: u64,
    pub(crate) exported: u64,
    pub(crate) pending: u64,
    dropped: BTreeMap<String, u64>,
    shed: BTreeMap<String, u64>,
}

impl Counts {
    pub(crate) fn of(stats: &Stats) -> Self {
        let owned = |(reason, count): (&str, u64)| (reason.to_owned(), count);
        Self {
            created: stats.exchanges_created(),
            exported: stats.exchanges_exported(),
            pending: stats.exchanges_pending(),
            dropped: stats.dropped_by_reason().map(owned).collect(),
            shed: stats.shed_by_reason().map(owned).collect(),
        }
    }

    /// Exchanges that were lost, and bodies that were given up.
    pub(crate) fn lost(&self) -> u64 {
        self.dropped.values().chain(self.shed.values()).sum()
    }
}

/// What was lost, by reason.
impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reasons = |counts: &BTreeMap<String, u64>| {
            let parts = counts.iter().map(|(reason, count)| format!("{reason} {count}"));
            let parts: Vec<_> = parts.collect();
            if parts.is_empty() { "none".to_owned() } else { parts.join(", ") }
        };
        write!(f, "lost: {}; bodies given up: {}", reasons(&self.dropped), reasons(&self.shed))
    }
}

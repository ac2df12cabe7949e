//! What telemetry counted, as the app's process tells it.

use std::{collections::BTreeMap, fmt};

use apitoolkit_actix::Stats;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Counts {
    pub(crate) created: u64,
    pub(crate) exported: u64,
    pub(crate) ignored: u64,
    pub(crate) spooled: u64,
    pub(crate) pending: u64,
    pub(crate) dropped: BTreeMap<String, u64>,
    pub(crate) shed: BTreeMap<String, u64>,
    /// Bytes of captured data in memory.
    pub(crate) buffered: usize,
}

impl Counts {
    pub(crate) fn of(stats: &Stats) -> Self {
        let owned = |(reason, count): (&str, u64)| (reason.to_owned(), count);
        Self {
            created: stats.exchanges_created(),
            exported: stats.exchanges_exported(),
            ignored: stats.exchanges_ignored(),
            spooled: stats.exchanges_spooled(),
            pending: stats.exchanges_pending(),
            dropped: stats.dropped_by_reason().map(owned).collect(),
            shed: stats.shed_by_reason().map(owned).collect(),
            buffered: stats.buffered_bytes(),
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
        let (dropped, shed) = (reasons(&self.dropped), reasons(&self.shed));
        write!(f, "lost: {dropped}; bodies given up: {shed}")
    }
}

/// Each reason with its count.
pub(crate) fn reasons(counts: &BTreeMap<String, u64>) -> String {
    let parts: Vec<_> = counts.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
    if parts.is_empty() { "none".to_owned() } else { parts.join(", ") }
}

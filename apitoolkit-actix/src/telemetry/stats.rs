use std::sync::atomic::{AtomicU64, Ordering};

use super::padded::Padded;

/// What happened to the exchanges of this process so far.
///
/// Every exchange that was created is exported, ignored as the app wants it, dropped for a reason,
/// on disk, or still on its way: `created = exported + ignored + dropped + spooled + pending`.
/// What a former process left in the spool is none of these; it is counted apart, as recovered.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    created: u64,
    exported: u64,
    ignored: u64,
    dropped: [u64; DropReason::COUNT],
    shed: [u64; ShedReason::COUNT],
    logs_dropped: [u64; LogDropReason::COUNT],
    spooled: u64,
    recovered: u64,
    recovered_dropped: u64,
    spans_exported: u64,
    spans_recovered: u64,
    spans_dropped: u64,
    buffered_bytes: usize,
}

impl Stats {
    /// Exchanges that were sampled and began to be recorded.
    #[must_use]
    pub fn exchanges_created(&self) -> u64 {
        self.created
    }

    /// Exchanges that the receiver acknowledged. Where a tracer provider of the user's own exports
    /// them: those that were handed to it.
    #[must_use]
    pub fn exchanges_exported(&self) -> u64 {
        self.exported
    }

    /// Exchanges that were left out at their end, by `ignore_status`.
    #[must_use]
    pub fn exchanges_ignored(&self) -> u64 {
        self.ignored
    }

    /// Exchanges that were lost, for whatever reason.
    #[must_use]
    pub fn exchanges_dropped(&self) -> u64 {
        self.dropped.iter().sum()
    }

    /// Exchanges that were lost, by reason; reasons that never occurred are left out.
    pub fn dropped_by_reason(&self) -> impl Iterator<Item = (&'static str, u64)> {
        DropReason::ALL
            .iter()
            .zip(self.dropped)
            .filter(|(_, n)| *n > 0)
            .map(|(reason, n)| (reason.name(), n))
    }

    /// Exchanges of this process that are on disk now, in the spool: neither exported nor lost.
    #[must_use]
    pub fn exchanges_spooled(&self) -> u64 {
        self.spooled
    }

    /// Exchanges that a former process left in the spool and that the receiver acknowledged to this
    /// one. They are not among those that were created or exported.
    #[must_use]
    pub fn exchanges_recovered(&self) -> u64 {
        self.recovered
    }

    /// Exchanges that a former process left in the spool and that this one lost: the receiver
    /// refused them, or the spool's bound was lowered. They are not among those that were created
    /// or dropped.
    #[must_use]
    pub fn recovered_dropped(&self) -> u64 {
        self.recovered_dropped
    }

    /// Exchanges that neither left nor were lost yet and are in memory: running, queued or being
    /// sent.
    #[must_use]
    pub fn exchanges_pending(&self) -> u64 {
        let settled = self.exported + self.ignored + self.exchanges_dropped() + self.spooled;
        self.created.saturating_sub(settled)
    }

    /// Captured bodies that were given up to keep memory within its bounds, or because redacting them
    /// would have held up others; their exchanges were not.
    #[must_use]
    pub fn bodies_shed(&self) -> u64 {
        self.shed.iter().sum()
    }

    /// Captured bodies that were given up, by reason; reasons that never occurred are left out.
    pub fn shed_by_reason(&self) -> impl Iterator<Item = (&'static str, u64)> {
        ShedReason::ALL
            .iter()
            .zip(self.shed)
            .filter(|(_, n)| *n > 0)
            .map(|(reason, n)| (reason.name(), n))
    }

    /// Spans of any kind that the receiver acknowledged, those of a former process among them.
    #[must_use]
    pub fn spans_exported(&self) -> u64 {
        self.spans_exported
    }

    /// Exported spans that a former process had left in the spool.
    #[must_use]
    pub fn spans_recovered(&self) -> u64 {
        self.spans_recovered
    }

    /// Spans of any kind that were lost after they ended, those of a former process among them.
    #[must_use]
    pub fn spans_dropped(&self) -> u64 {
        self.spans_dropped
    }

    /// Log records that were lost after they were emitted, for whatever reason.
    #[must_use]
    pub fn log_records_dropped(&self) -> u64 {
        self.logs_dropped.iter().sum()
    }

    /// Log records that were lost, by reason; reasons that never occurred are left out.
    pub fn log_records_dropped_by_reason(&self) -> impl Iterator<Item = (&'static str, u64)> {
        LogDropReason::ALL
            .iter()
            .zip(self.logs_dropped)
            .filter(|(_, n)| *n > 0)
            .map(|(reason, n)| (reason.name(), n))
    }

    /// Bytes of captured data and of log records held right now, out of the process's budget.
    #[must_use]
    pub fn buffered_bytes(&self) -> usize {
        self.buffered_bytes
    }
}

macro_rules! reasons {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum $name { $($(#[$doc])* $variant,)* }

        impl $name {
            pub(crate) const ALL: &[Self] = &[$(Self::$variant),*];
            pub(crate) const COUNT: usize = Self::ALL.len();

            /// The value of the metric's `reason` attribute.
            pub(crate) fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }
    };
}

reasons! {
    /// Why an exchange (or span) was lost.
    DropReason {
        /// As many as the queue holds were waiting already.
        QueueFull = "queue_full",
        /// The process's byte budget was used up.
        Budget = "budget",
        /// It finished, or was still waiting, after telemetry was shut down.
        Shutdown = "shutdown",
        /// The receiver refused it for good.
        Rejected = "rejected",
        /// Even without its bodies it was over 1 MiB.
        Oversize = "oversize",
        /// Redacting it failed by a fault of ours.
        Internal = "internal",
        /// The receiver was away, and the spool held as much as it may.
        SpoolFull = "spool_full",
        /// It was in a spool that cannot be read any more.
        SpoolDamaged = "spool_damaged",
        /// It belonged to another process, from which this one was forked, or came after the fork.
        Forked = "forked",
    }
}

reasons! {
    /// Why a captured body was given up.
    ShedReason {
        /// Half as many as the queue holds waited behind it.
        QueueFull = "queue_full",
        /// The process's byte budget was used up.
        Budget = "budget",
        /// Its span would have been over 1 MiB.
        Oversize = "oversize",
    }
}

reasons! {
    /// Why a log record was lost.
    LogDropReason {
        /// As many as the queue holds were waiting already.
        QueueFull = "queue_full",
        /// The log records' quarter of the process's byte budget, or all of it, was used up.
        Budget = "budget",
        /// It came, or was still waiting, after telemetry was shut down.
        Shutdown = "shutdown",
        /// The receiver refused it, or did not take it in its time.
        Undelivered = "undelivered",
        /// It came in a process that was forked from the one whose telemetry it is.
        Forked = "forked",
    }
}

/// The counters behind [`Stats`].
#[derive(Debug, Default)]
pub(crate) struct Counters {
    /// Counted by the requests' threads, all else by ours.
    created: Padded<AtomicU64>,
    exported: AtomicU64,
    ignored: AtomicU64,
    dropped: [AtomicU64; DropReason::COUNT],
    shed: [AtomicU64; ShedReason::COUNT],
    logs_dropped: [AtomicU64; LogDropReason::COUNT],
    spooled: AtomicU64,
    recovered: AtomicU64,
    recovered_dropped: [AtomicU64; DropReason::COUNT],
    spans_exported: AtomicU64,
    spans_recovered: AtomicU64,
    spans_dropped: AtomicU64,
}

impl Counters {
    pub(crate) fn create(&self) {
        self.created.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn export(&self, exchanges: u64) {
        self.exported.fetch_add(exchanges, Ordering::Relaxed);
    }

    pub(crate) fn ignore(&self) {
        self.ignored.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn export_spans(&self, spans: u64) {
        self.spans_exported.fetch_add(spans, Ordering::Relaxed);
    }

    pub(crate) fn drop_exchanges(&self, reason: DropReason, exchanges: u64) {
        self.dropped[reason as usize].fetch_add(exchanges, Ordering::Relaxed);
    }

    pub(crate) fn drop_spans(&self, spans: u64) {
        self.spans_dropped.fetch_add(spans, Ordering::Relaxed);
    }

    pub(crate) fn shed(&self, reason: ShedReason, bodies: u64) {
        self.shed[reason as usize].fetch_add(bodies, Ordering::Relaxed);
    }

    pub(crate) fn drop_logs(&self, reason: LogDropReason, records: u64) {
        self.logs_dropped[reason as usize].fetch_add(records, Ordering::Relaxed);
    }

    pub(crate) fn logs_dropped(&self, reason: LogDropReason) -> u64 {
        self.logs_dropped[reason as usize].load(Ordering::Relaxed)
    }

    /// Exchanges that were lost for a reason, those of a former process among them.
    pub(crate) fn dropped(&self, reason: DropReason) -> u64 {
        let recovered = self.recovered_dropped[reason as usize].load(Ordering::Relaxed);
        self.dropped[reason as usize].load(Ordering::Relaxed) + recovered
    }

    pub(crate) fn shed_so_far(&self, reason: ShedReason) -> u64 {
        self.shed[reason as usize].load(Ordering::Relaxed)
    }

    pub(crate) fn read(&self, buffered_bytes: usize) -> Stats {
        // What left is read before what was created, so that the sum never looks overdrawn.
        let exported = self.exported.load(Ordering::Acquire);
        let ignored = self.ignored.load(Ordering::Acquire);
        let dropped = std::array::from_fn(|i| self.dropped[i].load(Ordering::Acquire));
        let spooled = self.spooled.load(Ordering::Acquire);
        Stats {
            exported,
            ignored,
            dropped,
            spooled,
            recovered: self.recovered.load(Ordering::Relaxed),
            recovered_dropped: self
                .recovered_dropped
                .iter()
                .map(|dropped| dropped.load(Ordering::Relaxed))
                .sum(),
            spans_recovered: self.spans_recovered.load(Ordering::Relaxed),
            shed: std::array::from_fn(|i| self.shed[i].load(Ordering::Relaxed)),
            logs_dropped: std::array::from_fn(|i| self.logs_dropped[i].load(Ordering::Relaxed)),
            spans_exported: self.spans_exported.load(Ordering::Relaxed),
            spans_dropped: self.spans_dropped.load(Ordering::Relaxed),
            created: self.created.load(Ordering::Relaxed),
            buffered_bytes,
        }
    }
}

/// What only the spool counts.
#[cfg_attr(not(feature = "spool"), expect(dead_code, reason = "used by the spool"))]
impl Counters {
    pub(crate) fn spool(&self, exchanges: u64) {
        self.spooled.fetch_add(exchanges, Ordering::Relaxed);
    }

    /// Called before they are counted as anything else, so that the sum never looks overdrawn.
    pub(crate) fn unspool(&self, exchanges: u64) {
        self.spooled.fetch_sub(exchanges, Ordering::AcqRel);
    }

    pub(crate) fn recover(&self, spans: u64, exchanges: u64) {
        self.spans_recovered.fetch_add(spans, Ordering::Relaxed);
        self.recovered.fetch_add(exchanges, Ordering::Relaxed);
    }

    pub(crate) fn drop_recovered(&self, reason: DropReason, exchanges: u64) {
        self.recovered_dropped[reason as usize].fetch_add(exchanges, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_created_is_accounted_for() {
        let counters = Counters::default();
        for _ in 0..5 {
            counters.create();
        }
        counters.export(2);
        counters.drop_exchanges(DropReason::Budget, 1);
        counters.shed(ShedReason::Oversize, 3);
        let stats = counters.read(7);
        assert_eq!(stats.exchanges_pending(), 2);
        assert_eq!(stats.dropped_by_reason().collect::<Vec<_>>(), [("budget", 1)]);
        assert_eq!(stats.shed_by_reason().collect::<Vec<_>>(), [("oversize", 3)]);
        assert_eq!(stats.buffered_bytes(), 7);
    }
}

use std::fmt;

use crate::common::counts::Counts;

/// Where the exchanges are.
#[derive(Debug)]
pub(super) struct Tally {
    pub(super) sent: u64,
    /// Counted before the first was sent.
    pub(super) before: Counts,
    /// Counted after the last was sent.
    pub(super) counts: Counts,
    /// Spans that the receiver counted.
    pub(super) received: u64,
}

impl Tally {
    fn created(&self) -> u64 {
        self.counts.created - self.before.created
    }

    fn exported(&self) -> u64 {
        self.counts.exported - self.before.exported
    }

    /// Whether every exchange arrived, with its body.
    pub(super) fn is_whole(&self) -> bool {
        let all = [self.created(), self.exported(), self.received];
        all == [self.sent; 3] && self.counts.lost() == 0
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sent, received, counts, .. } = self;
        let (created, exported) = (self.created(), self.exported());
        write!(
            f,
            "Exchanges: {sent} sent, {created} created, {exported} exported; {counts}. \
             The receiver counted {received} spans."
        )
    }
}

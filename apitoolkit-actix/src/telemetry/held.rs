//! A request between the queue and its end, and what its end is counted as.

use std::sync::Arc;

use bytes::Bytes;

use super::{
    journal::Journal,
    queue::SpanQueue,
    request::TraceRequest,
    stats::DropReason,
    transport::{Receipt, Signal},
};

/// Where the fate of requests is written down.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) queue: Arc<SpanQueue>,
    pub(crate) journal: Arc<Journal>,
}

/// A request that was taken out of the queue and not dealt with yet. If it is dropped before that,
/// because the runtime ends, it is counted as lost.
#[derive(Debug)]
pub(crate) struct Held {
    request: Option<TraceRequest>,
    account: Account,
}

impl Account {
    pub(crate) fn hold(&self, request: TraceRequest) -> Held {
        Held { request: Some(request), account: self.clone() }
    }

    fn lost(&self, request: &TraceRequest, reason: DropReason) {
        self.queue.counters().drop_spans(request.spans);
        self.queue.counters().drop_exchanges(reason, request.exchanges);
        self.journal.lose(Signal::Traces, request.spans);
    }
}

impl Held {
    pub(crate) fn body(&self) -> Bytes {
        self.request.as_ref().map_or_else(Bytes::new, |request| request.body.clone())
    }

    /// The receiver took it, wholly or in part.
    pub(crate) fn taken(mut self, receipt: &Receipt) {
        let Some(request) = self.request.take() else { return };
        let counters = self.account.queue.counters();
        let rejected = receipt.rejected.min(request.spans);
        // Which spans were refused is not said; exchanges are taken to be among them first.
        let lost = rejected.min(request.exchanges);
        counters.export_spans(request.spans - rejected);
        counters.drop_spans(rejected);
        counters.drop_exchanges(DropReason::Rejected, lost);
        counters.export(request.exchanges - lost);
        self.account.journal.succeeded(Signal::Traces, request.spans, receipt);
    }

    pub(crate) fn lost(mut self, reason: DropReason) {
        if let Some(request) = self.request.take() {
            self.account.lost(&request, reason);
        }
    }
}

/// What only the spool needs.
#[cfg_attr(not(feature = "spool"), expect(dead_code, reason = "used by the spool"))]
impl Held {
    /// How many spans, and how many exchanges among them.
    pub(crate) fn worth(&self) -> (u64, u64) {
        self.request.as_ref().map_or((0, 0), |request| (request.spans, request.exchanges))
    }

    /// It is on disk.
    pub(crate) fn spooled(mut self) {
        if let Some(request) = self.request.take() {
            self.account.queue.counters().spool(request.exchanges);
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(request) = self.request.take() {
            self.account.lost(&request, DropReason::Shutdown);
        }
    }
}

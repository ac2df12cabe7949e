//! What has really been received.

use std::collections::{BTreeSet, HashSet};

use apitoolkit_actix::testing::{Collector, Outcome};

use crate::requests::CANARY;

/// The receiver's side of the books.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// Ids of the exchanges, each once, however often it came.
    ids: HashSet<u128>,
    /// Spans with an id that had come before.
    pub(crate) again: u64,
    /// Spans without an id.
    pub(crate) nameless: u64,
    /// Codes that requests were answered with.
    pub(crate) codes: BTreeSet<i32>,
    /// Where the secret was found.
    pub(crate) canaries: Vec<String>,
    /// Bytes that were searched for it.
    pub(crate) searched: u64,
    /// Requests that are being served, as a metric says that came last.
    pub(crate) active: Option<f64>,
}

impl Ledger {
    /// Distinct exchanges.
    pub(crate) fn exchanges(&self) -> u64 {
        self.ids.len() as u64
    }

    /// Enters everything, and clears the receiver. Nothing may be under way meanwhile.
    pub(crate) fn take(&mut self, receiver: &Collector) {
        for span in receiver.spans() {
            match span.str_attr("apitoolkit.msg_id").and_then(number) {
                Some(id) if self.ids.insert(id) => {}
                Some(_) => self.again += 1,
                None => self.nameless += 1,
            }
        }
        for request in receiver.requests() {
            self.searched += request.raw().len() as u64;
            if let Outcome::Failed { code, .. } = request.outcome() {
                self.codes.insert(code.number());
            }
        }
        self.canaries.extend(receiver.find_secret(CANARY).map(|leak| leak.to_string()));
        let active = receiver.metrics_named("http.server.active_requests");
        if let Some(newest) = active.iter().map(|point| point.time).max() {
            let of_newest = active.iter().filter(|point| point.time == newest);
            self.active = Some(of_newest.filter_map(|point| point.sum).map(f64::abs).sum());
        }
        receiver.clear();
    }
}

/// A UUID as a number.
fn number(uuid: &str) -> Option<u128> {
    u128::from_str_radix(&uuid.replace('-', ""), 16).ok()
}

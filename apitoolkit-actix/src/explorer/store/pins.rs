use std::collections::{BTreeSet, HashMap};

use foldhash::quality::RandomState;
use opentelemetry::trace::TraceId;

use crate::explorer::record::Record;

/// What is to be spared: records, and the traces that they belong to.
#[derive(Debug, Default)]
pub(super) struct Pins {
    ids: BTreeSet<u64>,
    /// How many pinned records a trace has, and the bytes of all of its records.
    traces: HashMap<TraceId, Pinned, RandomState>,
    bytes: usize,
}

#[derive(Debug, Default)]
struct Pinned {
    pins: usize,
    bytes: usize,
}

impl Pins {
    /// `trace_bytes`: of all records of its trace. False if that is more than `limit` for all.
    pub(super) fn add(&mut self, record: &Record, trace_bytes: usize, limit: usize) -> bool {
        let trace = record.span.span_context.trace_id();
        if self.ids.contains(&record.id) {
            return true;
        }
        let is_new = !self.traces.contains_key(&trace);
        if is_new && self.bytes + trace_bytes > limit {
            return false;
        }
        let pinned = self.traces.entry(trace).or_default();
        pinned.pins += 1;
        if is_new {
            pinned.bytes = trace_bytes;
            self.bytes += trace_bytes;
        }
        self.ids.insert(record.id);
        true
    }

    pub(super) fn remove(&mut self, record: &Record) {
        if !self.ids.remove(&record.id) {
            return;
        }
        let trace = record.span.span_context.trace_id();
        if let Some(pinned) = self.traces.get_mut(&trace) {
            pinned.pins -= 1;
            if pinned.pins == 0 {
                self.bytes -= pinned.bytes;
                self.traces.remove(&trace);
            }
        }
    }

    /// Whether a record is spared: it is pinned, or belongs to a pinned trace.
    pub(super) fn spares(&self, record: &Record) -> bool {
        !self.traces.is_empty() && self.traces.contains_key(&record.span.span_context.trace_id())
    }

    /// Counts a new record of a pinned trace in.
    pub(super) fn arrived(&mut self, record: &Record) {
        if let Some(pinned) = self.traces.get_mut(&record.span.span_context.trace_id()) {
            pinned.bytes += record.bytes;
            self.bytes += record.bytes;
        }
    }

    /// Counts a record of a pinned trace out that could not be spared after all.
    pub(super) fn left(&mut self, record: &Record) {
        if let Some(pinned) = self.traces.get_mut(&record.span.span_context.trace_id()) {
            pinned.bytes -= record.bytes;
            self.bytes -= record.bytes;
        }
    }

    pub(super) fn has(&self, id: u64) -> bool {
        self.ids.contains(&id)
    }

    pub(super) fn ids(&self) -> &BTreeSet<u64> {
        &self.ids
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}

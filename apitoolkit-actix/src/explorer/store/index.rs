use std::collections::{HashMap, VecDeque};

use foldhash::quality::RandomState;
use opentelemetry::trace::TraceId;
use uuid::Uuid;

use crate::{explorer::record::Record, semconv};

/// Where the records of a trace are, and that of an exchange.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// The ids of each trace's records, in ascending order.
    traces: HashMap<TraceId, VecDeque<u64>, RandomState>,
    /// By `apitoolkit.msg_id`.
    exchanges: HashMap<Uuid, u64, RandomState>,
}

impl Index {
    pub(super) fn add(&mut self, record: &Record) {
        let trace = record.span.span_context.trace_id();
        self.traces.entry(trace).or_default().push_back(record.id);
        if let Some(exchange) = exchange_of(record) {
            self.exchanges.insert(exchange, record.id);
        }
    }

    pub(super) fn remove(&mut self, record: &Record) {
        let trace = record.span.span_context.trace_id();
        if let Some(ids) = self.traces.get_mut(&trace) {
            // What goes is mostly the oldest.
            match ids.front() == Some(&record.id) {
                true => drop(ids.pop_front()),
                false => ids.retain(|id| *id != record.id),
            }
            if ids.is_empty() {
                self.traces.remove(&trace);
            }
        }
        if let Some(exchange) = exchange_of(record)
            && self.exchanges.get(&exchange) == Some(&record.id)
        {
            self.exchanges.remove(&exchange);
        }
    }

    pub(super) fn trace(&self, trace: TraceId) -> impl Iterator<Item = u64> {
        self.traces.get(&trace).into_iter().flatten().copied()
    }

    pub(super) fn exchange(&self, msg_id: &str) -> Option<u64> {
        self.exchanges.get(&Uuid::try_parse(msg_id).ok()?).copied()
    }
}

fn exchange_of(record: &Record) -> Option<Uuid> {
    Uuid::try_parse(record.text(semconv::APITOOLKIT_MSG_ID)?).ok()
}

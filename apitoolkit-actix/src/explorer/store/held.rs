//! The contents of a store, and who goes first.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::SystemTime,
};

use opentelemetry::trace::TraceId;

use super::{index::Index, pins::Pins, ring::Bounds};
use crate::explorer::record::{Line, Record};

/// Records in the order of their ids, and log lines in that of their arrival.
#[derive(Debug)]
pub(super) struct Held {
    bounds: Bounds,
    ring: VecDeque<Arc<Record>>,
    /// Pinned records, and those of their traces, that were next to go.
    spared: BTreeMap<u64, Arc<Record>>,
    /// Those among `spared` that nobody pins any more.
    released: VecDeque<u64>,
    pub(super) index: Index,
    pub(super) pins: Pins,
    pub(super) lines: VecDeque<Arc<Line>>,
    /// Of all records, and of all lines.
    record_bytes: usize,
    line_bytes: usize,
    pub(super) next: u64,
    pub(super) evicted: u64,
    /// The newest record when everything but what was pinned was forgotten.
    pub(super) cleared: u64,
    /// Counts changes of pins, and clearings.
    pub(super) version: u64,
}

impl Held {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            ring: VecDeque::new(),
            spared: BTreeMap::new(),
            released: VecDeque::new(),
            index: Index::default(),
            pins: Pins::default(),
            lines: VecDeque::new(),
            record_bytes: 0,
            line_bytes: 0,
            next: 1,
            evicted: 0,
            cleared: 0,
            version: 0,
        }
    }

    /// Takes in a record with the id `next` or a later one.
    pub(super) fn add(&mut self, record: &Arc<Record>) {
        self.next = record.id + 1;
        if record.bytes > self.bounds.bytes {
            // Everything else would go for it, and then it as well.
            self.evicted += 1;
            return;
        }
        self.record_bytes += record.bytes;
        self.index.add(record);
        self.pins.arrived(record);
        self.ring.push_back(Arc::clone(record));
        self.make_room(SystemTime::now());
    }

    pub(super) fn add_line(&mut self, line: Line) {
        self.line_bytes += line.size();
        self.lines.push_back(Arc::new(line));
        self.make_room(SystemTime::now());
    }

    /// Gives up what is too old or too much. Each step is of constant cost.
    pub(super) fn make_room(&mut self, now: SystemTime) {
        let oldest = now.checked_sub(self.bounds.age).unwrap_or(SystemTime::UNIX_EPOCH);
        while self.ring.front().is_some_and(|record| record.since < oldest) {
            self.give_up_oldest();
        }
        while self.lines.front().is_some_and(|line| line.when < oldest) {
            self.give_up_line();
        }
        while self.line_bytes > self.bounds.lines() && self.give_up_line() {}
        while self.bytes() > self.bounds.bytes && self.give_up_oldest() {}
    }

    /// False if there is nothing that could be given up.
    fn give_up_oldest(&mut self) -> bool {
        while let Some(id) = self.released.pop_front() {
            // It may have been pinned again.
            if self.spared.get(&id).is_some_and(|record| !self.pins.spares(record))
                && let Some(record) = self.spared.remove(&id)
            {
                self.forget(&record);
                return true;
            }
        }
        let Some(record) = self.ring.pop_front() else { return false };
        let within = self.pins.bytes() <= self.bounds.pinned() || self.pins.has(record.id);
        if self.pins.spares(&record) && within {
            self.spared.insert(record.id, record);
        } else {
            self.pins.left(&record);
            self.forget(&record);
        }
        true
    }

    fn give_up_line(&mut self) -> bool {
        let Some(line) = self.lines.pop_front() else { return false };
        self.line_bytes -= line.size();
        true
    }

    fn forget(&mut self, record: &Record) {
        self.record_bytes -= record.bytes;
        self.index.remove(record);
        self.evicted += 1;
    }

    pub(super) fn pin(&mut self, id: u64) -> bool {
        let Some(record) = self.get(id) else { return false };
        let trace = self.trace(record.span.span_context.trace_id());
        let bytes = trace.map(|record| record.bytes).sum();
        let pinned = self.pins.add(&record, bytes, self.bounds.pinned());
        self.version += u64::from(pinned);
        pinned
    }

    pub(super) fn unpin(&mut self, id: u64) -> bool {
        let Some(record) = self.get(id) else { return false };
        self.pins.remove(&record);
        self.version += 1;
        let trace = record.span.span_context.trace_id();
        let spared = self.index.trace(trace).filter(|id| self.spared.contains_key(id));
        let spared: Vec<_> = spared.collect();
        self.released.extend(spared);
        true
    }

    /// Forgets everything but pinned records and their traces.
    pub(super) fn clear(&mut self) {
        for record in std::mem::take(&mut self.ring) {
            if self.pins.spares(&record) {
                self.spared.insert(record.id, record);
            } else {
                self.record_bytes -= record.bytes;
                self.index.remove(&record);
            }
        }
        while self.released.front().is_some() {
            self.give_up_released();
        }
        let pins = &self.pins;
        let (spared, index) = (&self.spared, &self.index);
        let is_pinned = |trace: TraceId| {
            index.trace(trace).any(|id| spared.get(&id).is_some_and(|record| pins.spares(record)))
        };
        self.lines.retain(|line| is_pinned(line.trace_id));
        self.line_bytes = self.lines.iter().map(|line| line.size()).sum();
        self.cleared = self.next - 1;
        self.version += 1;
    }

    fn give_up_released(&mut self) {
        let Some(id) = self.released.pop_front() else { return };
        if self.spared.get(&id).is_some_and(|record| !self.pins.spares(record))
            && let Some(record) = self.spared.remove(&id)
        {
            self.record_bytes -= record.bytes;
            self.index.remove(&record);
        }
    }

    pub(super) fn get(&self, id: u64) -> Option<Arc<Record>> {
        let at = self.ring.binary_search_by_key(&id, |record| record.id).ok();
        at.and_then(|at| self.ring.get(at)).or_else(|| self.spared.get(&id)).cloned()
    }

    pub(super) fn trace(&self, trace: TraceId) -> impl Iterator<Item = Arc<Record>> {
        self.index.trace(trace).filter_map(|id| self.get(id))
    }

    pub(super) fn newest_first(&self) -> impl Iterator<Item = &Arc<Record>> {
        self.ring.iter().rev().chain(self.spared.values().rev())
    }

    pub(super) fn since(&self, id: u64) -> impl Iterator<Item = &Arc<Record>> {
        let from = self.ring.partition_point(|record| record.id <= id);
        self.spared.range(id.saturating_add(1)..).map(|(_, r)| r).chain(self.ring.range(from..))
    }

    pub(super) fn records(&self) -> usize {
        self.ring.len() + self.spared.len()
    }

    pub(super) fn bytes(&self) -> usize {
        self.record_bytes + self.line_bytes
    }
}

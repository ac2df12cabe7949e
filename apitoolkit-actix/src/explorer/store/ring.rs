use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use opentelemetry::trace::TraceId;
use opentelemetry_sdk::trace::SpanData;
use tokio::sync::watch;

use super::held::Held;
use crate::explorer::record::{Line, Record};

/// How much is kept, and for how long.
#[derive(Debug, Clone, Copy)]
pub(in crate::explorer) struct Bounds {
    pub(in crate::explorer) bytes: usize,
    pub(in crate::explorer) age: Duration,
}

/// How full the store is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::explorer) struct Fill {
    pub(in crate::explorer) records: usize,
    pub(in crate::explorer) lines: usize,
    pub(in crate::explorer) pinned: usize,
    pub(in crate::explorer) bytes: usize,
    /// What it may hold.
    pub(in crate::explorer) limit: usize,
    /// How many records were given up for newer ones, or for their age.
    pub(in crate::explorer) evicted: u64,
}

/// What readers asked for, and what is kept elsewhere too has to follow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::explorer) struct Marks {
    /// Changes with every change of the others.
    pub(in crate::explorer) version: u64,
    pub(in crate::explorer) pinned: BTreeSet<u64>,
    /// Up to which id everything but what was pinned was forgotten; 0 if it never was.
    pub(in crate::explorer) cleared: u64,
}

/// Records in the order of their arrival; the oldest go first, pinned ones stay.
#[derive(Debug)]
pub(in crate::explorer) struct Store {
    held: Mutex<Held>,
    bounds: Bounds,
    /// The id of the newest record, for whoever waits for new ones.
    newest: watch::Sender<u64>,
}

impl Default for Bounds {
    /// 64 MiB, 24 hours.
    fn default() -> Self {
        Self { bytes: 64 << 20, age: Duration::from_secs(24 * 60 * 60) }
    }
}

impl Bounds {
    /// What pinned records and their traces may take.
    pub(super) fn pinned(self) -> usize {
        self.bytes / 2
    }

    /// What log lines may take.
    pub(super) fn lines(self) -> usize {
        self.bytes / 8
    }
}

impl Store {
    pub(in crate::explorer) fn new(bounds: Bounds) -> Self {
        Self { held: Mutex::new(Held::new(bounds)), bounds, newest: watch::Sender::new(0) }
    }

    /// Takes a span in; the oldest make room for it.
    pub(in crate::explorer) fn push(&self, span: SpanData, imported: bool) -> Arc<Record> {
        // What is worked out of a span is worked out before anybody has to wait for it.
        let mut record = Record::new(0, span, imported);
        let mut held = self.lock();
        record.id = held.next;
        let record = Arc::new(record);
        held.add(&record);
        drop(held);
        self.newest.send_replace(record.id);
        record
    }

    /// Takes in what was kept elsewhere, with the id that it had: ids have to ascend.
    #[cfg_attr(
        not(any(test, feature = "explorer-file")),
        expect(dead_code, reason = "used by the file")
    )]
    pub(in crate::explorer) fn restore(&self, record: Record) {
        let mut held = self.lock();
        if record.id >= held.next {
            held.add(&Arc::new(record));
            let newest = held.next - 1;
            drop(held);
            self.newest.send_replace(newest);
        }
    }

    /// The record with this id, if it is still there.
    pub(in crate::explorer) fn get(&self, id: u64) -> Option<Arc<Record>> {
        self.lock().get(id)
    }

    /// The newest exchange, incoming or outgoing.
    pub(in crate::explorer) fn latest(&self) -> Option<Arc<Record>> {
        self.lock().newest_first().find(|record| record.kind.is_exchange()).cloned()
    }

    /// The exchange with this `apitoolkit.msg_id`.
    pub(in crate::explorer) fn by_msg_id(&self, msg_id: &str) -> Option<Arc<Record>> {
        let held = self.lock();
        held.index.exchange(msg_id).and_then(|id| held.get(id))
    }

    /// Everything there is, newest first: a snapshot of pointers.
    pub(in crate::explorer) fn newest_first(&self) -> Vec<Arc<Record>> {
        self.lock().newest_first().cloned().collect()
    }

    /// Everything that arrived after the record `id`, oldest first.
    pub(in crate::explorer) fn since(&self, id: u64) -> Vec<Arc<Record>> {
        self.lock().since(id).cloned().collect()
    }

    /// The spans of a trace by their start, parents before children that start with them.
    pub(in crate::explorer) fn trace(&self, trace_id: TraceId) -> Vec<Arc<Record>> {
        let mut spans: Vec<_> = self.lock().trace(trace_id).collect();
        // What starts at the same time and ends later, or arrives later, is the parent.
        spans.sort_by(|a, b| {
            let later = || b.span.end_time.cmp(&a.span.end_time).then(b.id.cmp(&a.id));
            a.started().cmp(&b.started()).then_with(later)
        });
        spans
    }

    /// The log records of a trace, by their time.
    pub(in crate::explorer) fn lines(&self, trace_id: TraceId) -> Vec<Arc<Line>> {
        let held = self.lock();
        let lines = held.lines.iter().filter(|line| line.trace_id == trace_id);
        let mut lines: Vec<_> = lines.cloned().collect();
        drop(held);
        lines.sort_by_key(|line| line.when);
        lines
    }

    pub(in crate::explorer) fn push_line(&self, line: Line) {
        self.lock().add_line(line);
    }

    /// Spares a record and its trace from eviction, or no longer; false if there is no such record,
    /// or if what is pinned would take more than half of the memory.
    pub(in crate::explorer) fn pin(&self, id: u64, pinned: bool) -> bool {
        let mut held = self.lock();
        if pinned { held.pin(id) } else { held.unpin(id) }
    }

    pub(in crate::explorer) fn is_pinned(&self, id: u64) -> bool {
        self.lock().pins.has(id)
    }

    /// Forgets everything but what is pinned.
    pub(in crate::explorer) fn clear(&self) {
        self.lock().clear();
    }

    /// Gives up what is too old by now.
    pub(in crate::explorer) fn expire(&self) {
        self.lock().make_room(SystemTime::now());
    }

    /// What whoever keeps the same elsewhere has to follow.
    #[cfg_attr(
        not(any(test, feature = "explorer-file")),
        expect(dead_code, reason = "used by the file")
    )]
    pub(in crate::explorer) fn marks(&self) -> Marks {
        let held = self.lock();
        Marks { version: held.version, pinned: held.pins.ids().clone(), cleared: held.cleared }
    }

    pub(in crate::explorer) fn fill(&self) -> Fill {
        let held = self.lock();
        Fill {
            records: held.records(),
            lines: held.lines.len(),
            pinned: held.pins.ids().len(),
            bytes: held.bytes(),
            limit: self.bounds.bytes,
            evicted: held.evicted,
        }
    }

    /// Tells of new records, by the id of the newest.
    pub(in crate::explorer) fn subscribe(&self) -> watch::Receiver<u64> {
        self.newest.subscribe()
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        // Nothing panics while it holds the lock; if something did, the data is still whole.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

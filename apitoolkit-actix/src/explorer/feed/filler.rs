use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    time::{Duration, Instant},
};

use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_sdk::trace::SpanData;
use prost::Message as _;

use super::Item;
use crate::{
    explorer::{
        record::{Line, Record, size_of_span, span_of},
        store::{File, Store},
    },
    telemetry,
};

/// How many are written to the file at once.
const BATCH: usize = 512;
/// How long they wait for that at most; how often what is too old is looked for.
const TICK: Duration = Duration::from_secs(1);

/// The thread's end of the queue.
pub(super) struct Filler {
    pub(super) queue: mpsc::Receiver<Item>,
    pub(super) waiting: Arc<AtomicUsize>,
    pub(super) store: Arc<Store>,
    pub(super) file: Option<File>,
    /// What is not in the file yet.
    pub(super) records: Vec<Arc<Record>>,
    pub(super) lines: Vec<Line>,
}

impl Filler {
    /// Runs until the telemetry and everyone who shows it are gone.
    pub(super) fn run(mut self) {
        if let Some(file) = &mut self.file {
            file.read_into(&self.store);
        }
        let mut written = Instant::now();
        loop {
            let left = TICK.saturating_sub(written.elapsed());
            match self.queue.recv_timeout(left) {
                Ok(item) => self.take(item),
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
            }
            if self.records.len() + self.lines.len() >= BATCH || written.elapsed() >= TICK {
                self.write();
                self.store.expire();
                written = Instant::now();
            }
        }
        self.write();
    }

    fn take(&mut self, item: Item) {
        match item {
            Item::Span(span) => {
                let bytes = size_of_span(&span);
                self.keep(*span, false);
                self.waiting.fetch_sub(bytes, Ordering::AcqRel);
            }
            Item::Exchange(span) => {
                // What was written by ourselves can be read.
                let read = Span::decode(&*span).ok().and_then(|span| span_of(span, None).ok());
                if let Some(read) = read {
                    let instrumentation_scope = telemetry::own_scope();
                    self.keep(SpanData { instrumentation_scope, ..read }, false);
                }
                self.waiting.fetch_sub(span.len(), Ordering::AcqRel);
            }
            Item::Line(line) => {
                self.waiting.fetch_sub(line.size(), Ordering::AcqRel);
                if self.file.is_some() {
                    self.lines.push(line.clone());
                }
                self.store.push_line(line);
            }
            Item::Import(spans) => spans.into_iter().for_each(|span| self.keep(span, true)),
            Item::Settled(done) => {
                self.write();
                // Whoever asked may have stopped waiting.
                let _ = done.send(());
            }
        }
    }

    fn keep(&mut self, span: SpanData, imported: bool) {
        let record = self.store.push(span, imported);
        if self.file.is_some() {
            self.records.push(record);
        }
    }

    fn write(&mut self) {
        if let Some(file) = &mut self.file {
            file.write(&self.records, &self.lines, &self.store);
        }
        self.records.clear();
        self.lines.clear();
    }
}

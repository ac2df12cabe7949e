//! Log records on their way to the exporter: the SDK's queue, bounded in bytes too.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use opentelemetry::{InstrumentationScope, logs::AnyValue};
use opentelemetry_sdk::{
    Resource,
    error::{OTelSdkError, OTelSdkResult},
    logs::{
        BatchConfigBuilder, BatchLogProcessor, LogBatch, LogExporter, LogProcessor, SdkLogRecord,
    },
};

use super::{
    process::{self, Process},
    settings::Batching,
    stats::{Counters, LogDropReason},
};
use crate::exchange::{Budget, Reservation};

/// Puts records into the SDK's queue as long as there is room, and counts those that are lost.
///
/// The SDK bounds its queue in records alone, of which each may be as large as it likes.
#[derive(Debug)]
pub(crate) struct LogQueue {
    processor: BatchLogProcessor,
    room: Arc<Room>,
}

/// What the records that wait, or are being sent, take.
#[derive(Debug)]
pub(crate) struct Room {
    state: Mutex<State>,
    capacity: usize,
    /// The part of the process's budget that is for log records.
    part: Arc<Budget>,
    budget: Arc<Budget>,
    counters: Arc<Counters>,
    /// Where the SDK's thread is.
    process: Process,
}

#[derive(Debug, Default)]
struct State {
    /// One share for each record, in the order of their arrival.
    shares: VecDeque<[Reservation; 2]>,
    closed: bool,
}

impl Room {
    /// Room for so many records, in a quarter of the process's budget.
    pub(crate) fn new(
        capacity: usize,
        budget: &Arc<Budget>,
        counters: &Arc<Counters>,
    ) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::default(),
            capacity,
            part: Budget::new(budget.limit() / 4),
            budget: Arc::clone(budget),
            counters: Arc::clone(counters),
            process: Process::current(),
        })
    }

    /// Takes room for a record of so many bytes, or counts its loss.
    fn take(&self, bytes: usize) -> bool {
        let mut own = Reservation::empty(&self.part);
        let mut of_all = Reservation::empty(&self.budget);
        let fits = own.grow(bytes) && of_all.grow_leaving_room(bytes);
        let Some(mut state) = self.process.lock(&self.state) else {
            self.counters.drop_logs(LogDropReason::Forked, 1);
            return false;
        };
        let lost = if state.closed {
            LogDropReason::Shutdown
        } else if state.shares.len() >= self.capacity {
            LogDropReason::QueueFull
        } else if fits {
            state.shares.push_back([own, of_all]);
            return true;
        } else {
            LogDropReason::Budget
        };
        drop(state);
        self.counters.drop_logs(lost, 1);
        false
    }

    /// Gives back the room of so many records that were dealt with; says of how many it had any.
    fn give_back(&self, records: usize) -> u64 {
        let mut state = self.lock();
        let known = records.min(state.shares.len());
        // Records and shares are queued one after the other and not at once, so that a share may be
        // another record's. All of them are given back in the end.
        state.shares.drain(..known);
        known as u64
    }

    fn close(&self) {
        self.lock().closed = true;
    }

    /// An error where the thread that exports is not.
    fn check_process(&self) -> OTelSdkResult {
        match self.process.is_left_now() {
            true => Err(OTelSdkError::InternalFailure(process::FORKED.to_owned())),
            false => Ok(()),
        }
    }

    /// Takes no more in, and counts as lost what was not sent by now.
    pub(crate) fn abandon(&self) {
        let mut state = self.lock();
        state.closed = true;
        let left = std::mem::take(&mut state.shares);
        drop(state);
        self.counters.drop_logs(LogDropReason::Shutdown, left.len() as u64);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LogQueue {
    /// `lost` tells how many records the exporter has given up so far.
    pub(crate) fn new<E: LogExporter + 'static>(
        exporter: E,
        batching: Batching,
        room: Arc<Room>,
        lost: impl Fn() -> u64 + Send + Sync + 'static,
    ) -> Self {
        // With every size stated: the SDK would take a queue of no size from the environment.
        let config = BatchConfigBuilder::default()
            .with_max_queue_size(batching.queue)
            .with_max_export_batch_size(batching.batch)
            .with_scheduled_delay(batching.delay)
            .build();
        let exporter = Exporter { exporter, room: Arc::clone(&room), lost: Box::new(lost) };
        Self {
            processor: BatchLogProcessor::builder(exporter).with_batch_config(config).build(),
            room,
        }
    }
}

impl LogProcessor for LogQueue {
    fn emit(&self, record: &mut SdkLogRecord, scope: &InstrumentationScope) {
        if self.room.take(size_of_record(record)) {
            self.processor.emit(record, scope);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.room.check_process()?;
        self.processor.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.room.check_process()?;
        self.room.close();
        let result = self.processor.shutdown_with_timeout(timeout);
        self.room.abandon();
        result
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.processor.set_resource(resource);
    }
}

/// Gives room back when records were sent or given up.
struct Exporter<E> {
    exporter: E,
    room: Arc<Room>,
    lost: Box<dyn Fn() -> u64 + Send + Sync>,
}

impl<E: LogExporter> LogExporter for Exporter<E> {
    async fn export(&self, batch: LogBatch<'_>) -> OTelSdkResult {
        let records = batch.iter().count();
        let lost_before = (self.lost)();
        let result = self.exporter.export(batch).await;
        let lost = (self.lost)() - lost_before;
        // What was given up meanwhile by a shutdown is counted.
        let known = self.room.give_back(records);
        self.room.counters.drop_logs(LogDropReason::Undelivered, lost.min(known));
        result
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

impl<E: fmt::Debug> fmt::Debug for Exporter<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.exporter.fmt(f)
    }
}

/// What a record takes in memory, near enough.
fn size_of_record(record: &SdkLogRecord) -> usize {
    let attributes = record.attributes_iter();
    let attributes = attributes.map(|(key, value)| size_of_member(key.as_str(), value));
    size_of::<SdkLogRecord>() + record.body().map_or(0, size_of_value) + attributes.sum::<usize>()
}

fn size_of_member(key: &str, value: &AnyValue) -> usize {
    size_of::<(opentelemetry::Key, AnyValue)>() + key.len() + size_of_value(value)
}

/// Beyond the value itself.
fn size_of_value(value: &AnyValue) -> usize {
    match value {
        AnyValue::String(text) => text.as_str().len(),
        AnyValue::Bytes(bytes) => bytes.len(),
        AnyValue::ListAny(list) => {
            list.iter().map(|value| size_of::<AnyValue>() + size_of_value(value)).sum()
        }
        AnyValue::Map(map) => {
            map.iter().map(|(key, value)| size_of_member(key.as_str(), value)).sum()
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(capacity: usize, budget: usize) -> (Arc<Room>, Arc<Budget>, Arc<Counters>) {
        let (budget, counters) = (Budget::new(budget), Arc::new(Counters::default()));
        (Room::new(capacity, &budget, &counters), budget, counters)
    }

    fn lost(counters: &Counters) -> Vec<(&'static str, u64)> {
        counters.read(0).log_records_dropped_by_reason().collect()
    }

    #[test]
    fn records_take_a_quarter_of_the_budget_and_no_more_than_it_has() {
        let (room, budget, counters) = room(100, 4_000);
        assert!(room.take(600) && room.take(400));
        assert!(!room.take(1));
        assert_eq!(budget.used(), 1_000);
        assert_eq!(room.give_back(1), 1);
        assert!(room.take(600));
        assert_eq!(lost(&counters), [("budget", 1)]);
        let mut others = Reservation::empty(&budget);
        assert_eq!(room.give_back(5), 2);
        assert_eq!(budget.used(), 0);
        assert!(others.grow(2_500));
        assert!(!room.take(600) && room.take(500));
        assert_eq!(lost(&counters), [("budget", 2)]);
    }

    #[test]
    fn each_loss_has_its_reason() {
        let (room, budget, counters) = room(2, 4_000);
        assert!(room.take(1) && room.take(1) && !room.take(1));
        room.close();
        assert!(!room.take(1));
        room.abandon();
        assert_eq!(room.give_back(2), 0, "they are lost already");
        assert_eq!(lost(&counters), [("queue_full", 1), ("shutdown", 3)]);
        assert_eq!(budget.used(), 0);
    }

    #[test]
    fn all_of_a_value_counts() {
        let map = AnyValue::Map(Box::new([("key".into(), AnyValue::Int(1))].into()));
        let list = AnyValue::ListAny(Box::new(vec![AnyValue::from("text"), map]));
        let member = size_of::<(opentelemetry::Key, AnyValue)>();
        assert_eq!(size_of_value(&list), 2 * size_of::<AnyValue>() + 4 + member + 3);
        assert_eq!(size_of_value(&AnyValue::Bytes(Box::new(vec![0; 9]))), 9);
        assert_eq!(size_of_value(&AnyValue::Double(1.0)), 0);
    }
}

//! The SDK's providers of metrics and logs, with our exporters.

use std::sync::Arc;

use opentelemetry::metrics::MeterProvider as _;
use opentelemetry_sdk::{
    logs::SdkLoggerProvider,
    metrics::{PeriodicReader, SdkMeterProvider, exporter::PushMetricExporter},
};

use super::{
    exchange_metrics,
    exporter::{Courier, OtlpLogs, OtlpMetrics},
    log_queue::{LogQueue, Room},
    settings::{Exporter, Settings},
    source,
    stats::Counters,
    transport::{self, ConsoleMetrics, Signal},
    watch::{Watch, WatchedLogs},
};
use crate::exchange::Budget;

/// Metrics, our own among them. `courier` is there if any signal leaves by OTLP.
pub(super) fn meters(
    settings: &Settings,
    courier: Option<&Courier>,
    counters: &Arc<Counters>,
) -> SdkMeterProvider {
    let identity = &settings.identity;
    let meters = SdkMeterProvider::builder().with_resource(identity.resource.clone());
    let meters = match (settings.metrics, courier) {
        (Exporter::Otlp, Some(courier)) => {
            let exporter = OtlpMetrics::new(courier.clone(), identity.key_attribute());
            meters.with_reader(reader(exporter, settings))
        }
        (Exporter::Console, _) => meters.with_reader(reader(ConsoleMetrics, settings)),
        _ => meters,
    }
    .build();
    exchange_metrics::register(&meters.meter_with_scope(source::scope()), counters);
    meters
}

/// Logs, and the room that records take. `courier` is there if any signal leaves by OTLP.
pub(super) fn loggers(
    settings: &Settings,
    courier: Option<&Courier>,
    budget: &Arc<Budget>,
    counters: &Arc<Counters>,
    watch: &Watch,
) -> (SdkLoggerProvider, Arc<Room>) {
    let identity = &settings.identity;
    let room = Room::new(settings.records.queue, budget, counters);
    let loggers = SdkLoggerProvider::builder()
        .with_resource(identity.resource.clone())
        .with_log_processor(WatchedLogs(watch.clone()));
    let loggers = match (settings.logs, courier) {
        (Exporter::Otlp, Some(courier)) => {
            let exporter = OtlpLogs::new(courier.clone(), identity.for_wire());
            let journal = Arc::clone(&courier.journal);
            let lost = move || journal.lost(Signal::Logs);
            let queue = LogQueue::new(exporter, settings.records, Arc::clone(&room), lost);
            loggers.with_log_processor(queue)
        }
        (Exporter::Console, _) => {
            let exporter = transport::console_logs();
            let queue = LogQueue::new(exporter, settings.records, Arc::clone(&room), || 0);
            loggers.with_log_processor(queue)
        }
        _ => loggers,
    };
    (loggers.build(), room)
}

fn reader<E: PushMetricExporter>(exporter: E, settings: &Settings) -> PeriodicReader<E> {
    PeriodicReader::builder(exporter).with_interval(settings.metric_interval).build()
}

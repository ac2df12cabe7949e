//! The SDK's providers of metrics and logs, with our exporters.

use std::sync::Arc;

use opentelemetry::metrics::MeterProvider as _;
use opentelemetry_sdk::{
    logs::{BatchConfigBuilder, BatchLogProcessor, LogExporter, SdkLoggerProvider},
    metrics::{PeriodicReader, SdkMeterProvider, exporter::PushMetricExporter},
};

use super::{
    exchange_metrics,
    exporter::{Courier, OtlpLogs, OtlpMetrics},
    settings::{Exporter, Settings},
    source,
    stats::Counters,
    transport::{self, ConsoleMetrics},
};

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

/// Logs. `courier` is there if any signal leaves by OTLP.
pub(super) fn loggers(settings: &Settings, courier: Option<&Courier>) -> SdkLoggerProvider {
    let identity = &settings.identity;
    let loggers = SdkLoggerProvider::builder().with_resource(identity.resource.clone());
    match (settings.logs, courier) {
        (Exporter::Otlp, Some(courier)) => {
            let exporter = OtlpLogs::new(courier.clone(), identity.for_wire());
            loggers.with_log_processor(processor(exporter, settings))
        }
        (Exporter::Console, _) => {
            loggers.with_log_processor(processor(transport::console_logs(), settings))
        }
        _ => loggers,
    }
    .build()
}

fn reader<E: PushMetricExporter>(exporter: E, settings: &Settings) -> PeriodicReader<E> {
    PeriodicReader::builder(exporter).with_interval(settings.metric_interval).build()
}

/// With every size stated: the SDK would take a queue of no size from the environment.
fn processor<E: LogExporter + 'static>(exporter: E, settings: &Settings) -> BatchLogProcessor {
    let config = BatchConfigBuilder::default()
        .with_max_queue_size(settings.records.queue)
        .with_max_export_batch_size(settings.records.batch)
        .with_scheduled_delay(settings.records.delay)
        .build();
    BatchLogProcessor::builder(exporter).with_batch_config(config).build()
}

use std::sync::Arc;

use opentelemetry::{KeyValue, metrics::Meter};

use super::stats::{Counters, DropReason, LogDropReason, ShedReason};
use crate::semconv;

/// Registers the library's own metrics: what was lost, by reason.
///
/// # Cardinality
/// One attribute, `reason`, with fewer than ten values.
pub(crate) fn register(meter: &Meter, counters: &Arc<Counters>) {
    let dropped = Arc::clone(counters);
    meter
        .u64_observable_counter(semconv::METRIC_EXCHANGES_DROPPED)
        .with_unit("{exchange}")
        .with_description("Exchanges that were recorded and could not be exported.")
        .with_callback(move |observer| {
            for reason in DropReason::ALL {
                let attributes = [KeyValue::new(semconv::METRIC_REASON, reason.name())];
                observer.observe(dropped.dropped(*reason), &attributes);
            }
        })
        .build();
    let shed = Arc::clone(counters);
    meter
        .u64_observable_counter(semconv::METRIC_BODIES_SHED)
        .with_unit("{body}")
        .with_description("Captured bodies that were given up to save memory or time.")
        .with_callback(move |observer| {
            for reason in ShedReason::ALL {
                let attributes = [KeyValue::new(semconv::METRIC_REASON, reason.name())];
                observer.observe(shed.shed_so_far(*reason), &attributes);
            }
        })
        .build();
    let lost = Arc::clone(counters);
    meter
        .u64_observable_counter(semconv::METRIC_LOG_RECORDS_DROPPED)
        .with_unit("{log_record}")
        .with_description("Log records that were emitted and could not be exported.")
        .with_callback(move |observer| {
            for reason in LogDropReason::ALL {
                let attributes = [KeyValue::new(semconv::METRIC_REASON, reason.name())];
                observer.observe(lost.logs_dropped(*reason), &attributes);
            }
        })
        .build();
}

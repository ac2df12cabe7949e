use std::{
    future::{Future, poll_fn},
    pin::pin,
    time::Duration,
};

use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    logs::{LogBatch, LogExporter},
    metrics::{Temporality, data::ResourceMetrics, exporter::PushMetricExporter},
};
use tokio::runtime::Handle;

/// An exporter whose work is polled inside our runtime, whoever's thread asks for it.
///
/// The SDK drives metric and log exporters from plain threads, where tonic and its timers find no
/// runtime and would panic.
#[derive(Debug)]
pub(crate) struct OnRuntime<E> {
    exporter: E,
    runtime: Handle,
}

impl<E> OnRuntime<E> {
    pub(crate) fn new(exporter: E, runtime: &Handle) -> Self {
        Self { exporter, runtime: runtime.clone() }
    }

    async fn inside<F: Future>(&self, work: F) -> F::Output {
        let mut work = pin!(work);
        poll_fn(|cx| {
            let _inside = self.runtime.enter();
            work.as_mut().poll(cx)
        })
        .await
    }
}

impl<E: LogExporter> LogExporter for OnRuntime<E> {
    async fn export(&self, batch: LogBatch<'_>) -> OTelSdkResult {
        self.inside(self.exporter.export(batch)).await
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

impl<E: PushMetricExporter> PushMetricExporter for OnRuntime<E> {
    async fn export(&self, metrics: &ResourceMetrics) -> OTelSdkResult {
        self.inside(self.exporter.export(metrics)).await
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.exporter.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn temporality(&self) -> Temporality {
        self.exporter.temporality()
    }
}

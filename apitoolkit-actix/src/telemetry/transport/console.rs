use std::{
    future::ready,
    io::{self, Write as _},
    time::Duration,
};

use bytes::Bytes;
use opentelemetry_proto::{
    tonic::collector::{
        logs::v1::ExportLogsServiceRequest, metrics::v1::ExportMetricsServiceRequest,
        trace::v1::ExportTraceServiceRequest,
    },
    transform::{
        common::tonic::ResourceAttributesWithSchema, logs::tonic::group_logs_by_resource_and_scope,
    },
};
use opentelemetry_sdk::{
    Resource,
    error::{OTelSdkError, OTelSdkResult},
    logs::{LogBatch, LogExporter},
    metrics::{Temporality, data::ResourceMetrics, exporter::PushMetricExporter},
};
use prost::Message as _;
use serde::Serialize;

use super::{Failure, Receipt, Sending, Signal, Transport};

/// Writes what would be sent to standard output, one OTLP/JSON object a line, as the
/// specification's file exporter does.
#[derive(Debug)]
pub(crate) struct Console;

/// The same for logs, which come without their resource.
#[derive(Debug, Default)]
pub(super) struct ConsoleLogs {
    resource: ResourceAttributesWithSchema,
}

fn write_line(message: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    io::stdout().lock().write_all(&line)
}

fn result(written: io::Result<()>) -> OTelSdkResult {
    written.map_err(|error| OTelSdkError::InternalFailure(error.to_string()))
}

impl Transport for Console {
    /// Only traces come this way: the SDK hands metrics and logs over unencoded.
    fn send(&self, _signal: Signal, request: Bytes) -> Sending<'_> {
        let written = ExportTraceServiceRequest::decode(request)
            .map_err(io::Error::other)
            .and_then(|message| write_line(&message))
            .map(|()| Receipt::default())
            .map_err(|error| Failure::of_output(&error));
        Box::pin(ready(written))
    }
}

impl PushMetricExporter for Console {
    async fn export(&self, metrics: &ResourceMetrics) -> OTelSdkResult {
        result(write_line(&ExportMetricsServiceRequest::from(metrics)))
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _timeout: Duration) -> OTelSdkResult {
        Ok(())
    }

    fn temporality(&self) -> Temporality {
        Temporality::Cumulative
    }
}

impl LogExporter for ConsoleLogs {
    async fn export(&self, batch: LogBatch<'_>) -> OTelSdkResult {
        let resource_logs = group_logs_by_resource_and_scope(&batch, &self.resource);
        result(write_line(&ExportLogsServiceRequest { resource_logs }))
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.resource = resource.into();
    }
}

//! The wire: one connection that traces, metrics and logs share.

mod console;
mod failure;
mod grpc;
#[cfg(feature = "http")]
mod http;
#[cfg(not(feature = "http"))]
#[path = "http_off.rs"]
mod http;
mod on_runtime;

use std::{fmt, future::Future, pin::Pin};

use bytes::Bytes;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use opentelemetry_sdk::logs::LogExporter;

pub(crate) use failure::Failure;
pub(crate) use on_runtime::OnRuntime;

use super::{Protocol, settings::Wire};
use crate::error::ConfigError;

/// What a receiver said of a request it took.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Receipt {
    /// Spans it refused all the same (OTLP's partial success); they are not to be sent again.
    pub(crate) rejected: u64,
    pub(crate) message: String,
}

pub(crate) type Sending<'t> = Pin<Box<dyn Future<Output = Result<Receipt, Failure>> + Send + 't>>;

/// Sends traces. One attempt; retries are the caller's.
pub(crate) trait Transport: fmt::Debug + Send + Sync {
    /// Sends an encoded `ExportTraceServiceRequest`.
    fn send(&self, request: Bytes) -> Sending<'_>;
}

impl From<ExportTraceServiceResponse> for Receipt {
    fn from(response: ExportTraceServiceResponse) -> Self {
        let partial = response.partial_success.unwrap_or_default();
        Self {
            rejected: u64::try_from(partial.rejected_spans).unwrap_or(0),
            message: partial.error_message,
        }
    }
}

/// The exporters of one wire.
#[derive(Debug)]
pub(crate) struct Exporters {
    pub(crate) traces: Box<dyn Transport>,
    pub(crate) metrics: opentelemetry_otlp::MetricExporter,
    pub(crate) logs: opentelemetry_otlp::LogExporter,
}

/// Opens the wire; nothing connects before the first request.
///
/// Must be called inside the runtime that is to drive it.
pub(crate) fn open(wire: &Wire) -> Result<Exporters, ConfigError> {
    match wire.protocol {
        Protocol::Grpc => grpc::open(wire),
        Protocol::HttpProtobuf => http::open(wire),
    }
}

/// Traces as OTLP/JSON lines on standard output.
pub(crate) fn console_traces() -> Box<dyn Transport> {
    Box::new(console::Console)
}

/// Metrics as OTLP/JSON lines on standard output.
pub(crate) use console::Console as ConsoleMetrics;

/// Logs as OTLP/JSON lines on standard output.
pub(crate) fn console_logs() -> impl LogExporter {
    console::ConsoleLogs::default()
}

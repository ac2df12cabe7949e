//! Getting encoded requests to a receiver, by whichever protocol.

mod console;
mod failure;
mod grpc;
#[cfg(feature = "http")]
mod http;
#[cfg(not(feature = "http"))]
#[path = "http_off.rs"]
mod http;
mod mask;
mod nowhere;

use std::{fmt, future::Future, pin::Pin, sync::Arc};

use bytes::Bytes;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use opentelemetry_sdk::logs::LogExporter;

pub(crate) use failure::Failure;
pub(crate) use mask::Mask;

use super::{Protocol, settings::Wire};
use crate::error::ConfigError;

/// What a request carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    Traces,
    Metrics,
    Logs,
}

impl Signal {
    pub(crate) const ALL: [Self; 3] = [Self::Traces, Self::Metrics, Self::Logs];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Traces => "traces",
            Self::Metrics => "metrics",
            Self::Logs => "logs",
        }
    }

    /// What is counted of it.
    pub(crate) fn items(self) -> &'static str {
        match self {
            Self::Traces => "spans",
            Self::Metrics => "metrics",
            Self::Logs => "log records",
        }
    }
}

/// What a receiver said of a request it took.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Receipt {
    /// Items it refused all the same (OTLP's partial success); they are not to be sent again.
    pub(crate) rejected: u64,
    pub(crate) message: String,
}

pub(crate) type Sending<'t> = Pin<Box<dyn Future<Output = Result<Receipt, Failure>> + Send + 't>>;

/// Sends encoded export requests. One attempt, without a time limit; both are the caller's.
pub(crate) trait Transport: fmt::Debug + Send + Sync {
    /// Sends an encoded `Export…ServiceRequest`. Polled on our runtime only.
    fn send(&self, signal: Signal, request: Bytes) -> Sending<'_>;
}

/// The answers of the three services are the same on the wire, save for the names of their fields.
type ExportResponse = ExportTraceServiceResponse;

impl From<ExportResponse> for Receipt {
    fn from(response: ExportResponse) -> Self {
        let partial = response.partial_success.unwrap_or_default();
        Self {
            rejected: u64::try_from(partial.rejected_spans).unwrap_or(0),
            message: partial.error_message,
        }
    }
}

/// Opens the wire; nothing connects before the first request.
///
/// What a receiver says passes through `mask`, so that no credential it repeats gets any further.
///
/// Must be called inside the runtime that is to drive it.
pub(crate) fn open(wire: &Wire, mask: Mask) -> Result<Arc<dyn Transport>, ConfigError> {
    match wire.protocol {
        Protocol::Grpc => Ok(Arc::new(mask::Masked::new(grpc::open(wire)?, mask))),
        Protocol::HttpProtobuf => Ok(Arc::new(mask::Masked::new(http::open(wire)?, mask))),
    }
}

/// Traces as OTLP/JSON lines on standard output.
pub(crate) fn console_traces() -> Arc<dyn Transport> {
    Arc::new(console::Console)
}

/// Takes everything, and sends nothing: what the explorer shows was seen before.
pub(crate) fn nowhere() -> Arc<dyn Transport> {
    Arc::new(nowhere::Nowhere)
}

/// Metrics as OTLP/JSON lines on standard output.
pub(crate) use console::Console as ConsoleMetrics;

/// Logs as OTLP/JSON lines on standard output.
pub(crate) fn console_logs() -> impl LogExporter {
    console::ConsoleLogs::default()
}

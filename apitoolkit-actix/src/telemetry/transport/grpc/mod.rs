use std::time::Duration;

use bytes::Bytes;
use tonic::{
    Request, Status,
    client::Grpc,
    codegen::http::uri::PathAndQuery,
    metadata::MetadataMap,
    transport::{Channel, Endpoint},
};

use super::{Failure, Receipt, Sending, Signal, Transport};
use crate::{
    error::ConfigError,
    telemetry::settings::{Compression, Wire},
};

mod codec;
#[cfg(feature = "gzip")]
mod compression;
#[cfg(not(feature = "gzip"))]
#[path = "compression_off.rs"]
mod compression;
#[cfg(feature = "tls")]
mod tls;
#[cfg(not(feature = "tls"))]
#[path = "tls_off.rs"]
mod tls;

/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How often a quiet connection is probed while a request is under way, so that one that died
/// without a word is noticed. Servers punish clients that probe more often.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

/// The methods of the OTLP specification's services.
const TRACES: PathAndQuery =
    PathAndQuery::from_static("/opentelemetry.proto.collector.trace.v1.TraceService/Export");
const METRICS: PathAndQuery =
    PathAndQuery::from_static("/opentelemetry.proto.collector.metrics.v1.MetricsService/Export");
const LOGS: PathAndQuery =
    PathAndQuery::from_static("/opentelemetry.proto.collector.logs.v1.LogsService/Export");

/// OTLP over gRPC.
#[derive(Debug)]
pub(super) struct GrpcTransport {
    client: Grpc<Channel>,
    metadata: MetadataMap,
}

pub(super) fn open(wire: &Wire) -> Result<GrpcTransport, ConfigError> {
    let mut client = Grpc::new(channel(wire)?);
    if wire.compression == Some(Compression::Gzip) {
        client = compression::compressed(client);
    }
    Ok(GrpcTransport { client, metadata: MetadataMap::from_headers(wire.headers.clone()) })
}

fn channel(wire: &Wire) -> Result<Channel, ConfigError> {
    let wrong = |error: tonic::transport::Error| {
        ConfigError::option("endpoint", wire.endpoint.to_string(), error.to_string())
    };
    let endpoint = Endpoint::from_shared(wire.endpoint.to_string())
        .map_err(wrong)?
        .user_agent(concat!("apitoolkit-actix/", env!("CARGO_PKG_VERSION")))
        .map_err(wrong)?
        .connect_timeout(CONNECT_TIMEOUT.min(wire.timeout))
        .http2_keep_alive_interval(KEEP_ALIVE)
        .keep_alive_timeout(wire.timeout);
    let endpoint =
        if wire.endpoint.is_https() { tls::secured(endpoint).map_err(wrong)? } else { endpoint };
    Ok(endpoint.connect_lazy())
}

impl GrpcTransport {
    async fn export(&self, signal: Signal, body: Bytes) -> Result<Receipt, Status> {
        let mut client = self.client.clone();
        client.ready().await.map_err(|error| Status::from_error(error.into()))?;
        let mut request = Request::new(body);
        *request.metadata_mut() = self.metadata.clone();
        let method = match signal {
            Signal::Traces => TRACES,
            Signal::Metrics => METRICS,
            Signal::Logs => LOGS,
        };
        let response = client.unary(request, method, codec::Encoded).await?;
        Ok(response.into_inner().into())
    }
}

impl Transport for GrpcTransport {
    fn send(&self, signal: Signal, request: Bytes) -> Sending<'_> {
        Box::pin(async move {
            self.export(signal, request).await.map_err(|status| Failure::of_grpc(&status))
        })
    }
}

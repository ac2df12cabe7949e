use std::time::Duration;

use bytes::Bytes;
use opentelemetry_otlp::{WithExportConfig as _, WithTonicConfig as _};
use tonic::{
    Request, Status,
    client::Grpc,
    codegen::http::uri::PathAndQuery,
    metadata::MetadataMap,
    transport::{Channel, Endpoint},
};

use super::{Exporters, Failure, Sending, Transport};
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
/// How often a quiet connection is probed, so that one that died without a word is noticed.
const KEEP_ALIVE: Duration = Duration::from_secs(20);
/// The method of the OTLP specification's `TraceService`.
const EXPORT: PathAndQuery =
    PathAndQuery::from_static("/opentelemetry.proto.collector.trace.v1.TraceService/Export");

/// OTLP over gRPC.
#[derive(Debug)]
struct GrpcTransport {
    client: Grpc<Channel>,
    metadata: MetadataMap,
    port: Option<u16>,
}

pub(super) fn open(wire: &Wire) -> Result<Exporters, ConfigError> {
    let channel = channel(wire)?;
    let metadata = MetadataMap::from_headers(wire.headers.clone());
    let mut client = Grpc::new(channel.clone());
    if wire.compression == Some(Compression::Gzip) {
        client = compression::compressed(client);
    }
    let unbuildable = |error: opentelemetry_otlp::ExporterBuildError| {
        ConfigError::option("endpoint", wire.endpoint.to_string(), error.to_string())
    };
    let metrics = opentelemetry_otlp::MetricExporter::builder()
        .with_tonic()
        .with_channel(channel.clone())
        .with_metadata(metadata.clone())
        .with_timeout(wire.timeout)
        .build()
        .map_err(unbuildable)?;
    let logs = opentelemetry_otlp::LogExporter::builder()
        .with_tonic()
        .with_channel(channel)
        .with_metadata(metadata.clone())
        .with_timeout(wire.timeout)
        .build()
        .map_err(unbuildable)?;
    let traces = Box::new(GrpcTransport { client, metadata, port: wire.endpoint.port() });
    Ok(Exporters { traces, metrics, logs })
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
        .timeout(wire.timeout)
        .http2_keep_alive_interval(KEEP_ALIVE)
        .keep_alive_timeout(wire.timeout);
    let endpoint =
        if wire.endpoint.is_https() { tls::secured(endpoint).map_err(wrong)? } else { endpoint };
    Ok(endpoint.connect_lazy())
}

impl GrpcTransport {
    async fn export(&self, body: Bytes) -> Result<super::Receipt, Status> {
        let mut client = self.client.clone();
        client.ready().await.map_err(|error| Status::from_error(error.into()))?;
        let mut request = Request::new(body);
        *request.metadata_mut() = self.metadata.clone();
        let response = client.unary(request, EXPORT, codec::Encoded).await?;
        Ok(response.into_inner().into())
    }
}

impl Transport for GrpcTransport {
    fn send(&self, request: Bytes) -> Sending<'_> {
        Box::pin(async move {
            self.export(request).await.map_err(|status| Failure::of_grpc(&status, self.port))
        })
    }
}

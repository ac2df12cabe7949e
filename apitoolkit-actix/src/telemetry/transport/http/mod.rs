use std::{collections::HashMap, io::Write as _, sync::Arc};

use bytes::Bytes;
use flate2::{Compression as Level, write::GzEncoder};
use http::{Request, Response, header};
use opentelemetry_http::HttpClient;
use opentelemetry_otlp::{WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message as _;

use super::{Exporters, Failure, Receipt, Sending, Transport};
use crate::{
    error::ConfigError,
    telemetry::settings::{Compression, Wire},
};

#[cfg(not(feature = "tls"))]
#[path = "connector_plain.rs"]
mod connector;
#[cfg(feature = "tls")]
mod connector;

/// OTLP over HTTP with protobuf bodies.
#[derive(Debug)]
struct HttpTransport {
    client: Arc<dyn HttpClient>,
    url: String,
    headers: http::HeaderMap,
    gzip: bool,
    port: Option<u16>,
}

pub(super) fn open(wire: &Wire) -> Result<Exporters, ConfigError> {
    let client = connector::client(wire.timeout)?;
    let headers: HashMap<String, String> = wire
        .headers
        .iter()
        .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
        .collect();
    let unbuildable = |error: opentelemetry_otlp::ExporterBuildError| {
        ConfigError::option("endpoint", wire.endpoint.to_string(), error.to_string())
    };
    let metrics = opentelemetry_otlp::MetricExporter::builder()
        .with_http()
        .with_shared_http_client(Arc::clone(&client))
        .with_endpoint(wire.endpoint.signal_url("/v1/metrics"))
        .with_headers(headers.clone())
        .with_timeout(wire.timeout)
        .build()
        .map_err(unbuildable)?;
    let logs = opentelemetry_otlp::LogExporter::builder()
        .with_http()
        .with_shared_http_client(Arc::clone(&client))
        .with_endpoint(wire.endpoint.signal_url("/v1/logs"))
        .with_headers(headers)
        .with_timeout(wire.timeout)
        .build()
        .map_err(unbuildable)?;
    let traces = Box::new(HttpTransport {
        client,
        url: wire.endpoint.signal_url("/v1/traces"),
        headers: wire.headers.clone(),
        gzip: wire.compression == Some(Compression::Gzip),
        port: wire.endpoint.port(),
    });
    Ok(Exporters { traces, metrics, logs })
}

impl HttpTransport {
    fn request(&self, body: Bytes) -> Result<Request<Bytes>, http::Error> {
        let body = if self.gzip { compressed(&body) } else { body };
        let mut request = Request::post(&self.url)
            .header(header::CONTENT_TYPE, "application/x-protobuf")
            .header(header::USER_AGENT, concat!("apitoolkit-actix/", env!("CARGO_PKG_VERSION")))
            .body(body)?;
        if self.gzip {
            let gzip = header::HeaderValue::from_static("gzip");
            request.headers_mut().insert(header::CONTENT_ENCODING, gzip);
        }
        request.headers_mut().extend(self.headers.clone());
        Ok(request)
    }

    fn receipt(&self, response: Response<Bytes>) -> Result<Receipt, Failure> {
        let status = response.status();
        if status.is_success() {
            // An answer that is no protobuf came from something that is no OTLP receiver, but the
            // status says that the spans were taken.
            let answer = ExportTraceServiceResponse::decode(response.into_body());
            return Ok(answer.unwrap_or_default().into());
        }
        let retry_after = response.headers().get(header::RETRY_AFTER).and_then(|v| v.to_str().ok());
        Err(Failure::of_http(status.as_u16(), retry_after, self.port))
    }
}

impl Transport for HttpTransport {
    fn send(&self, body: Bytes) -> Sending<'_> {
        Box::pin(async move {
            let request =
                self.request(body).map_err(|error| Failure::of_connection(&error, self.port))?;
            match self.client.send_bytes(request).await {
                Ok(response) => self.receipt(response),
                Err(error) => Err(Failure::of_connection(&*error, self.port)),
            }
        })
    }
}

/// Writing into memory cannot fail; if it did, what is there would be refused and counted.
fn compressed(body: &Bytes) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Level::fast());
    let _ = encoder.write_all(body);
    encoder.finish().unwrap_or_default().into()
}

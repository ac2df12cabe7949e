use std::{io::Write as _, sync::Arc};

use bytes::Bytes;
use flate2::{Compression as Level, write::GzEncoder};
use http::{Request, Response, header};
use opentelemetry_http::HttpClient;
use prost::Message as _;

use super::{ExportResponse, Failure, Receipt, Sending, Signal, Transport};
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
pub(super) struct HttpTransport {
    client: Arc<dyn HttpClient>,
    traces: String,
    metrics: String,
    logs: String,
    headers: http::HeaderMap,
    gzip: bool,
    port: Option<u16>,
}

pub(super) fn open(wire: &Wire) -> Result<HttpTransport, ConfigError> {
    Ok(HttpTransport {
        // Who asks for a request limits its time; the client's own limit is only a net below.
        client: connector::client(wire.timeout * 2)?,
        traces: wire.endpoint.signal_url("/v1/traces"),
        metrics: wire.endpoint.signal_url("/v1/metrics"),
        logs: wire.endpoint.signal_url("/v1/logs"),
        headers: wire.headers.clone(),
        gzip: wire.compression == Some(Compression::Gzip),
        port: wire.endpoint.port(),
    })
}

impl HttpTransport {
    fn request(&self, signal: Signal, body: Bytes) -> Result<Request<Bytes>, http::Error> {
        let body = if self.gzip { compressed(&body) } else { body };
        let url = match signal {
            Signal::Traces => &self.traces,
            Signal::Metrics => &self.metrics,
            Signal::Logs => &self.logs,
        };
        let mut request = Request::post(url)
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
            // status says that the items were taken.
            let answer = ExportResponse::decode(response.into_body());
            return Ok(answer.unwrap_or_default().into());
        }
        let retry_after = response.headers().get(header::RETRY_AFTER).and_then(|v| v.to_str().ok());
        Err(Failure::of_http(status.as_u16(), retry_after, self.port))
    }
}

impl Transport for HttpTransport {
    fn send(&self, signal: Signal, body: Bytes) -> Sending<'_> {
        Box::pin(async move {
            let request =
                self.request(signal, body).map_err(|error| Failure::of_connection(&error))?;
            match self.client.send_bytes(request).await {
                Ok(response) => self.receipt(response),
                Err(error) => Err(Failure::of_connection(&*error)),
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

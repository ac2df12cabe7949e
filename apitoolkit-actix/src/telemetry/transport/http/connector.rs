use std::{sync::Arc, time::Duration};

use hyper_rustls::HttpsConnectorBuilder;
use opentelemetry_http::{HttpClient, hyper::HyperClient};
use rustls::crypto::ring;

use crate::error::ConfigError;

/// A client for `http` and `https`, with the operating system's roots.
pub(super) fn client(timeout: Duration) -> Result<Arc<dyn HttpClient>, ConfigError> {
    let connector = HttpsConnectorBuilder::new()
        .with_provider_and_native_roots(ring::default_provider())
        .map_err(ConfigError::Thread)?
        .https_or_http()
        .enable_http1()
        .build();
    Ok(Arc::new(HyperClient::new(connector, timeout, None)))
}

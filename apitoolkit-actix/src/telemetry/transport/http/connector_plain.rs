use std::{sync::Arc, time::Duration};

use opentelemetry_http::{HttpClient, hyper::HyperClient};

use crate::error::ConfigError;

/// A client for `http` alone: without the feature `tls` an `https` endpoint is refused earlier.
pub(super) fn client(timeout: Duration) -> Result<Arc<dyn HttpClient>, ConfigError> {
    Ok(Arc::new(HyperClient::with_default_connector(timeout, None)))
}

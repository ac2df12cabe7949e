use tonic::transport::{ClientTlsConfig, Endpoint, Error};

pub(super) fn secured(endpoint: Endpoint) -> Result<Endpoint, Error> {
    endpoint.tls_config(ClientTlsConfig::new().with_native_roots())
}

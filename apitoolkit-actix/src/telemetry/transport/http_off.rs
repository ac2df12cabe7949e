use bytes::Bytes;

use super::{Sending, Signal, Transport};
use crate::{error::ConfigError, telemetry::settings::Wire};

/// What there is none of without the feature `http`.
#[derive(Debug)]
pub(super) enum HttpTransport {}

pub(super) fn open(wire: &Wire) -> Result<HttpTransport, ConfigError> {
    Err(ConfigError::option(
        "protocol",
        wire.protocol.name(),
        "needs the cargo feature `http` of apitoolkit-actix",
    ))
}

impl Transport for HttpTransport {
    fn send(&self, _signal: Signal, _request: Bytes) -> Sending<'_> {
        match *self {}
    }
}

use super::Exporters;
use crate::{error::ConfigError, telemetry::settings::Wire};

pub(super) fn open(wire: &Wire) -> Result<Exporters, ConfigError> {
    Err(ConfigError::option(
        "protocol",
        wire.protocol.name(),
        "needs the cargo feature `http` of apitoolkit-actix",
    ))
}

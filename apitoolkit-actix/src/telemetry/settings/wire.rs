use std::{fmt, time::Duration};

use opentelemetry_otlp::{
    OTEL_EXPORTER_OTLP_COMPRESSION, OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS,
    OTEL_EXPORTER_OTLP_INSECURE, OTEL_EXPORTER_OTLP_PROTOCOL, OTEL_EXPORTER_OTLP_TIMEOUT,
};
use tonic::codegen::http::{HeaderMap, HeaderName, HeaderValue};

use super::parse;
use crate::{
    env::Env,
    error::ConfigError,
    telemetry::{Protocol, TelemetryBuilder, endpoint::Endpoint},
};

/// How what is sent is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compression {
    /// gzip; needs the cargo feature `gzip`.
    Gzip,
}

/// Everything about the connection to a receiver.
pub(crate) struct Wire {
    pub(crate) protocol: Protocol,
    pub(crate) endpoint: Endpoint,
    pub(crate) headers: HeaderMap,
    pub(crate) timeout: Duration,
    pub(crate) compression: Option<Compression>,
}

/// Header values are credentials: only their names are shown.
impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire")
            .field("protocol", &self.protocol)
            .field("endpoint", &self.endpoint)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("timeout", &self.timeout)
            .field("compression", &self.compression)
            .finish()
    }
}

/// The specification's default for `OTEL_EXPORTER_OTLP_TIMEOUT`.
const TIMEOUT: Duration = Duration::from_secs(10);

pub(super) fn resolve(
    builder: &TelemetryBuilder,
    api_key: Option<&str>,
    env: &mut Env,
) -> Result<Wire, ConfigError> {
    let protocol = builder
        .protocol
        .or_else(|| env.parse(&[OTEL_EXPORTER_OTLP_PROTOCOL], parse::protocol))
        .unwrap_or_default();
    let endpoint = endpoint(builder, protocol, env)?;
    let compression = builder
        .compression
        .map(Some)
        .or_else(|| env.parse(&[OTEL_EXPORTER_OTLP_COMPRESSION], parse::compression))
        .flatten();
    if compression.is_some() && !cfg!(feature = "gzip") {
        return Err(ConfigError::option(
            "compression",
            "gzip",
            "needs the cargo feature `gzip` of apitoolkit-actix",
        ));
    }
    let timeout = parse::duration(builder.timeout, "timeout")?
        .or_else(|| env.millis(&[OTEL_EXPORTER_OTLP_TIMEOUT]))
        .unwrap_or(TIMEOUT);
    let headers = headers(builder, api_key, env)?;
    Ok(Wire { protocol, endpoint, headers, timeout, compression })
}

/// An endpoint that cannot be used is an error also when the environment gives it: what was
/// recorded would else go to a receiver that nobody named.
fn endpoint(
    builder: &TelemetryBuilder,
    protocol: Protocol,
    env: &mut Env,
) -> Result<Endpoint, ConfigError> {
    let insecure = env.flag(OTEL_EXPORTER_OTLP_INSECURE);
    let mut notes = Vec::new();
    let endpoint = match (&builder.endpoint, env.text(OTEL_EXPORTER_OTLP_ENDPOINT)) {
        (Some(given), _) => Endpoint::parse("endpoint", given, protocol, insecure, &mut notes)?,
        (None, Some(given)) => {
            let name = OTEL_EXPORTER_OTLP_ENDPOINT;
            Endpoint::parse(name, &given, protocol, insecure, &mut notes)?
        }
        (None, None) => Endpoint::default_for(protocol),
    };
    notes.into_iter().for_each(|note| env.warn(note));
    Ok(endpoint)
}

/// Headers of the environment, then the builder's, then the API key; later ones replace.
fn headers(
    builder: &TelemetryBuilder,
    api_key: Option<&str>,
    env: &mut Env,
) -> Result<HeaderMap, ConfigError> {
    let mut headers = HeaderMap::new();
    if let Some(text) = env.text(OTEL_EXPORTER_OTLP_HEADERS) {
        for (at, pair) in text.split(',').enumerate().filter(|(_, pair)| !pair.trim().is_empty()) {
            let parsed = pair
                .split_once('=')
                .and_then(|(name, value)| header(name, &parse::decoded(value)?));
            match parsed {
                Some((name, value)) => {
                    headers.insert(name, value);
                }
                // The text holds credentials: only the place is named.
                None => env.warn(format!(
                    "{OTEL_EXPORTER_OTLP_HEADERS}: entry {at} is not name=value and is ignored"
                )),
            }
        }
    }
    for (name, value) in &builder.headers {
        let (name, value) = header(name, value).ok_or_else(|| {
            let reason = "not a header: a name is a token, a value is visible ASCII, and what the \
                          protocol sets by itself cannot be set";
            ConfigError::option("header", name.clone(), reason)
        })?;
        headers.insert(name, value);
    }
    if let Some(key) = api_key.and_then(|key| header("x-api-key", key)) {
        headers.insert(key.0, key.1);
    }
    Ok(headers)
}

/// Headers that describe the message or the connection: another value would break the export.
const OF_THE_PROTOCOL: [&str; 8] = [
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "host",
    "te",
    "transfer-encoding",
    "upgrade",
];

fn header(name: &str, value: &str) -> Option<(HeaderName, HeaderValue)> {
    let name = HeaderName::from_bytes(name.trim().as_bytes()).ok()?;
    if OF_THE_PROTOCOL.contains(&name.as_str()) || name.as_str().starts_with("grpc-") {
        return None;
    }
    let mut value = HeaderValue::from_str(value.trim()).ok()?;
    value.set_sensitive(true);
    Some((name, value))
}

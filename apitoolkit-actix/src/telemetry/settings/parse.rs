//! Values of options and variables: what they may be, and in words what they may not.

use std::{ops::RangeInclusive, time::Duration};

use super::{Compression, Exporter, Propagation};
use crate::{env::Env, error::ConfigError, telemetry::Protocol};

pub(super) fn exporter(text: &str) -> Result<Exporter, String> {
    match text {
        "otlp" => Ok(Exporter::Otlp),
        "none" => Ok(Exporter::None),
        "console" => Ok(Exporter::Console),
        _ => Err("expected otlp, none or console".to_owned()),
    }
}

pub(super) fn protocol(text: &str) -> Result<Protocol, String> {
    match text {
        "grpc" => Ok(Protocol::Grpc),
        "http/protobuf" if cfg!(feature = "http") => Ok(Protocol::HttpProtobuf),
        "http/protobuf" => {
            Err("it needs the cargo feature `http` of apitoolkit-actix; grpc is used".to_owned())
        }
        _ => Err("expected grpc or http/protobuf".to_owned()),
    }
}

pub(super) fn compression(text: &str) -> Result<Option<Compression>, String> {
    match text {
        "none" => Ok(None),
        "gzip" if cfg!(feature = "gzip") => Ok(Some(Compression::Gzip)),
        "gzip" => Err("it needs the cargo feature `gzip` of apitoolkit-actix".to_owned()),
        _ => Err("expected gzip or none".to_owned()),
    }
}

pub(super) fn propagators(text: &str) -> Result<Propagation, String> {
    let mut found = Propagation { trace_context: false, baggage: false };
    for name in text.split(',').map(str::trim) {
        match name {
            "tracecontext" => found.trace_context = true,
            "baggage" => found.baggage = true,
            "none" => {}
            _ => {
                return Err(
                    "expected tracecontext, baggage or none, separated by commas".to_owned()
                );
            }
        }
    }
    Ok(found)
}

/// `key=value` pairs, percent-encoded; on an error the index of the entry that is none.
pub(super) fn attributes(text: &str) -> Result<Vec<(String, String)>, usize> {
    let entries = text.split(',').enumerate().filter(|(_, entry)| !entry.trim().is_empty());
    entries
        .map(|(at, entry)| {
            let (key, value) = entry.split_once('=').ok_or(at)?;
            let (key, value) = (decoded(key).ok_or(at)?, decoded(value).ok_or(at)?);
            if key.is_empty() { Err(at) } else { Ok((key, value)) }
        })
        .collect()
}

/// Trimmed and percent-decoded; absent when that is not UTF-8.
pub(super) fn decoded(text: &str) -> Option<String> {
    let decoded = percent_encoding::percent_decode_str(text.trim()).decode_utf8().ok()?;
    Some(decoded.into_owned())
}

pub(super) fn duration(
    given: Option<Duration>,
    option: &'static str,
) -> Result<Option<Duration>, ConfigError> {
    match given {
        Some(duration) if duration.is_zero() || duration > Env::LONGEST => {
            let reason = "expected more than 0 and at most an hour";
            Err(ConfigError::option(option, format!("{duration:?}"), reason))
        }
        _ => Ok(given),
    }
}

pub(super) fn within(
    given: Option<usize>,
    option: &'static str,
    range: RangeInclusive<usize>,
) -> Result<Option<usize>, ConfigError> {
    match given {
        Some(n) if !range.contains(&n) => {
            let reason = format!("expected {} to {}", range.start(), range.end());
            Err(ConfigError::option(option, n.to_string(), reason))
        }
        _ => Ok(given),
    }
}

/// Standard variables that mean something elsewhere and nothing here.
pub(super) fn warn_of_ignored(env: &mut Env) {
    for signal in ["TRACES", "METRICS", "LOGS"] {
        for what in ["ENDPOINT", "PROTOCOL", "HEADERS", "TIMEOUT", "COMPRESSION", "INSECURE"] {
            let name = format!("OTEL_EXPORTER_OTLP_{signal}_{what}");
            if env.text(&name).is_some() {
                env.warn(format!(
                    "{name} is ignored: all signals share one connection; set \
                     OTEL_EXPORTER_OTLP_{what}"
                ));
            }
        }
    }
}

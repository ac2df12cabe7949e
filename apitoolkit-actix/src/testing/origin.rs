//! Where a record comes from, and the conversions that all typed views share.

use std::{
    fmt::Write as _,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use opentelemetry_proto::tonic::{common::v1::InstrumentationScope, resource::v1::Resource};

use super::Attributes;

/// The instrumentation scope (library) that made a span, a metric or a log record.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Scope {
    /// The scope's name.
    pub name: String,
    /// The scope's version, empty if it has none.
    pub version: String,
    /// The scope's attributes.
    pub attributes: Attributes,
}

impl Scope {
    pub(super) fn from_proto(scope: Option<InstrumentationScope>) -> Self {
        let scope = scope.unwrap_or_default();
        Self {
            name: scope.name,
            version: scope.version,
            attributes: Attributes::from_proto(scope.attributes),
        }
    }
}

pub(super) fn resource(resource: Option<Resource>) -> Attributes {
    Attributes::from_proto(resource.unwrap_or_default().attributes)
}

pub(super) fn time(unix_nanos: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_nanos(unix_nanos)
}

/// Saturates far in the future, where no OTLP time can be either.
pub(super) fn unix_nanos(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a `String` cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

//! What can go wrong while the library is configured, started or stopped.
//!
//! Nothing here is ever returned to a request: on the request path a failure becomes a counter and
//! a rate-limited internal log line.

use std::{fmt, time::Duration};

/// Why a configuration was refused.
///
/// Every variant names the option (or environment variable), the value that was given and what is
/// wrong with it. Values that may hold credentials are never part of the message.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A redaction rule (JSONPath, header name …) that cannot be compiled.
    #[error(transparent)]
    Rule(#[from] RuleError),

    /// An option whose value is not one of those it accepts.
    #[error("{option} = {value:?}: {reason}")]
    #[non_exhaustive]
    Option {
        /// The option's name, as the builder's setter or the environment variable spells it.
        option: &'static str,
        /// The refused value; credentials in it are masked.
        value: String,
        /// What is wrong with it and what would be accepted.
        reason: String,
    },

    /// A second attempt to install the process-wide telemetry.
    #[error(
        "telemetry is already installed in this process: build one `Telemetry` before \
         `HttpServer::new`, or pass `install(false)` to keep this one private"
    )]
    AlreadyInstalled,

    /// The operating system refused a thread or a runtime for the exporter.
    #[error("cannot start the telemetry thread: {0}")]
    Thread(#[source] std::io::Error),
}

impl ConfigError {
    pub(crate) fn option(
        option: &'static str,
        value: impl Into<String>,
        reason: impl Into<String>,
    ) -> Self {
        Self::Option { option, value: value.into(), reason: reason.into() }
    }
}

/// A redaction rule that cannot be compiled: which option, which of its values, and where in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleError {
    option: &'static str,
    index: usize,
    value: String,
    offset: usize,
    reason: String,
}

impl RuleError {
    pub(crate) fn new(
        option: &'static str,
        index: usize,
        value: impl Into<String>,
        offset: usize,
        reason: impl Into<String>,
    ) -> Self {
        Self { option, index, value: value.into(), offset, reason: reason.into() }
    }

    /// The option that holds the rule, for example `redact_request_body`.
    #[must_use]
    pub fn option(&self) -> &'static str {
        self.option
    }

    /// The rule's position in the option's list, from 0.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// The rule as it was given.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Where in [`value`](Self::value) the mistake is, in bytes from 0.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// What is wrong there.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { option, index, value, offset, reason } = self;
        write!(f, "{option}[{index}] = {value:?}: {reason} (at byte {offset})")
    }
}

impl std::error::Error for RuleError {}

/// Everything that failed while telemetry was flushed or shut down.
///
/// All signals are tried before this is returned, so one failure never hides another.
#[derive(Debug)]
#[non_exhaustive]
pub struct ShutdownError {
    failures: Vec<(&'static str, String)>,
}

impl ShutdownError {
    pub(crate) fn from_failures(failures: Vec<(&'static str, String)>) -> Result<(), Self> {
        if failures.is_empty() { Ok(()) } else { Err(Self { failures }) }
    }

    /// Each part that failed (`exchanges`, `traces`, `metrics`, `logs`) and why, in words. In a
    /// process that was forked after the telemetry was built, the part is `process`.
    pub fn failures(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.failures.iter().map(|(part, why)| (*part, why.as_str()))
    }
}

impl fmt::Display for ShutdownError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("telemetry did not shut down cleanly: ")?;
        for (i, (part, why)) in self.failures.iter().enumerate() {
            if i > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{part}: {why}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ShutdownError {}

/// Why [`Telemetry::check`](crate::Telemetry::check) could not get a span through.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// Traces are not exported at all.
    #[error("traces are not exported: {0}")]
    Off(String),
    /// The receiver could not be reached, or it refused the span; the text says which and why.
    #[error("{0}")]
    Refused(String),
    /// Nothing was heard within the time allowed.
    #[error("no answer from {endpoint} within {} ms", .waited.as_millis())]
    #[non_exhaustive]
    TimedOut {
        /// The endpoint that was tried, without credentials.
        endpoint: String,
        /// How long was waited.
        waited: Duration,
    },
}

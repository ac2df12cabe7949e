//! See every API exchange of an Actix Web service, with secrets redacted before anything leaves
//! the process, over OpenTelemetry.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod config;
mod env;
mod error;
mod exchange;
mod middleware;
mod redact;
mod semconv;
mod telemetry;
#[cfg(feature = "testing")]
pub mod testing;

pub use config::{Convention, TrustInbound};
pub use error::{CheckError, ConfigError, RuleError, ShutdownError};
pub use middleware::{ApiToolkit, ApiToolkitFuture, ApiToolkitMiddleware, Builder, ObservedBody};
pub use redact::{
    Body, BodyText, PathParam, Redactor, RedactorBuilder, Scratch, Side, Withheld, WithheldReason,
    sql_summary,
};
pub use telemetry::{Compression, Exporter, Protocol, Stats, Telemetry, TelemetryBuilder};

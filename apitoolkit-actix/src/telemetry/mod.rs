//! OpenTelemetry: starting spans, completing them, and getting them out of the process.
//!
//! Two bounded queues lie between a request and the wire. Finished exchanges wait in the
//! [`Pipeline`] for the worker, which redacts them and ends their spans. Ended spans wait in the
//! span queue for the sender, which packs and exports them on a thread and runtime of its own.

mod attempt;
mod builder;
mod check;
mod endpoint;
mod exchange_metrics;
mod exporter;
mod guard;
mod journal;
mod notice;
mod pipeline;
mod processor;
mod propagation;
mod providers;
mod queue;
mod request;
mod runtime;
mod sender;
mod settings;
mod shared;
mod source;
mod span;
mod stats;
mod stop;
mod transport;

pub use builder::TelemetryBuilder;
pub use endpoint::Protocol;
pub use guard::Telemetry;
pub use settings::{Compression, Exporter};
pub use stats::Stats;

pub(crate) use notice::{Throttle, warn};
pub(crate) use pipeline::{Finished, Pipeline};
pub(crate) use propagation::Inbound;
pub(crate) use source::Source;
pub(crate) use span::start as start_span;

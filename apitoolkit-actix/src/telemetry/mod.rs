//! OpenTelemetry: starting spans, completing them, and getting them out of the process.
//!
//! Two bounded queues lie between a request and the wire. Finished exchanges wait in the
//! [`Pipeline`] for the worker, which redacts them and ends their spans. Ended spans wait in the
//! span queue for the sender, which packs and exports them on a thread and runtime of its own.

mod active_requests;
mod alive;
mod attempt;
mod builder;
mod check;
mod chunk;
mod current;
mod endpoint;
mod exchange_ids;
mod exchange_metrics;
mod exporter;
mod flush;
mod guard;
mod held;
mod hiding;
mod ids;
mod instruments;
mod journal;
mod keep;
mod log_queue;
mod measure;
mod notice;
mod otlp;
mod outcome;
#[cfg(feature = "explorer")]
mod outlet;
mod oversize;
mod own_span;
mod padded;
mod pipeline;
mod process;
mod processor;
mod propagation;
mod providers;
mod queue;
mod request;
mod runtime;
mod scope;
mod sender;
mod series;
mod settings;
mod shared;
mod source;
mod span;
#[cfg(feature = "spool")]
mod spool;
#[cfg(not(feature = "spool"))]
#[path = "spool_off.rs"]
mod spool;
mod stats;
mod stop;
mod tracer;
#[cfg(feature = "tracing")]
mod tracing_layer;
mod transport;
mod verdict;
mod watch;

pub use builder::TelemetryBuilder;
pub use endpoint::Protocol;
pub use guard::Telemetry;
pub use ids::{TraceIds, trace_ids};
pub use outcome::Failure;
pub use settings::{Compression, Exporter};
pub use stats::Stats;
#[cfg(feature = "tracing")]
pub use tracing_layer::{TracingLayer, WithTraceIds, with_trace_ids};

pub(crate) use active_requests::ActiveRequest;
pub(crate) use current::{Current, Notebook};
pub(crate) use hiding::{Hiding, hide, with_hiding};
pub(crate) use instruments::Instruments;
pub(crate) use keep::Keeper;
pub(crate) use measure::Measured;
pub(crate) use notice::{Throttle, warn};
pub(crate) use outcome::{Outcome, is_left_out, text, watched};
#[cfg(feature = "explorer")]
pub(crate) use outlet::Way;
pub(crate) use own_span::OwnSpan;
pub(crate) use pipeline::{Finished, Pipeline};
pub(crate) use propagation::{Header, Inbound, Outbound};
pub(crate) use scope::{RequestContext, Scope, default_config, random_id, set_default_config};
#[cfg(feature = "fuzzing")]
pub(crate) use settings::Propagation;
#[cfg(test)]
#[cfg(all(feature = "gzip", feature = "http"))]
pub(crate) use settings::Settings;
pub(crate) use source::Source;
#[cfg(feature = "explorer")]
pub(crate) use source::scope as own_scope;
pub(crate) use span::{Unfinished, start_call, start_exchange, to_value, unsampled};
#[cfg(feature = "fuzzing")]
pub(crate) use spool::drain;
#[cfg(feature = "explorer")]
pub(crate) use watch::{Watch, Watcher};

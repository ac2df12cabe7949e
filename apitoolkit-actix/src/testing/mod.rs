//! An OTLP receiver for tests: [`Collector`].
//!
//! Run the app under test against it, over real connections, and look at what left the process:
//!
//! - **typed**: [`Collector::spans`], [`trace`](Collector::trace),
//!   [`span_tree`](Collector::span_tree), [`metrics`](Collector::metrics),
//!   [`logs`](Collector::logs);
//! - **raw**: [`Collector::requests`], with the bytes and headers exactly as they came;
//! - **without secrets**: [`Collector::assert_absent`] searches all of it, through encodings;
//! - **in time**: [`Collector::wait_for_spans`] and its kin return as soon as things arrive and
//!   explain what did arrive if they do not; their `_async` twins run on any executor;
//! - **when things go wrong**: [`Collector::stop`] and [`restart`](Collector::restart),
//!   [`refuse`](Collector::refuse), [`black_hole`](Collector::black_hole), or a
//!   [`script`](Collector::script) of [`Fault`]s.
//!
//! ```
//! use std::time::Duration;
//! use apitoolkit_actix::testing::{Code, Collector};
//!
//! let collector = Collector::start()?;
//! assert!(collector.endpoint().starts_with("http://127.0.0.1:"));
//!
//! // Here the app under test would run, and export to `collector.endpoint()`.
//! let error = collector.wait_for_spans(1, Duration::from_millis(10)).unwrap_err();
//! assert!(error.to_string().starts_with("waited 10 ms for 1 spans; there are 0 spans"));
//! collector.assert_absent("hunter2-canary");
//!
//! // From here on the app would be told to try again in a second.
//! collector.fail_with(Code::Unavailable, "restarting", Some(Duration::from_secs(1)));
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # Blocking and asynchronous tests
//!
//! The collector runs on a thread of its own. A blocking wait nevertheless blocks the caller: in
//! `#[actix_web::test]`, where the app runs on the same thread, use the `_async` methods.

mod collector;
mod compression;
mod connection;
mod contents;
mod exchange;
mod faults;
mod grpc;
mod log;
mod metric;
mod origin;
mod otlp_http;
mod reply;
mod request;
mod secrets;
mod server;
mod span;
mod span_json;
mod store;
#[cfg(test)]
mod tests;
mod tree;
mod value;
mod wait;
mod wait_error;

pub use collector::Collector;
pub use faults::{Code, Fault};
pub use log::LogRecord;
pub use metric::{Metric, MetricKind, Temporality};
pub use origin::Scope;
pub use request::{Outcome, Request, Signal, Transport};
pub use secrets::{Encoding, Leak};
pub use span::{Event, Kind, Link, Span, Status, StatusCode};
pub use store::Counters;
pub use value::{Attributes, Value};
pub use wait_error::WaitError;

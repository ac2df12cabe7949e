//! Tests of outgoing calls through `reqwest`: clients with our middleware, and servers they call.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod bodies;
mod cancelled;
mod concurrency;
mod connections;
mod failures;
mod fidelity;
mod metrics;
mod options;
mod parents;
mod propagation;
mod redaction;
mod redirects;
mod sampling;
mod spans;
mod stacks;
mod support;
mod tls;
mod uploads;

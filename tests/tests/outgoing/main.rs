//! Tests of outgoing calls: an app of ours with the observed client, and servers that it calls.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

#[path = "../telemetry/children.rs"]
mod children;

mod answers;
mod bodies;
mod connections;
mod dropped;
mod errors;
mod fidelity;
mod frozen;
mod memory;
mod metrics;
mod middleware;
mod mistakes;
mod options;
mod parents;
mod pool;
mod propagation;
mod redirect_targets;
mod redirects;
mod sampling;
mod secrets;
mod spans;
mod support;
mod time_limits;
mod tls;
mod urls;
mod ways;

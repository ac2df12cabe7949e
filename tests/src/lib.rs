//! What the integration tests share: an app on a free port with a receiver of its own, the same app
//! without us beside it, and a client that says exactly what a test wants said.

mod app;
mod ask;
mod example;
mod held;
pub mod log;
mod memory;
mod raw;
mod upstream;
mod worker;

pub use app::{SOON, Settings, TestApp, telemetry};
pub use ask::{ask, ask_with};
pub use example::example;
pub use held::Held;
pub use memory::{Round, peak_growth, resident};
pub use raw::{End, Raw, Reply, normal};
pub use upstream::{Answer, Gate, Received, Upstream};
pub use worker::Worker;

/// The README's examples compile.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;

/// So do those of the explorer's page.
#[cfg(doctest)]
#[doc = include_str!("../../docs/explorer.md")]
pub struct Explorer;

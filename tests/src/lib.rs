//! What the integration tests share: an app on a free port with a receiver of its own, the same app
//! without us beside it, and a client that says exactly what a test wants said.

mod app;
mod ask;
mod example;
mod figures;
mod held;
pub mod log;
mod memory;
mod raw;
mod upstream;
mod worker;

pub use app::{SOON, Settings, TestApp, telemetry};
pub use ask::{ask, ask_with};
pub use example::example;
pub use figures::{median, of, p99};
pub use held::Held;
pub use memory::{Round, peak_growth, resident};
pub use raw::{End, Raw, Reply, normal};
pub use upstream::{Answer, Gate, Received, Upstream};
pub use worker::Worker;

/// The examples of the README and of the guides compile, and run where they can.
#[cfg(doctest)]
mod pages {
    macro_rules! pages {
        ($($name:ident = $path:literal;)*) => {
            $(#[doc = include_str!(concat!("../../", $path))] pub struct $name;)*
        };
    }

    pages! {
        Readme = "README.md";
        Background = "docs/background.md";
        Configuration = "docs/configuration.md";
        Databases = "docs/databases.md";
        Explorer = "docs/explorer.md";
        Macros = "docs/macros.md";
        MetricsAndLogs = "docs/metrics-and-logs.md";
        Migrating = "docs/migrating.md";
        Outgoing = "docs/outgoing.md";
        Quickstart = "docs/quickstart.md";
        Redaction = "docs/redaction.md";
        Serverless = "docs/serverless.md";
        Testing = "docs/testing.md";
        Troubleshooting = "docs/troubleshooting.md";
    }
}

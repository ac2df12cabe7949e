//! What the examples that load an app have in common: who sends the requests, the app's process as
//! those see it who measure it, and what its telemetry counted.

pub(crate) mod counts;
pub(crate) mod driver;
pub(crate) mod helper;
pub(crate) mod memory;
pub(crate) mod process;
pub(crate) mod questions;
pub(crate) mod subject;

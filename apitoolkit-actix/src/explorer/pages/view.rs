use std::time::SystemTime;

use crate::{explorer::store::Store, telemetry::Stats};

/// What every page is shown with.
#[derive(Debug, Clone, Copy)]
pub(in crate::explorer) struct View<'a> {
    /// Where the explorer is mounted, such as `/_apitoolkit`: no slash at the end.
    pub(in crate::explorer) base: &'a str,
    /// Scheme and host as the reader's browser names them: `http://127.0.0.1:8080`.
    pub(in crate::explorer) origin: &'a str,
    pub(in crate::explorer) now: SystemTime,
    pub(in crate::explorer) store: &'a Store,
    pub(in crate::explorer) service: &'a str,
    pub(in crate::explorer) health: &'a Health,
}

/// How what is recorded gets out of the process.
#[derive(Debug, Clone)]
pub(in crate::explorer) struct Health {
    pub(in crate::explorer) standing: Standing,
    /// Absent without telemetry of the toolkit's own.
    pub(in crate::explorer) stats: Option<Stats>,
    /// Why the newest export of traces failed, if it did.
    pub(in crate::explorer) last_failure: Option<String>,
    /// Which part of all requests is recorded, from 0 to 1.
    pub(in crate::explorer) sampled: f64,
    /// Spans that came faster than the explorer takes them in.
    pub(in crate::explorer) missed: u64,
}

/// Where spans go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::explorer) enum Standing {
    /// To a receiver.
    Sending {
        /// Its address, as configured.
        endpoint: String,
    },
    /// To the explorer, and nowhere else.
    Here,
    /// Nowhere: no telemetry was set up, or it is switched off.
    Off,
    /// To a tracer provider of the app's own, which the explorer cannot watch.
    Foreign,
}

impl View<'_> {
    /// The address of one of the explorer's pages, such as `exchange/7`.
    pub(super) fn at(&self, path: impl std::fmt::Display) -> String {
        format!("{}/{path}", self.base)
    }
}

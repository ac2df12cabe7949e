//! What the SDK hands metrics and log records to.
//!
//! The SDK calls exporters on threads of its own, which have no runtime. Everything is therefore
//! sent by a task on ours, over the connection that traces take too: the same headers, the same
//! compression, the same words when it fails, and nothing about it is traced.

mod logs;
mod metrics;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use tokio::runtime::Handle;

pub(crate) use logs::OtlpLogs;
pub(crate) use metrics::OtlpMetrics;

use super::{
    attempt::{Backoff, attempt},
    journal::Journal,
    settings::Settings,
    transport::{self, Failure, Mask, Signal, Transport},
};
use crate::error::ConfigError;

/// Sends the requests of one signal, each until it is taken, refused for good, or its time is up.
#[derive(Debug, Clone)]
pub(crate) struct Courier {
    pub(crate) transport: Arc<dyn Transport>,
    runtime: Handle,
    pub(crate) journal: Arc<Journal>,
    timeout: Duration,
}

/// An encoded request and how many items it holds.
#[derive(Debug)]
struct Parcel {
    body: Bytes,
    items: u64,
}

impl Courier {
    /// Opens the wire, on this runtime.
    pub(crate) fn open(
        settings: &Settings,
        runtime: &Handle,
        journal: &Arc<Journal>,
    ) -> Result<Self, ConfigError> {
        let _inside = runtime.enter();
        let mask = Mask::new(&settings.wire.headers, settings.identity.project_key());
        Ok(Self {
            transport: transport::open(&settings.wire, mask)?,
            runtime: runtime.clone(),
            journal: Arc::clone(journal),
            timeout: settings.wire.timeout,
        })
    }

    /// Sends all of them; the error is the first that occurred.
    async fn deliver(&self, signal: Signal, parcels: Vec<Parcel>) -> OTelSdkResult {
        let mut result = Ok(());
        for parcel in parcels {
            let sending = self.clone().deliver_one(signal, parcel);
            // The task ends with the runtime, which is when telemetry was shut down.
            let delivered = match self.runtime.spawn(sending).await {
                Ok(delivered) => delivered.map_err(OTelSdkError::InternalFailure),
                Err(_) => Err(OTelSdkError::AlreadyShutdown),
            };
            result = result.and(delivered);
        }
        result
    }

    async fn deliver_one(self, signal: Signal, parcel: Parcel) -> Result<(), String> {
        let until = Instant::now() + self.timeout;
        let mut backoff = Backoff::default();
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let failure = match attempt(&*self.transport, signal, &parcel.body, left).await {
                Ok(receipt) => {
                    self.journal.succeeded(signal, parcel.items, &receipt);
                    return Ok(());
                }
                Err(failure) => failure,
            };
            let wait = backoff.next().max(failure.retry_after.unwrap_or_default());
            let again = failure.retryable && Instant::now() + wait < until;
            let then = if again { "it will be tried again" } else { "it is not tried again" };
            self.journal.failed(signal, &failure, then);
            if !again {
                self.journal.lose(signal, parcel.items);
                return Err(failure.words);
            }
            tokio::time::sleep(wait).await;
        }
    }

    /// Gives up what could not even be sent.
    fn refuse(&self, signal: Signal, items: u64, words: String) -> OTelSdkResult {
        self.journal.lose(signal, items);
        let failure = Failure { retryable: false, retry_after: None, words };
        let journal = Arc::clone(&self.journal);
        let result = Err(OTelSdkError::InternalFailure(failure.words.clone()));
        // Whatever is logged is logged where nothing of it is exported again.
        self.runtime.spawn(async move { journal.failed(signal, &failure, "it is dropped") });
        result
    }
}

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use opentelemetry::Context;
use opentelemetry_sdk::{
    error::{OTelSdkError, OTelSdkResult},
    trace::{Span, SpanData, SpanProcessor},
};

use super::queue::SpanQueue;

/// Puts ended spans into the queue.
#[derive(Debug)]
pub(crate) struct Processor {
    queue: Arc<SpanQueue>,
    timeout: Duration,
}

impl Processor {
    pub(crate) fn new(queue: Arc<SpanQueue>, timeout: Duration) -> Self {
        Self { queue, timeout }
    }
}

impl SpanProcessor for Processor {
    fn on_start(&self, _span: &mut Span, _context: &Context) {}

    fn on_end(&self, span: SpanData) {
        self.queue.push(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        let sent = self.queue.flush(Instant::now() + self.timeout).recv_timeout(self.timeout);
        sent.map_err(|_| OTelSdkError::Timeout(self.timeout))
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.queue.close(Instant::now() + timeout.min(self.timeout));
        Ok(())
    }
}

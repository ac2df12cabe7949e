use std::{sync::mpsc, time::SystemTime};

use opentelemetry::trace::{
    SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState,
};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};

use super::{process, queue::Queued, request::pack, shared::Shared, source, transport::Signal};
use crate::{error::CheckError, exchange::Reservation};

impl Shared {
    /// Sends one span past the queue, and says what came of it.
    pub(super) fn check(&self) -> Result<(), CheckError> {
        let Some(traces) = &self.traces else {
            let why = "the exporter of traces is none, or OTEL_SDK_DISABLED is true";
            return Err(CheckError::Off(why.to_owned()));
        };
        if self.is_left() {
            return Err(CheckError::Off(process::FORKED.to_owned()));
        }
        let stopped = || CheckError::Off("telemetry was shut down".to_owned());
        let handle = self.runtime().as_ref().map(|runtime| runtime.handle().clone());
        let handle = handle.ok_or_else(stopped)?;
        let reservation = Reservation::empty(self.pipeline.budget());
        let probe = Queued::Span(Box::new(probe()), reservation);
        let requests = pack(vec![probe], &traces.resource, &traces.queue);
        let (answer, answered) = mpsc::channel();
        let (transport, waited) = (traces.transport.clone(), self.attempt_timeout);
        handle.spawn(async move {
            for request in requests {
                let sending = transport.send(Signal::Traces, request.body.clone());
                // Whoever asked waits for this.
                let _ = answer.send(tokio::time::timeout(waited, sending).await);
            }
        });
        let endpoint = traces.journal.endpoint();
        match answered.recv() {
            Ok(Ok(Ok(receipt))) if receipt.rejected == 0 => Ok(()),
            Ok(Ok(Ok(receipt))) => {
                let why = receipt.message;
                Err(CheckError::Refused(format!("{endpoint} refused the span: {why}")))
            }
            Ok(Ok(Err(failure))) => {
                Err(CheckError::Refused(format!("{endpoint}: {}", failure.words)))
            }
            Ok(Err(_)) => Err(CheckError::TimedOut { endpoint: endpoint.to_owned(), waited }),
            // The runtime went away meanwhile, and the task with it.
            Err(_) => Err(stopped()),
        }
    }
}

/// The span that is sent.
fn probe() -> SpanData {
    let now = SystemTime::now();
    SpanData {
        span_context: SpanContext::new(
            TraceId::from(fastrand::u128(1..)),
            SpanId::from(fastrand::u64(1..)),
            TraceFlags::SAMPLED,
            false,
            TraceState::default(),
        ),
        parent_span_id: SpanId::INVALID,
        parent_span_is_remote: false,
        span_kind: SpanKind::Internal,
        name: "apitoolkit.check".into(),
        start_time: now,
        end_time: now,
        attributes: Vec::new(),
        dropped_attributes_count: 0,
        events: SpanEvents::default(),
        links: SpanLinks::default(),
        status: Status::Unset,
        instrumentation_scope: source::scope(),
    }
}

use std::sync::{Arc, Mutex, PoisonError, mpsc};

use opentelemetry::{Context, baggage::BaggageExt as _, trace::TraceContextExt as _};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::SOON;

type Question = mpsc::Sender<bool>;

/// A way to ask a server's worker thread about itself, outside of any request.
#[derive(Debug, Clone)]
pub struct Worker {
    ask: UnboundedSender<Question>,
    /// Taken by the worker when it starts.
    questions: Arc<Mutex<Option<UnboundedReceiver<Question>>>>,
}

impl Worker {
    pub(crate) fn new() -> Self {
        let (ask, questions) = unbounded_channel();
        Self { ask, questions: Arc::new(Mutex::new(Some(questions))) }
    }

    /// Called on the worker's own thread.
    pub(crate) fn start(&self) {
        let questions = self.questions.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut questions) = questions else { return };
        actix_rt::spawn(async move {
            while let Some(answer) = questions.recv().await {
                let context = Context::current();
                let _ = answer.send(!context.has_active_span() && context.baggage().is_empty());
            }
        });
    }

    /// Whether the worker runs and no OpenTelemetry context is left behind on it.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        let (answer, answered) = mpsc::channel();
        self.ask.send(answer).is_ok() && answered.recv_timeout(SOON) == Ok(true)
    }
}

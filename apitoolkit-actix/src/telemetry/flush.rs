//! A flush that is awaited.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use tokio::{sync::oneshot, time::timeout_at};

use super::shared::Shared;
use crate::{env::Env, error::ShutdownError};

impl Shared {
    /// As [`flush`](Self::flush), on a thread of its own. Those that are asked for at once take turns:
    /// side by side, they would want several threads each.
    pub(super) async fn flush_within(self: Arc<Self>, time: Duration) -> Result<(), ShutdownError> {
        let handle = self.runtime().as_ref().map(|runtime| runtime.handle().clone());
        // Nothing leaves, or all has left.
        let Some(handle) = handle.filter(|_| self.is_running()) else { return Ok(()) };
        let deadline = Instant::now() + time.min(Env::LONGEST);
        let (answer, answered) = oneshot::channel();
        let (turn, shared) = (Arc::clone(&self.flush_turn), Arc::clone(&self));
        // There is a clock on the library's own runtime, whatever the caller's is.
        handle.spawn(async move {
            let Ok(Ok(turn)) = timeout_at(deadline.into(), turn.acquire_owned()).await else {
                let _ = answer.send(failed("other flushes took all of its time"));
                return;
            };
            let flush = move || {
                let left = deadline.saturating_duration_since(Instant::now());
                let result = shared.flush_in(left);
                drop((turn, shared));
                // Whoever asked may have stopped waiting.
                let _ = answer.send(result);
            };
            // Without a thread nobody answers.
            let _ = thread::Builder::new().name("apitoolkit-flush".into()).spawn(flush);
        });
        answered.await.unwrap_or_else(|_| match self.is_running() {
            true => failed("the system gives no thread"),
            false => failed("telemetry was shut down meanwhile"),
        })
    }
}

fn failed(why: &str) -> Result<(), ShutdownError> {
    ShutdownError::from_failures(vec![("exchanges", why.to_owned())])
}

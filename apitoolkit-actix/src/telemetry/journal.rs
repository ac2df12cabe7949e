//! What exports came to, and what of it is said aloud.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use super::{
    notice::{self, Throttle},
    settings::Wire,
    transport::{Failure, Receipt, Signal},
};

/// The fate of every export to one endpoint.
///
/// The first result is said once, whatever it is, and so is that exports work again. Of failures
/// there is one warning a minute at most, for all signals together.
#[derive(Debug)]
pub(crate) struct Journal {
    endpoint: String,
    protocol: &'static str,
    state: Mutex<State>,
    failures: Throttle,
    /// Items of each signal that were handed over to be sent, and given up.
    lost: [AtomicU64; Signal::ALL.len()],
}

#[derive(Debug, Default)]
struct State {
    spoken: bool,
    signals: [Standing; Signal::ALL.len()],
}

/// How exports of one signal go.
#[derive(Debug, Default)]
struct Standing {
    failing_since: Option<Instant>,
    last_failure: Option<String>,
}

impl Journal {
    /// Of what is sent to a receiver.
    pub(crate) fn of_wire(wire: &Wire) -> Arc<Self> {
        Self::new(wire.endpoint.to_string(), wire.protocol.name())
    }

    /// Of what is printed.
    pub(crate) fn of_console() -> Arc<Self> {
        Self::new("standard output".to_owned(), "OTLP/JSON")
    }

    /// Of what goes nowhere but to the explorer.
    pub(crate) fn of_explorer() -> Arc<Self> {
        Self::new("the explorer of this process".to_owned(), "no connection")
    }

    fn new(endpoint: String, protocol: &'static str) -> Arc<Self> {
        Arc::new(Self {
            endpoint,
            protocol,
            state: Mutex::default(),
            failures: Throttle::minute(),
            lost: Default::default(),
        })
    }

    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Why the newest export of a signal failed; `None` when it did not.
    pub(crate) fn last_failure(&self, signal: Signal) -> Option<String> {
        self.lock().signals.get(signal as usize)?.last_failure.clone()
    }

    /// Items of a signal that were to be sent and were given up, refused ones among them.
    pub(crate) fn lost(&self, signal: Signal) -> u64 {
        self.lost.get(signal as usize).map_or(0, |lost| lost.load(Ordering::Acquire))
    }

    pub(crate) fn lose(&self, signal: Signal, items: u64) {
        if let Some(lost) = self.lost.get(signal as usize) {
            lost.fetch_add(items, Ordering::AcqRel);
        }
    }

    /// An export was taken, wholly or in part.
    pub(crate) fn succeeded(&self, signal: Signal, items: u64, receipt: &Receipt) {
        self.lose(signal, receipt.rejected.min(items));
        let mut state = self.lock();
        let first = !std::mem::replace(&mut state.spoken, true);
        let mut outage = None;
        if let Some(standing) = state.signals.get_mut(signal as usize) {
            outage = standing.failing_since.take();
            standing.last_failure = (receipt.rejected > 0).then(|| {
                format!("{} {} refused: {}", receipt.rejected, signal.items(), receipt.message)
            });
        }
        drop(state);
        let Self { endpoint, protocol, .. } = self;
        let (name, what) = (signal.name(), signal.items());
        if first {
            notice::info(&format!(
                "first export to {endpoint} ({protocol}): {items} {what} received"
            ));
        } else if let Some(since) = outage {
            let seconds = since.elapsed().as_secs();
            notice::info(&format!("exports of {name} to {endpoint} resumed after {seconds} s"));
        }
        if receipt.rejected > 0 && self.failures.ready() {
            let Receipt { rejected, message } = receipt;
            notice::warn(&format!("{endpoint} refused {rejected} {what}: {message}"));
        }
    }

    /// An export failed; `then` says what becomes of it.
    pub(crate) fn failed(&self, signal: Signal, failure: &Failure, then: &str) {
        let mut state = self.lock();
        let first = !std::mem::replace(&mut state.spoken, true);
        if let Some(standing) = state.signals.get_mut(signal as usize) {
            standing.failing_since.get_or_insert_with(Instant::now);
            standing.last_failure = Some(failure.words.clone());
        }
        // The signals share one warning a minute, so each of them is named in it.
        let others: Vec<_> = Signal::ALL
            .into_iter()
            .zip(&state.signals)
            .filter(|(other, standing)| *other != signal && standing.failing_since.is_some())
            .map(|(other, _)| other.name())
            .collect();
        drop(state);
        if !self.failures.ready() {
            return;
        }
        let Self { endpoint, protocol, .. } = self;
        let which = if first { "first export" } else { "export" };
        let also = match others.as_slice() {
            [] => String::new(),
            others => format!(" (failing too: {})", others.join(", ")),
        };
        notice::warn(&format!(
            "{which} to {endpoint} ({protocol}) failed: {}: {}; {then}{also}",
            signal.name(),
            failure.words
        ));
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

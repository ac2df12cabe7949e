//! The worker.

use std::{
    fmt,
    io::{self, Write as _},
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::PoisonError,
    time::Duration,
};

use opentelemetry::trace::TraceContextExt as _;

use super::{Batch, Finished, Pipeline};
use crate::{
    config::Config,
    redact::Scratch,
    telemetry::{
        Instruments, Measured,
        notice::{self, Throttle},
        queue::discarding,
        span,
        stats::DropReason,
        verdict::{self, Verdict},
    },
};

/// While exchanges come in, the worker looks for them this often instead of being woken for each:
/// a request then pays for a push and not for a system call.
const NAP: Duration = Duration::from_millis(2);
/// After so many naps in vain the worker sleeps until it is woken.
const NAPS: u32 = 25;

impl Pipeline {
    pub(super) fn run(&self) {
        let mut scratch = Scratch::default();
        while let Some((batch, measured)) = self.next_batch() {
            for (instruments, config, measured) in measured {
                Self::end(|| Self::record(&instruments, &config, measured));
                self.done();
            }
            for (finished, reservation) in batch {
                self.process(finished, &mut scratch);
                drop(reservation);
                self.done();
            }
        }
    }

    fn done(&self) {
        self.lock().processed += 1;
        self.progress.notify_all();
    }

    /// Everything queued, waiting for it if need be; `None` once closed and empty.
    fn next_batch(&self) -> Option<Batch> {
        let mut naps = 0;
        let mut state = self.lock();
        loop {
            if !state.queue.is_empty() || !state.measured.is_empty() {
                let state = &mut *state;
                return Some((mem::take(&mut state.queue), mem::take(&mut state.measured)));
            }
            if state.closed {
                return None;
            }
            state.asleep = naps >= NAPS;
            let waited = if state.asleep {
                self.work.wait(state).unwrap_or_else(PoisonError::into_inner)
            } else {
                match self.work.wait_timeout(state, NAP) {
                    Ok((state, _)) => state,
                    Err(poisoned) => poisoned.into_inner().0,
                }
            };
            state = waited;
            naps = if state.asleep { 0 } else { naps + 1 };
            state.asleep = false;
        }
    }

    /// Redacts an exchange and ends its span. A bug of ours costs that exchange and no more.
    fn process(&self, finished: Finished, scratch: &mut Scratch) {
        static PANICS: Throttle = Throttle::minute();
        let Finished { mut exchange, context, config, overlay, instruments, keeper, foreign } =
            finished;
        let ended = exchange.started + exchange.took;
        let verdict = verdict::decide(&mut exchange, &config);
        let kept = keeper.is_none() || verdict::keeps(&exchange, &config);
        if verdict == Verdict::Ignore || !kept {
            if config.debug {
                tell(&format_args!("{} is left out", exchange.outline()));
            }
            if let Some(instruments) = &instruments {
                Measured::of_lost(&exchange).record(instruments);
            }
            if keeper.is_none() {
                self.counters.ignore();
                Self::end(|| discarding(|| context.span().end()));
            }
            return;
        }
        let context = match keeper {
            Some(keeper) => {
                self.counters.create();
                span::start_kept(&keeper, &context, &exchange, &config)
            }
            None => context,
        };
        let completed = catch_unwind(AssertUnwindSafe(|| {
            let Some(redactor) = overlay.as_ref().map_or(Some(&config.redactor), |o| o.redactor())
            else {
                return false;
            };
            let redacted = exchange.redact(redactor, scratch);
            if config.debug {
                tell(&redacted);
            }
            if let Some(instruments) = &instruments {
                Measured::of(&redacted).record(instruments);
            }
            span::complete(&context, &redacted, &config);
            true
        }));
        if !completed.unwrap_or(false) {
            *scratch = Scratch::default();
            if PANICS.ready() {
                notice::warn("an exchange could not be redacted and was dropped: this is a bug");
            }
            return self.lose(&context, DropReason::Internal);
        }
        if foreign {
            self.counters.export(1);
        }
        Self::end(|| context.span().end_with_timestamp(ended));
    }

    /// Ends a span, which runs the span processors of a provider that may be the user's own: if one
    /// of them panics, the worker goes on.
    pub(super) fn end(span: impl FnOnce()) {
        static PANICS: Throttle = Throttle::minute();
        if catch_unwind(AssertUnwindSafe(span)).is_err() && PANICS.ready() {
            notice::warn("a span processor of the app's tracer provider panicked");
        }
    }

    pub(super) fn record(instruments: &Instruments, config: &Config, mut measured: Measured) {
        measured.name(config);
        measured.record(instruments);
    }
}

/// Says something to whoever debugs. Standard error may be closed, which is no reason to fail.
pub(super) fn tell(what: &dyn fmt::Display) {
    let _ = writeln!(io::stderr(), "apitoolkit: {what}");
}

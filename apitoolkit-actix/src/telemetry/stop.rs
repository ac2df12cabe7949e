//! Getting everything out: flush and shutdown, each within one deadline.

use std::{
    sync::{Arc, PoisonError, mpsc},
    thread,
    time::{Duration, Instant},
};

use opentelemetry_sdk::{error::OTelSdkResult, logs::SdkLoggerProvider, metrics::SdkMeterProvider};

use super::{
    journal::Journal,
    process,
    shared::{Shared, Traces},
    stats::DropReason,
    transport::Signal,
};
use crate::error::ShutdownError;

/// Which parts failed, and why.
type Failures = Vec<(&'static str, String)>;

/// One deadline for everything, of which the end is kept for what has to come last.
///
/// Exchanges go first, then the spans that they end, and logs meanwhile. Metrics follow, since they
/// say how many of the others were lost; for them up to half a second is kept.
#[derive(Clone, Copy)]
struct Schedule {
    traces: Instant,
    all: Instant,
}

impl Schedule {
    fn starting_now(timeout: Duration) -> Self {
        let kept = (timeout / 10).min(Duration::from_millis(500));
        let now = Instant::now();
        Self { traces: now + (timeout - kept), all: now + timeout }
    }
}

/// What is done with each signal.
struct Steps {
    /// How many threads may be at it, for the app that flushes again and again while the receiver
    /// is down: the SDK's flush of metrics has no time limit of its own.
    most_threads: usize,
    /// Whether the sender said in time that it was done.
    traces: fn(&Traces, Schedule) -> bool,
    metrics: fn(&SdkMeterProvider, Duration) -> OTelSdkResult,
    logs: fn(&SdkLoggerProvider, Duration) -> OTelSdkResult,
}

const FLUSH: Steps = Steps {
    most_threads: 8,
    traces: Traces::flush,
    metrics: |meters, _| meters.force_flush(),
    logs: |loggers, _| loggers.force_flush(),
};

/// The tracer provider is not shut down: it would hand out spans that nobody counts, and what is
/// recorded from here on is to be counted as lost.
const SHUTDOWN: Steps = Steps {
    most_threads: usize::MAX,
    traces: Traces::stop,
    metrics: |meters, timeout| meters.shutdown_with_timeout(timeout),
    logs: |loggers, timeout| loggers.shutdown_with_timeout(timeout),
};

impl Shared {
    /// Sends everything recorded so far, within the usual time.
    pub(super) fn flush(&self) -> Result<(), ShutdownError> {
        self.flush_in(self.timeout)
    }

    /// Sends everything recorded so far, within `time`.
    pub(super) fn flush_in(&self, time: Duration) -> Result<(), ShutdownError> {
        if !self.is_running() {
            return Ok(());
        }
        if self.is_left() {
            return forked();
        }
        let schedule = Schedule::starting_now(time);
        let mut failures = Failures::new();
        if !self.pipeline.drain(schedule.traces) {
            failures.push(("exchanges", "not all were processed in time".to_owned()));
        }
        self.take(&FLUSH, schedule, failures)
    }

    /// Sends everything recorded so far, and stops.
    pub(super) fn shutdown(&self) -> Result<(), ShutdownError> {
        if !self.begin_to_stop() {
            return Ok(());
        }
        if self.is_left() {
            self.leave();
            return forked();
        }
        let schedule = Schedule::starting_now(self.timeout);
        let mut failures = Failures::new();
        self.pipeline.close();
        if !self.pipeline.drain(schedule.traces) {
            let left = self.pipeline.abandon();
            failures.push(("exchanges", format!("{left} were not processed in time")));
        }
        let result = self.take(&SHUTDOWN, schedule, failures);
        // What is still being sent ends with it, and is counted; and so is what nobody took.
        self.runtime().take();
        if let Some(traces) = &self.traces {
            traces.queue.abandon();
        }
        self.log_room.abandon();
        result
    }

    /// Stops in a process that was forked: there is no thread to wait for, and whatever another
    /// thread had locked stays locked.
    fn leave(&self) {
        // What was on its way at the fork is sent by the other process.
        let pending = self.pipeline.stats().exchanges_pending();
        self.pipeline.counters().drop_exchanges(DropReason::Forked, pending);
        self.forget_threads();
    }

    /// Takes the steps for all signals that are on, and says which failed.
    fn take(
        &self,
        steps: &Steps,
        schedule: Schedule,
        mut failures: Failures,
    ) -> Result<(), ShutdownError> {
        let timeout = self.timeout;
        let lost = Signal::ALL.map(|signal| self.journal_of(signal).lost(signal));
        let step = steps.logs;
        let logs =
            self.logs.clone().map(|logs| self.in_background(steps, move || step(&logs, timeout)));
        let traces = self.traces.as_ref().map(|traces| (steps.traces)(traces, schedule));
        let step = steps.metrics;
        let metrics = self.metrics.clone();
        let metrics =
            metrics.map(|metrics| self.in_background(steps, move || step(&metrics, timeout)));
        let done = [
            traces.unwrap_or(true),
            metrics.is_none_or(|metrics| is_done(&metrics, schedule.all)),
            logs.is_none_or(|logs| is_done(&logs, schedule.all)),
        ];
        for ((signal, lost_before), done) in Signal::ALL.into_iter().zip(lost).zip(done) {
            // The SDK does not always say so when an export failed; the journal knows.
            let lost = self.journal_of(signal).lost(signal) - lost_before;
            if !done || lost > 0 {
                failures.push((signal.name(), self.why(signal, lost)));
            }
        }
        ShutdownError::from_failures(failures)
    }

    /// Runs something that may block on a thread of its own; who waits for it need not wait for
    /// ever. Without a thread the channel closes, and it was not done.
    fn in_background(
        &self,
        steps: &Steps,
        work: impl FnOnce() -> OTelSdkResult + Send + 'static,
    ) -> mpsc::Receiver<OTelSdkResult> {
        let (done, wait) = mpsc::channel();
        let counted = Arc::clone(&self.background);
        if Arc::strong_count(&counted) <= steps.most_threads {
            let thread = thread::Builder::new().name("apitoolkit-flush".into());
            let _ = thread.spawn(move || {
                // Whoever asked may have stopped waiting.
                let _ = done.send(work());
                drop(counted);
            });
        }
        wait
    }

    /// Traces may be printed while the others are sent.
    fn journal_of(&self, signal: Signal) -> &Journal {
        match &self.traces {
            Some(traces) if signal == Signal::Traces => &traces.journal,
            _ => &self.journal,
        }
    }

    fn why(&self, signal: Signal, lost: u64) -> String {
        let journal = self.journal_of(signal);
        let endpoint = journal.endpoint();
        let why = journal.last_failure(signal);
        let why = why.unwrap_or_else(|| "not everything was taken in time".to_owned());
        match lost {
            0 => format!("{endpoint}: {why}"),
            lost => format!("{endpoint}: {why} ({lost} {} lost)", signal.items()),
        }
    }
}

impl Traces {
    fn flush(&self, schedule: Schedule) -> bool {
        let sent = self.queue.flush(schedule.traces);
        sent.recv_timeout(left(schedule.traces)).is_ok()
    }

    /// Lets what is queued be sent until its time is up.
    fn stop(&self, schedule: Schedule) -> bool {
        self.queue.close(schedule.traces);
        let ended = self.sender_ended.lock().unwrap_or_else(PoisonError::into_inner).take();
        // The sender gives up at its time by itself; it is given a moment to count.
        let moment = schedule.all.duration_since(schedule.traces) / 2;
        ended.is_none_or(|ended| ended.recv_timeout(left(schedule.traces) + moment).is_ok())
    }
}

fn forked() -> Result<(), ShutdownError> {
    ShutdownError::from_failures(vec![("process", process::FORKED.to_owned())])
}

/// Whether it was done in time and without an error.
fn is_done(result: &mpsc::Receiver<OTelSdkResult>, deadline: Instant) -> bool {
    matches!(result.recv_timeout(left(deadline)), Ok(Ok(())))
}

fn left(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now())
}

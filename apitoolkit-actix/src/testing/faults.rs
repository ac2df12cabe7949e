//! Scripted misbehaviour.

use std::{collections::VecDeque, fmt, time::Duration};

use super::Signal;

/// What the collector does with one or more of the next requests, instead of taking them.
///
/// ```no_run
/// use std::time::Duration;
/// use apitoolkit_actix::testing::{Code, Collector, Fault, Signal};
///
/// let collector = Collector::start()?;
/// // Two failures, then a slow success; everything after that is taken at once.
/// collector.script([
///     Fault::fail(Code::Unavailable, "try again")
///         .retry_after(Duration::from_millis(20))
///         .on(Signal::Traces)
///         .times(2),
///     Fault::delay(Duration::from_millis(200)),
/// ]);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a fault does nothing until it is passed to `Collector::script`"]
pub struct Fault {
    pub(super) action: Action,
    pub(super) delay: Option<Duration>,
    signal: Option<Signal>,
    /// `None`: for ever.
    times: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Action {
    Take,
    Fail { code: Code, message: String, retry_after: Option<Duration> },
    PartialSuccess { rejected: u64, message: String },
    BlackHole,
    HangUp,
}

impl Fault {
    /// Answers with an error; nothing that the request carries is taken.
    ///
    /// Over HTTP the code becomes a status as the OTLP specification and the gRPC-gateway mapping
    /// have it: `Unavailable` 503, `ResourceExhausted` 429, `DeadlineExceeded` 504,
    /// `Unauthenticated` 401, `PermissionDenied` 403, `NotFound` 404, `InvalidArgument` and
    /// `OutOfRange` 400, `Unimplemented` 501, others 500.
    pub fn fail(code: Code, message: impl Into<String>) -> Self {
        Self::new(Action::Fail { code, message: message.into(), retry_after: None })
    }

    /// Answers normally, but only after this time.
    pub fn delay(delay: Duration) -> Self {
        Self::new(Action::Take).after(delay)
    }

    /// Takes all but the last `rejected` spans, data points or log records and says so. With 0
    /// everything is taken and `message` is a warning.
    pub fn partial_success(rejected: u64, message: impl Into<String>) -> Self {
        Self::new(Action::PartialSuccess { rejected, message: message.into() })
    }

    /// Never answers; nothing that the request carries is taken. Other requests of the same
    /// connection are not affected; [`Collector::black_hole`](super::Collector::black_hole) stops
    /// whole connections.
    pub fn black_hole() -> Self {
        Self::new(Action::BlackHole)
    }

    /// Closes the request's connection without an answer.
    pub fn hang_up() -> Self {
        Self::new(Action::HangUp)
    }

    /// Takes the request as usual: for steps between faults.
    pub fn none() -> Self {
        Self::new(Action::Take)
    }

    /// Waits this long before it does what it does. Default: no wait.
    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = Some(delay);
        self
    }

    /// Tells the sender when to try again: `google.rpc.RetryInfo` over gRPC, `Retry-After` in whole
    /// seconds, rounded up, over HTTP. Default: not said. Only for [`fail`](Self::fail).
    pub fn retry_after(mut self, delay: Duration) -> Self {
        if let Action::Fail { retry_after, .. } = &mut self.action {
            *retry_after = Some(delay);
        }
        self
    }

    /// Only for requests of this signal; others pass by the step without using it up. Default: all.
    pub fn on(mut self, signal: Signal) -> Self {
        self.signal = Some(signal);
        self
    }

    /// For how many requests. Default: 1.
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    /// For all requests from then on.
    pub fn forever(mut self) -> Self {
        self.times = None;
        self
    }

    fn new(action: Action) -> Self {
        Self { action, delay: None, signal: None, times: Some(1) }
    }
}

/// The faults that are still to come.
#[derive(Debug, Default)]
pub(super) struct Script {
    steps: VecDeque<Fault>,
}

impl Script {
    pub(super) fn new(steps: impl IntoIterator<Item = Fault>) -> Self {
        Self { steps: steps.into_iter().filter(|step| step.times != Some(0)).collect() }
    }

    /// What to do with a request of `signal`; uses the step up.
    pub(super) fn next(&mut self, signal: Signal) -> Fault {
        let applies = |step: &Fault| step.signal.is_none_or(|only| only == signal);
        let Some(index) = self.steps.iter().position(applies) else { return Fault::none() };
        let Some(step) = self.steps.get_mut(index) else { return Fault::none() };
        let fault = step.clone();
        if let Some(times) = &mut step.times {
            *times -= 1;
            if *times == 0 {
                self.steps.remove(index);
            }
        }
        fault
    }
}

/// A gRPC status code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(i32)]
#[expect(missing_docs, reason = "the names are gRPC's own, and its specification describes them")]
pub enum Code {
    Cancelled = 1,
    Unknown = 2,
    InvalidArgument = 3,
    DeadlineExceeded = 4,
    NotFound = 5,
    AlreadyExists = 6,
    PermissionDenied = 7,
    ResourceExhausted = 8,
    FailedPrecondition = 9,
    Aborted = 10,
    OutOfRange = 11,
    Unimplemented = 12,
    Internal = 13,
    Unavailable = 14,
    DataLoss = 15,
    Unauthenticated = 16,
}

impl Code {
    /// Every code that says that something failed, for tests that go through all of them.
    pub const ALL: [Self; 16] = [
        Self::Cancelled,
        Self::Unknown,
        Self::InvalidArgument,
        Self::DeadlineExceeded,
        Self::NotFound,
        Self::AlreadyExists,
        Self::PermissionDenied,
        Self::ResourceExhausted,
        Self::FailedPrecondition,
        Self::Aborted,
        Self::OutOfRange,
        Self::Unimplemented,
        Self::Internal,
        Self::Unavailable,
        Self::DataLoss,
        Self::Unauthenticated,
    ];

    /// The number on the wire.
    #[must_use]
    pub fn number(self) -> i32 {
        self as i32
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?} ({})", self.number())
    }
}

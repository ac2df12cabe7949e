//! What goes wrong with the receiver.

use std::{
    collections::BTreeSet,
    io, thread,
    time::{Duration, Instant},
};

use apitoolkit_actix::testing::{Code, Collector, Fault, Outcome, Signal};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// Nothing listens.
    Gone,
    /// Connections are closed as soon as they are there.
    Refusing,
    /// Answers come late.
    Slow,
    /// The network swallows everything.
    BlackHole,
    /// Requests are read and never answered.
    Stalled,
    /// It goes away and comes back, again and again.
    Restarts,
    /// Every other request is read, and the connection closed.
    HangUps,
    /// Every gRPC code in turn.
    Codes,
    /// The same, saying when to try again.
    RetryInfo,
    /// Some spans of every request are refused.
    Partial,
}

/// A pause of a receiver that restarts, and the time for which it is there.
const RESTART: (Duration, Duration) = (Duration::from_millis(150), Duration::from_millis(250));
/// How late a slow answer is.
const LATE: Duration = Duration::from_millis(400);
/// When to try again, where it is said.
const RETRY_AFTER: Duration = Duration::from_millis(40);
/// Between two looks at what has been received.
const LOOK: Duration = Duration::from_millis(50);
/// How long all codes may take to have been answered.
const PATIENCE: Duration = Duration::from_secs(30);

impl Kind {
    pub(crate) const ALL: [Self; 10] = [
        Self::Gone,
        Self::Refusing,
        Self::Slow,
        Self::BlackHole,
        Self::Stalled,
        Self::Restarts,
        Self::HangUps,
        Self::Codes,
        Self::RetryInfo,
        Self::Partial,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Refusing => "refusing",
            Self::Slow => "slow",
            Self::BlackHole => "black-hole",
            Self::Stalled => "stalled",
            Self::Restarts => "restarts",
            Self::HangUps => "hang-ups",
            Self::Codes => "codes",
            Self::RetryInfo => "retry-info",
            Self::Partial => "partial",
        }
    }

    /// Makes it so until that time, or longer where every code is to be answered once; returns when
    /// the receiver is well again.
    pub(crate) fn act(self, receiver: &Collector, until: Instant) -> io::Result<()> {
        match self {
            Self::Gone => receiver.stop(),
            Self::Refusing => receiver.refuse(),
            Self::Slow => receiver.delay(LATE),
            Self::BlackHole => receiver.black_hole(),
            Self::Stalled => receiver.script([Fault::black_hole().on(Signal::Traces).forever()]),
            Self::Restarts => return restart(receiver, until),
            Self::HangUps => receiver.script(every_other(Fault::hang_up, 1_000)),
            Self::Codes => return answer_codes(receiver, until, None),
            Self::RetryInfo => return answer_codes(receiver, until, Some(RETRY_AFTER)),
            Self::Partial => {
                let refused = Fault::partial_success(5, "no room for these");
                receiver.script([refused.on(Signal::Traces).forever()]);
            }
        }
        sleep_until(until);
        receiver.accept();
        receiver.restart()
    }
}

fn restart(receiver: &Collector, until: Instant) -> io::Result<()> {
    let (away, there) = RESTART;
    loop {
        receiver.stop();
        thread::sleep(away);
        receiver.restart()?;
        if Instant::now() >= until {
            return Ok(());
        }
        thread::sleep(there);
    }
}

/// A fault for every other request of traces, so that whatever is tried again gets through.
fn every_other(fault: impl Fn() -> Fault, times: usize) -> Vec<Fault> {
    let pair = |_| [fault().on(Signal::Traces), Fault::none().on(Signal::Traces)];
    (0..times).flat_map(pair).collect()
}

fn answer_codes(
    receiver: &Collector,
    until: Instant,
    retry_after: Option<Duration>,
) -> io::Result<()> {
    let fault = |code| {
        let fault = Fault::fail(code, "as the script says");
        match retry_after {
            Some(delay) => fault.retry_after(delay),
            None => fault,
        }
    };
    receiver.script(Code::ALL.into_iter().flat_map(|code| every_other(|| fault(code), 1)));
    let patience = Instant::now() + PATIENCE;
    while Instant::now() < until || answered(receiver) < Code::ALL.len() {
        if Instant::now() > patience {
            return Err(io::Error::other(
                "not every code could be answered: too few requests came",
            ));
        }
        thread::sleep(LOOK);
    }
    receiver.accept();
    Ok(())
}

/// With how many codes requests have been answered since the receiver was last cleared.
fn answered(receiver: &Collector) -> usize {
    let codes = receiver.requests().into_iter().filter_map(|request| match request.outcome() {
        Outcome::Failed { code, .. } => Some(code.number()),
        _ => None,
    });
    codes.collect::<BTreeSet<_>>().len()
}

fn sleep_until(time: Instant) {
    thread::sleep(time.saturating_duration_since(Instant::now()));
}

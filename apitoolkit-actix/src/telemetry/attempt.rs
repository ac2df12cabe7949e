use std::time::Duration;

use bytes::Bytes;

use super::transport::{Failure, Receipt, Signal, Transport};

/// Sends a request once, for at most `time`.
pub(crate) async fn attempt(
    transport: &dyn Transport,
    signal: Signal,
    request: &Bytes,
    time: Duration,
) -> Result<Receipt, Failure> {
    tokio::time::timeout(time, transport.send(signal, request.clone()))
        .await
        .unwrap_or_else(|_| Err(Failure::timed_out(time)))
}

/// First wait after a failed export; it doubles up to [`LONGEST`].
const FIRST: Duration = Duration::from_millis(250);
/// A receiver that comes back is found within this time.
const LONGEST: Duration = Duration::from_secs(5);

/// How long to wait between attempts: twice as long each time, and spread, so that many processes
/// do not come back at once.
#[derive(Debug)]
pub(crate) struct Backoff(Duration);

impl Default for Backoff {
    fn default() -> Self {
        Self(FIRST)
    }
}

impl Backoff {
    pub(crate) fn next(&mut self) -> Duration {
        let wait = self.0;
        self.0 = (wait * 2).min(LONGEST);
        // 80 to 120 %.
        wait.mul_f64(0.8 + 0.4 * fastrand::f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_bound_and_are_spread() {
        let mut backoff = Backoff::default();
        for expected in [250, 500, 1_000, 2_000, 4_000, 5_000, 5_000] {
            let wait = backoff.next().as_millis();
            assert!((expected * 8 / 10..=expected * 12 / 10).contains(&wait), "{wait}");
        }
    }
}

use std::{
    backtrace::Backtrace,
    sync::Mutex,
    time::{Duration, Instant},
};

/// Most backtraces of one second. The worker gives their frames names, which takes it a millisecond
/// each; when everything fails at once it has better things to do.
const PER_SECOND: u32 = 20;

/// How the program came here, if the environment asks for that and there were not too many of them
/// lately.
pub(crate) fn capture() -> Option<Backtrace> {
    static LATELY: Mutex<Rate> = Mutex::new(Rate { since: None, taken: 0 });
    // A panic hook waits for nobody.
    let has_room = LATELY.try_lock().is_ok_and(|mut rate| rate.take(Instant::now()));
    has_room.then(Backtrace::capture)
}

/// So many in each second.
#[derive(Debug)]
struct Rate {
    since: Option<Instant>,
    taken: u32,
}

impl Rate {
    fn take(&mut self, now: Instant) -> bool {
        let is_new = self
            .since
            .is_none_or(|since| now.saturating_duration_since(since) >= Duration::from_secs(1));
        if is_new {
            *self = Self { since: Some(now), taken: 0 };
        }
        self.taken += 1;
        self.taken <= PER_SECOND
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_in_a_second_and_no_more() {
        let mut rate = Rate { since: None, taken: 0 };
        let now = Instant::now();
        let taken = |rate: &mut Rate, at| (0..100).filter(|_| rate.take(now + at)).count();
        assert_eq!(taken(&mut rate, Duration::ZERO), PER_SECOND as usize);
        assert_eq!(taken(&mut rate, Duration::from_millis(999)), 0);
        assert_eq!(taken(&mut rate, Duration::from_millis(1_000)), PER_SECOND as usize);
    }
}

//! Which process this is.
//!
//! A fork takes none of the library's threads along, and leaves every lock that another thread held
//! at that moment locked for ever. So what was made before the fork is of no use after it: whoever
//! would add to it has to know, and must not wait for a lock to find out.

use std::{
    cell::Cell,
    process,
    sync::{
        Mutex, MutexGuard, TryLockError,
        atomic::{AtomicU32, Ordering},
    },
};

use super::notice;

thread_local! {
    /// The process in which this thread was seen last; zero before it was.
    ///
    /// To ask the system takes a system call. A thread that begins after the fork asks once, and the
    /// one that made the fork, alone, may take itself for its parent's for a while.
    static SEEN: Cell<u32> = const { Cell::new(0) };
}

/// The process in which it was said last that another one's telemetry is of no use there.
static SAID: AtomicU32 = AtomicU32::new(0);

/// What the fork left behind, in words.
pub(crate) const FORKED: &str = "this process was forked from one that had built its telemetry, \
                                 whose threads are not here: build `Telemetry` after the fork";

/// The process in which something was made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Process(u32);

impl Process {
    pub(crate) fn current() -> Self {
        Self(look())
    }

    /// Whether this is another process, as far as the thread knows. Costs a system call the first
    /// time on each thread and none later.
    pub(crate) fn is_left(self) -> bool {
        let seen = match SEEN.get() {
            0 => look(),
            seen => seen,
        };
        self.0 != seen && say()
    }

    /// Whether this is another process. Costs a system call.
    pub(crate) fn is_left_now(self) -> bool {
        self.0 != look() && say()
    }

    /// Locks what every thread of the process shares, or gives up in another process.
    pub(crate) fn lock<T>(self, mutex: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
        if self.is_left() {
            return None;
        }
        match mutex.try_lock() {
            Ok(guard) => Some(guard),
            // Nothing panics while it holds such a lock; if something did, the data is still whole.
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            // Nobody may be there any more to unlock it.
            Err(TryLockError::WouldBlock) if self.is_left_now() => None,
            Err(TryLockError::WouldBlock) => {
                Some(mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
            }
        }
    }
}

fn look() -> u32 {
    let id = process::id();
    SEEN.set(id);
    id
}

/// Says so, once in each process.
#[cold]
fn say() -> bool {
    let here = SEEN.get();
    if SAID.swap(here, Ordering::Relaxed) != here {
        notice::warn(&format!("nothing is recorded: {FORKED}"));
    }
    true
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, thread};

    use super::*;

    /// As a process has it that was forked from the one in which it was made.
    fn another() -> Process {
        Process(process::id() + 1)
    }

    #[test]
    fn what_was_made_here_is_not_left() {
        let here = Process::current();
        assert!(!here.is_left() && !here.is_left_now());
        assert!(thread::spawn(move || !here.is_left()).join().unwrap());
        assert!(another().is_left() && another().is_left_now());
    }

    #[test]
    fn a_thread_that_made_a_fork_learns_of_it_when_it_looks() {
        let parent = another();
        SEEN.set(parent.0);
        assert!(!parent.is_left());
        assert!(parent.is_left_now());
        assert!(parent.is_left());
    }

    #[test]
    fn a_lock_that_nobody_holds_any_more_is_given_up() {
        let mutex = Mutex::new(1);
        assert_eq!(Process::current().lock(&mutex).as_deref(), Some(&1));
        assert!(another().lock(&mutex).is_none());
        let _held = mutex.lock().unwrap();
        SEEN.set(another().0);
        assert!(another().lock(&mutex).is_none());
    }

    #[test]
    fn a_lock_that_another_thread_holds_is_waited_for() {
        let (mutex, here) = (Mutex::new(1), Process::current());
        let (waits, is_waiting) = mpsc::channel();
        thread::scope(|scope| {
            let mut held = mutex.lock().unwrap();
            let other = scope.spawn(|| {
                waits.send(()).unwrap();
                here.lock(&mutex).map(|guard| *guard)
            });
            is_waiting.recv().unwrap();
            *held = 2;
            drop(held);
            assert_eq!(other.join().unwrap(), Some(2));
        });
    }
}

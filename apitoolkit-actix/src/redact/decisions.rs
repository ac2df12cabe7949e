//! What was decided of names that were seen before.

use std::{collections::HashMap, fmt, sync::Mutex};

use foldhash::quality::RandomState;

/// The longest name that is remembered, in bytes: longer ones are rarely the same twice.
const MAX_LENGTH: usize = 64;
/// As many names are remembered: about 64 KiB at most. After that all are forgotten, so that names
/// somebody made up do not keep those out that come again.
const MAX_NAMES: usize = 512;

/// Whether what stands under a name is secret, for the names of one place.
#[derive(Default)]
pub(super) struct Decisions(Mutex<HashMap<Box<[u8]>, bool, RandomState>>);

impl Decisions {
    /// What `decide` says of a name, which has to be the same each time.
    ///
    /// Nobody waits: a name that comes while another is looked up is decided anew.
    pub(super) fn of(&self, name: &[u8], decide: impl FnOnce() -> bool) -> bool {
        if name.len() > MAX_LENGTH {
            return decide();
        }
        let known = self.0.try_lock().ok().and_then(|seen| seen.get(name).copied());
        known.unwrap_or_else(|| {
            let is_secret = decide();
            self.remember(name, is_secret);
            is_secret
        })
    }

    fn remember(&self, name: &[u8], is_secret: bool) {
        let Ok(mut seen) = self.0.try_lock() else { return };
        if seen.len() >= MAX_NAMES {
            seen.clear();
        }
        seen.insert(name.into(), is_secret);
    }
}

/// Says no name: those that an application added tell where its secrets are.
impl fmt::Debug for Decisions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decisions").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(decisions: &Decisions) -> usize {
        decisions.0.lock().unwrap().len()
    }

    #[test]
    fn a_name_is_decided_once() {
        let decisions = Decisions::default();
        for (name, is_secret) in [("token", true), ("page", false), ("Token", false), ("", false)] {
            assert_eq!(decisions.of(name.as_bytes(), || is_secret), is_secret, "{name}");
            let again = decisions.of(name.as_bytes(), || panic!("{name} is decided again"));
            assert_eq!(again, is_secret, "{name}");
        }
        assert_eq!(held(&decisions), 4);
    }

    #[test]
    fn it_is_bounded_and_learns_again() {
        let decisions = Decisions::default();
        for n in 0..3 * MAX_NAMES {
            assert_eq!(decisions.of(format!("n{n}").as_bytes(), || n % 2 == 0), n % 2 == 0);
            assert!(held(&decisions) <= MAX_NAMES);
        }
        assert!(decisions.of(b"new", || true));
        assert!(decisions.of(b"new", || panic!("it was learned")));
        let long = "x".repeat(MAX_LENGTH + 1);
        assert!(decisions.of(long.as_bytes(), || true));
        assert!(!decisions.of(long.as_bytes(), || false));
    }

    #[test]
    fn whoever_comes_meanwhile_does_not_wait() {
        let decisions = Decisions::default();
        let _held = decisions.0.lock().unwrap();
        assert!(decisions.of(b"token", || true));
    }
}

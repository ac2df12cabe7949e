use std::sync::{Arc, OnceLock};

/// Where the toolkit's own pages are, whose requests are not observed.
#[derive(Debug, Clone, Default)]
pub(super) struct OwnPages(Arc<OnceLock<Box<str>>>);

impl OwnPages {
    /// Says where they are, once: `prefix` begins with a slash and does not end with one.
    pub(super) fn are_below(&self, prefix: &str) {
        let _ = self.0.set(prefix.into());
    }

    /// Whether a path is that of one of them; it is not asked for where there are none.
    pub(super) fn have<'p>(&self, path: impl FnOnce() -> &'p str) -> bool {
        let below = self.0.get().and_then(|prefix| path().strip_prefix(&**prefix));
        below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_below_the_prefix() {
        let pages = OwnPages::default();
        assert!(!pages.have(|| "/"), "before it is known");
        pages.are_below("/_pages");
        pages.are_below("/elsewhere");
        for (path, own) in [
            ("/_pages", true),
            ("/_pages/", true),
            ("/_pages/live", true),
            ("/_pagesx", false),
            ("/users/_pages/1", false),
            ("/elsewhere", false),
        ] {
            assert_eq!(pages.have(|| path), own, "{path}");
        }
    }
}

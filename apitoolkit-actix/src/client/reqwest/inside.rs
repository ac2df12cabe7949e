//! Knowing a request that is being recorded already: there may be two of the middleware in one
//! client, and one call is one exchange.

use std::sync::{Arc, Weak};

use http::Extensions;

/// The mark in a request's extensions. They outlive the call, and a retry brings them again: it
/// holds only as long as its call does.
#[derive(Clone)]
struct Mark(Weak<()>);

/// Holds the mark.
pub(super) struct Inside(#[expect(dead_code, reason = "what matters is that it lives")] Arc<()>);

impl Inside {
    /// Marks a request, until this is dropped.
    pub(super) fn enter(extensions: &mut Extensions) -> Self {
        let call = Arc::new(());
        extensions.insert(Mark(Arc::downgrade(&call)));
        Self(call)
    }

    pub(super) fn is_marked(extensions: &Extensions) -> bool {
        extensions.get::<Mark>().is_some_and(|Mark(call)| call.strong_count() > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_holds_as_long_as_its_call() {
        let mut extensions = Extensions::new();
        assert!(!Inside::is_marked(&extensions));
        let call = Inside::enter(&mut extensions);
        assert!(Inside::is_marked(&extensions));
        drop(call);
        assert!(!Inside::is_marked(&extensions));
        let _again = Inside::enter(&mut extensions);
        assert!(Inside::is_marked(&extensions));
    }
}

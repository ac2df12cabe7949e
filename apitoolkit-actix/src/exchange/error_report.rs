use std::{
    backtrace::{Backtrace, BacktraceStatus},
    borrow::Cow,
    error::Error,
    fmt::Display,
    iter,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::SystemTime,
};

use super::{
    Hidden, error_names,
    text::{Bounded, cut, keep_owned, text_of},
};

/// An error that happened during an exchange, as it was given: its texts are not yet scrubbed.
#[derive(Debug)]
pub(crate) struct ErrorReport {
    pub(crate) when: SystemTime,
    /// A type's name or a short word of ours (`panic`); low cardinality, never a message.
    pub(crate) error_type: &'static str,
    pub(crate) message: String,
    /// The last of its sources, if it has any.
    pub(crate) root: Option<Root>,
    /// What caused the error, or where it happened.
    trace: Option<String>,
    /// Its frames get their names on the worker.
    backtrace: Option<Box<Backtrace>>,
    /// What the texts are not to say.
    hidden: Option<Arc<Hidden>>,
    /// Whether nobody handled it: it is why the exchange failed, if that failed.
    pub(crate) is_unhandled: bool,
}

/// The error that caused all others.
#[derive(Debug)]
pub(crate) struct Root {
    pub(crate) error_type: &'static str,
    pub(crate) message: String,
}

/// `error_type` of an exchange that the app itself says has failed.
pub(crate) const MARKED_FAILED: &str = "marked_failed";
/// Longest text of one message that leaves, in bytes.
const MAX_MESSAGE: usize = 8 * 1024;
/// Longest stack trace that leaves, in bytes.
const MAX_STACK_TRACE: usize = 16 * 1024;
/// How far a chain of sources is followed.
const MAX_CHAIN: usize = 32;
/// About what a backtrace without the names of its frames holds, in bytes.
const BACKTRACE: usize = 8 * 1024;

impl ErrorReport {
    /// A report of an error, of its sources, and of the last of them as its root.
    pub(crate) fn new(error_type: &'static str, error: &dyn Error) -> Self {
        let report = Self::of_message(error_type, Self::message_of(error));
        // What finds the sources is not our code.
        let sources = catch_unwind(AssertUnwindSafe(|| Sources::of(error)));
        match sources {
            Ok(Some(Sources { root, chain })) => {
                Self { root: Some(root), trace: Some(chain), ..report }
            }
            _ => report,
        }
    }

    /// A report of something that has a text and no error value.
    pub(crate) fn of_message(error_type: &'static str, message: impl Into<String>) -> Self {
        let message = keep_owned(message.into(), MAX_MESSAGE);
        Self {
            when: SystemTime::now(),
            error_type,
            message,
            root: None,
            trace: None,
            backtrace: None,
            hidden: None,
            is_unhandled: false,
        }
    }

    /// The text of an error, as reports hold it.
    pub(crate) fn message_of(error: &(impl Display + ?Sized)) -> String {
        text_of(error, MAX_MESSAGE)
    }

    /// Says where it happened.
    pub(crate) fn at(mut self, place: &str) -> Self {
        self.trace = Some(text_of(&format_args!("at {place}"), MAX_MESSAGE));
        self
    }

    /// Adds how the program came there, if that was captured.
    pub(crate) fn with_backtrace(mut self, backtrace: Option<Backtrace>) -> Self {
        let captured = |backtrace: &Backtrace| backtrace.status() == BacktraceStatus::Captured;
        self.backtrace = backtrace.filter(captured).map(Box::new);
        self
    }

    /// Whether the two tell of the same error. A type that tells nothing may be any.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let generic = |report: &Self| error_names::is_generic(report.error_type);
        self.message == other.message
            && (self.error_type == other.error_type || generic(self) || generic(other))
    }

    /// Takes over what another report of the same error knows better.
    pub(super) fn merge(&mut self, other: Self) {
        if error_names::is_generic(self.error_type) && !error_names::is_generic(other.error_type) {
            self.error_type = other.error_type;
        }
        if self.trace.is_none() {
            self.root = other.root;
            self.trace = other.trace;
        }
        self.backtrace = self.backtrace.take().or(other.backtrace);
        self.is_unhandled |= other.is_unhandled;
    }

    /// Has its texts told without what is hidden.
    pub(super) fn hide(&mut self, hidden: &Arc<Hidden>) {
        self.hidden = Some(Arc::clone(hidden));
    }

    /// The message, without what is hidden.
    pub(super) fn told_message(&self) -> Cow<'_, str> {
        Self::without(self.hidden.as_deref(), &self.message)
    }

    /// The message of the root, if there is one, without what is hidden.
    pub(super) fn told_root_message(&self) -> Option<Cow<'_, str>> {
        self.root.as_ref().map(|root| Self::without(self.hidden.as_deref(), &root.message))
    }

    /// Causes, place and backtrace as one text.
    pub(crate) fn stack_trace(&self) -> Option<String> {
        let mut text = Bounded::new(MAX_STACK_TRACE);
        if let Some(trace) = &self.trace {
            text.write(&told(self.hidden.as_deref(), trace, MAX_STACK_TRACE));
        }
        if let Some(backtrace) = &self.backtrace {
            text.write(if self.trace.is_some() {
                "\n\nStack backtrace:\n"
            } else {
                "Stack backtrace:\n"
            });
            text.write(backtrace);
        }
        Some(text.finish()).filter(|text| !text.is_empty())
    }

    /// A message without what is hidden.
    pub(crate) fn without<'t>(hidden: Option<&Hidden>, message: &'t str) -> Cow<'t, str> {
        told(hidden, message, MAX_MESSAGE)
    }

    /// Cuts scrubbed texts to what leaves.
    pub(crate) fn cut_message(message: String) -> String {
        cut(message, MAX_MESSAGE)
    }

    pub(super) fn cut_stack_trace(stack_trace: String) -> String {
        cut(stack_trace, MAX_STACK_TRACE)
    }

    /// How much memory the report holds, in bytes.
    pub(crate) fn size(&self) -> usize {
        size_of::<Self>()
            + self.message.capacity()
            + self.root.as_ref().map_or(0, |root| root.message.capacity())
            + self.trace.as_ref().map_or(0, String::capacity)
            + self.backtrace.as_ref().map_or(0, |_| BACKTRACE)
            + self.hidden.as_ref().map_or(0, |hidden| hidden.size())
    }
}

/// A text of which `leaves` bytes will leave, without what is hidden.
fn told<'t>(hidden: Option<&Hidden>, text: &'t str, leaves: usize) -> Cow<'t, str> {
    match hidden {
        // One that is longer may have been cut.
        Some(hidden) => hidden.clean(text, text.len() > leaves),
        None => Cow::Borrowed(text),
    }
}

/// What caused an error.
struct Sources {
    root: Root,
    chain: String,
}

impl Sources {
    fn of(error: &dyn Error) -> Option<Self> {
        let sources =
            || iter::successors(error.source(), |error| (*error).source()).take(MAX_CHAIN);
        let root = sources().last()?;
        let mut chain = Bounded::new(MAX_STACK_TRACE);
        for (n, source) in sources().enumerate() {
            chain.write(if n == 0 { "Caused by: " } else { "\nCaused by: " });
            chain.write(source);
        }
        let error_type = error_names::of_error(root);
        let root = Root { error_type, message: ErrorReport::message_of(root) };
        Some(Self { root, chain: chain.finish() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("outer")]
    struct Outer(#[source] Middle);

    #[derive(Debug, thiserror::Error)]
    #[error("middle")]
    struct Middle(#[source] std::io::Error);

    #[test]
    fn the_root_is_the_last_source() {
        let error = Outer(Middle(std::io::Error::other("root cause")));
        let report = ErrorReport::new("Outer", &error);
        assert_eq!((report.error_type, report.message.as_str()), ("Outer", "outer"));
        let trace = report.stack_trace();
        assert_eq!(trace.as_deref(), Some("Caused by: middle\nCaused by: root cause"));
        let root = report.root.expect("a root");
        assert_eq!((root.error_type, &*root.message), ("std::io::error::Error", "root cause"));
    }

    #[test]
    fn an_error_without_sources_is_its_own_root() {
        let report = ErrorReport::new("E", &std::fmt::Error);
        assert!(report.root.is_none() && report.stack_trace().is_none());
    }

    #[test]
    fn texts_are_bounded() {
        let report = ErrorReport::of_message("x", "é".repeat(1 << 20));
        assert!((MAX_MESSAGE..2 * MAX_MESSAGE).contains(&report.message.len()));
        assert!(report.size() < 2 * MAX_MESSAGE, "{}", report.size());
        assert_eq!(ErrorReport::cut_message(report.message).len(), MAX_MESSAGE);

        /// Its own cause, for ever.
        #[derive(Debug, thiserror::Error)]
        #[error("{}", "x".repeat(10_000))]
        struct Ring;
        #[derive(Debug)]
        struct Loop;
        impl Display for Loop {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                Ring.fmt(f)
            }
        }
        impl Error for Loop {
            fn source(&self) -> Option<&(dyn Error + 'static)> {
                Some(&Self)
            }
        }
        let report = ErrorReport::new("Loop", &Loop);
        let trace = report.stack_trace().expect("its causes");
        assert!((MAX_STACK_TRACE..2 * MAX_STACK_TRACE).contains(&trace.len()), "{}", trace.len());
    }

    #[test]
    fn what_an_error_does_while_it_is_looked_at_does_no_harm() {
        #[derive(Debug, thiserror::Error)]
        #[error("no luck")]
        struct Panics;
        #[derive(Debug)]
        struct Sourced;
        impl Display for Sourced {
            fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                panic!("in a Display")
            }
        }
        impl Error for Sourced {
            fn source(&self) -> Option<&(dyn Error + 'static)> {
                panic!("in a source")
            }
        }
        assert_eq!(ErrorReport::new("E", &Sourced).message, "… (its Display panicked)");
        assert_eq!(ErrorReport::new("E", &Panics).message, "no luck");
    }

    #[test]
    fn the_same_error_is_known_by_its_text_and_type() {
        let report = |error_type, message: &str| ErrorReport::of_message(error_type, message);
        let same = |a: &ErrorReport, b: &ErrorReport| (a.is_same(b), b.is_same(a));
        let named = report("app::E", "x");
        assert_eq!(same(&named, &report("app::E", "x")), (true, true));
        assert_eq!(same(&named, &report(error_names::ACTIX, "x")), (true, true));
        assert_eq!(same(&named, &report("app::F", "x")), (false, false));
        assert_eq!(same(&named, &report("app::E", "y")), (false, false));

        let mut merged = report(error_names::ACTIX, "x");
        let mut other = ErrorReport::new("Outer", &Outer(Middle(std::io::Error::other("root"))));
        other.is_unhandled = true;
        merged.merge(other);
        assert_eq!(merged.error_type, "Outer");
        assert_eq!(merged.root.as_ref().map(|root| root.message.as_str()), Some("root"));
        assert!(merged.is_unhandled && merged.stack_trace().is_some());
    }
}

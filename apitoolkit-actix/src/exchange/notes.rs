use std::{fmt, sync::Arc, time::SystemTime};

use super::{Attributes, ErrorReport, Hidden, error_names};

/// What the app adds to an exchange while it runs.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    errors: Vec<ErrorReport>,
    error_bytes: usize,
    /// How many errors there were beyond those that are kept.
    omitted: u64,
    pub(crate) attributes: Attributes,
    /// What the errors are not to say.
    pub(crate) hidden: Option<Arc<Hidden>>,
    marked_failed: bool,
    undecided: Vec<Undecided>,
    /// Whether the app has answered: what fails from now on is no reason for the answer.
    answered: bool,
}

/// Failures of a service inside the exchange, which the service's span tells of unless the exchange
/// does.
pub(crate) struct Undecided {
    pub(crate) failures: Vec<Failed>,
    /// Takes those that the exchange does not tell of.
    pub(crate) tell: Box<dyn FnOnce(Vec<Failed>) + Send>,
}

/// A failure of a service.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) when: SystemTime,
    pub(crate) error_type: &'static str,
    /// Not scrubbed.
    pub(crate) message: Option<String>,
}

/// `error_type` of the entry that says how many errors were left out.
const MORE_ERRORS: &str = "more_errors";
/// Most errors of one exchange; the rest is counted.
const MAX_ERRORS: usize = 32;
/// Most memory that they take together, in bytes: all of it leaves twice, escaped as JSON for one.
const MAX_ERROR_BYTES: usize = 64 * 1024;
/// How many of them have a backtrace, which takes as much memory as all else about an error, and
/// takes the worker a millisecond.
const MAX_BACKTRACES: usize = 4;
/// Most services whose failures wait for the answer.
const MAX_UNDECIDED: usize = 64;

impl Notes {
    /// None yet, of an exchange that the app has answered already, or not.
    pub(crate) fn new(answered: bool) -> Self {
        Self { answered, ..Self::default() }
    }

    /// Whether another error would be kept. If not, it is counted.
    pub(crate) fn has_room(&mut self) -> bool {
        let has_room = self.errors.len() < MAX_ERRORS && self.error_bytes < MAX_ERROR_BYTES;
        self.omitted += u64::from(!has_room);
        has_room
    }

    /// Whether a backtrace of the next error is worth its price.
    pub(crate) fn wants_backtrace(&self) -> bool {
        self.errors.len() < MAX_BACKTRACES
    }

    /// Adds an error that the app reports.
    pub(crate) fn report(&mut self, report: ErrorReport) {
        let fits = self.errors.is_empty() || self.error_bytes + report.size() <= MAX_ERROR_BYTES;
        if fits && self.errors.len() < MAX_ERRORS {
            self.push(report);
        } else {
            self.omitted += 1;
        }
    }

    /// Adds an error that nobody handled: once, if it was reported before, and always.
    pub(crate) fn unhandled(&mut self, mut report: ErrorReport) {
        report.is_unhandled = true;
        if let Some(known) = self.errors.iter_mut().rev().find(|known| known.is_same(&report)) {
            known.merge(report);
            return;
        }
        if error_names::is_generic(report.error_type) {
            let failures = self.undecided.iter().flat_map(|undecided| &undecided.failures);
            let same = failures.rev().find(|f| f.message.as_ref() == Some(&report.message));
            if let Some(failed) = same {
                report.error_type = failed.error_type;
            }
        }
        self.push(report);
    }

    /// Marks the exchange as failed.
    pub(crate) fn mark_failed(&mut self, report: ErrorReport) {
        self.marked_failed = true;
        if !self.errors.iter().any(|known| known.is_same(&report)) {
            self.report(report);
        }
    }

    pub(crate) fn is_marked_failed(&self) -> bool {
        self.marked_failed
    }

    /// Lets the end of the handler decide who tells of failures; gives them back if it will not.
    pub(crate) fn defer(&mut self, undecided: Undecided) -> Option<Undecided> {
        if self.answered || self.undecided.len() >= MAX_UNDECIDED {
            return Some(undecided);
        }
        self.undecided.push(undecided);
        None
    }

    /// The app has answered. Returns who is to tell of what.
    pub(crate) fn answer(&mut self) -> Vec<Undecided> {
        self.answered = true;
        let mut undecided = std::mem::take(&mut self.undecided);
        for Undecided { failures, .. } in &mut undecided {
            failures.retain(|failed| {
                !self.errors.iter().any(|error| failed.message.as_ref() == Some(&error.message))
            });
        }
        undecided
    }

    /// All errors in order; how many were left out, as the last.
    pub(crate) fn take_errors(&mut self) -> Vec<ErrorReport> {
        let mut errors = std::mem::take(&mut self.errors);
        if self.omitted > 0 {
            let (n, s) = (self.omitted, if self.omitted == 1 { "" } else { "s" });
            errors.push(ErrorReport::of_message(MORE_ERRORS, format!("{n} more error{s}")));
        }
        if let Some(hidden) = &self.hidden {
            errors.iter_mut().for_each(|error| error.hide(hidden));
        }
        errors
    }

    fn push(&mut self, report: ErrorReport) {
        self.error_bytes += report.size();
        self.errors.push(report);
    }
}

impl fmt::Debug for Undecided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Undecided").field("failures", &self.failures.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use crate::exchange::error_report::MARKED_FAILED;

    fn report(error_type: &'static str, message: &str) -> ErrorReport {
        ErrorReport::of_message(error_type, message)
    }

    /// Type, message, and whether nobody handled it, of each error.
    fn seen(mut notes: Notes) -> Vec<(&'static str, String, bool)> {
        let errors = notes.take_errors().into_iter();
        errors.map(|error| (error.error_type, error.message, error.is_unhandled)).collect()
    }

    #[test]
    fn errors_are_kept_in_order_and_one_that_nobody_handles_once() {
        let mut notes = Notes::default();
        notes.report(report("a::A", "1"));
        notes.report(report("b::B", "2"));
        notes.report(report("a::A", "1"));
        notes.unhandled(report("actix_web::Error", "2"));
        notes.unhandled(report("panic", "3"));
        assert_eq!(
            seen(notes),
            [
                ("a::A", "1".to_owned(), false),
                ("b::B", "2".to_owned(), true),
                ("a::A", "1".to_owned(), false),
                ("panic", "3".to_owned(), true),
            ]
        );
    }

    #[test]
    fn many_errors_are_counted_and_the_last_straw_is_kept() {
        let mut notes = Notes::default();
        for n in 0..10_000 {
            if notes.has_room() {
                notes.report(report("E", &n.to_string()));
            }
        }
        notes.unhandled(report("panic", "the end"));
        let seen = seen(notes);
        assert_eq!(seen.len(), MAX_ERRORS + 2);
        assert_eq!(seen[MAX_ERRORS], ("panic", "the end".to_owned(), true));
        assert_eq!(seen[MAX_ERRORS + 1], ("more_errors", "9968 more errors".to_owned(), false));
    }

    #[test]
    fn large_errors_are_fewer() {
        let mut notes = Notes::default();
        for n in 0..MAX_ERRORS {
            notes.report(report("E", &n.to_string().repeat(1 << 20)));
        }
        let bytes: usize = notes.take_errors().iter().map(ErrorReport::size).sum();
        assert!(bytes <= MAX_ERROR_BYTES + 1_000, "{bytes}");
    }

    #[test]
    fn marking_adds_a_reason_once() {
        let mut notes = Notes::default();
        assert!(!notes.is_marked_failed());
        notes.mark_failed(report(MARKED_FAILED, "no stock"));
        notes.mark_failed(report(MARKED_FAILED, "no stock"));
        assert!(notes.is_marked_failed());
        assert_eq!(seen(notes), [(MARKED_FAILED, "no stock".to_owned(), false)]);
    }

    #[test]
    fn failures_of_services_wait_for_the_answer() {
        let (told, tell) = mpsc::channel();
        let undecided = |name: &'static str, messages: &[Option<&str>]| {
            let told = told.clone();
            Undecided {
                failures: messages
                    .iter()
                    .map(|message| Failed {
                        when: SystemTime::now(),
                        error_type: "app::E",
                        message: message.map(str::to_owned),
                    })
                    .collect(),
                tell: Box::new(move |rest| {
                    let rest: Vec<_> = rest.into_iter().map(|failed| failed.message).collect();
                    told.send((name, rest)).unwrap();
                }),
            }
        };
        let mut notes = Notes::default();
        assert!(notes.defer(undecided("same", &[Some("x")])).is_none());
        assert!(notes.defer(undecided("other", &[Some("y"), Some("x"), None])).is_none());
        notes.unhandled(report("actix_web::Error", "x"));
        for Undecided { failures, tell } in notes.answer() {
            tell(failures);
        }
        assert!(notes.defer(undecided("late", &[Some("x")])).is_some());
        assert_eq!(
            tell.try_iter().collect::<Vec<_>>(),
            [("same", vec![]), ("other", vec![Some("y".to_owned()), None])]
        );
        assert_eq!(seen(notes), [("app::E", "x".to_owned(), true)], "the service knew its type");
    }
}

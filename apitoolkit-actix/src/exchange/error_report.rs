use std::{error::Error, iter, time::SystemTime};

/// An error that happened during an exchange, as it was given: its texts are not yet scrubbed.
#[derive(Debug, Clone)]
pub(crate) struct ErrorReport {
    pub(crate) when: SystemTime,
    /// A type's name or a short word of ours (`panic`); low cardinality, never a message.
    pub(crate) error_type: &'static str,
    pub(crate) message: String,
    pub(crate) root_error_type: &'static str,
    pub(crate) root_error_message: String,
    pub(crate) stack_trace: Option<String>,
}

/// Longest text of one message that is kept, in bytes.
const MAX_MESSAGE: usize = 8 * 1024;
/// How far a chain of sources is followed.
const MAX_CHAIN: usize = 32;

impl ErrorReport {
    /// A report of an error and, as its root, the last of its sources.
    pub(crate) fn new(error_type: &'static str, error: &dyn Error) -> Self {
        let root =
            iter::successors(error.source(), |error| (*error).source()).take(MAX_CHAIN).last();
        Self {
            when: SystemTime::now(),
            error_type,
            message: bounded(error.to_string()),
            root_error_type: error_type,
            root_error_message: bounded(
                root.map_or_else(|| error.to_string(), ToString::to_string),
            ),
            stack_trace: None,
        }
    }

    /// A report of something that has a text and no error value.
    pub(crate) fn of_message(error_type: &'static str, message: impl Into<String>) -> Self {
        let message = bounded(message.into());
        Self {
            when: SystemTime::now(),
            error_type,
            root_error_type: error_type,
            root_error_message: message.clone(),
            message,
            stack_trace: None,
        }
    }

    /// How much memory the report holds, in bytes.
    pub(crate) fn size(&self) -> usize {
        size_of::<Self>()
            + self.message.capacity()
            + self.root_error_message.capacity()
            + self.stack_trace.as_ref().map_or(0, String::capacity)
    }
}

fn bounded(mut text: String) -> String {
    if text.len() > MAX_MESSAGE {
        let cut = (0..=MAX_MESSAGE).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(cut);
        text.shrink_to_fit();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("outer")]
    struct Outer(#[source] std::io::Error);

    #[test]
    fn the_root_is_the_last_source() {
        let report = ErrorReport::new("Outer", &Outer(std::io::Error::other("root cause")));
        assert_eq!(report.message, "outer");
        assert_eq!(report.root_error_message, "root cause");
    }

    #[test]
    fn messages_are_bounded_on_a_character_boundary() {
        let report = ErrorReport::of_message("x", "é".repeat(MAX_MESSAGE));
        assert!(report.message.len() <= MAX_MESSAGE && report.message.ends_with('é'));
    }
}

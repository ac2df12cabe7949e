use std::time::SystemTime;

use super::ErrorReport;
use crate::redact::Redactor;

/// An error whose texts were scrubbed.
#[derive(Debug)]
pub(crate) struct RedactedError {
    pub(crate) when: SystemTime,
    pub(crate) error_type: &'static str,
    pub(crate) message: String,
    pub(crate) root_error_type: &'static str,
    pub(crate) root_error_message: String,
    pub(crate) stack_trace: Option<String>,
    pub(crate) is_unhandled: bool,
}

impl RedactedError {
    pub(super) fn new(report: &ErrorReport, redactor: &Redactor) -> Self {
        let scrub = |text: &str| redactor.text(text).into_owned();
        let message = ErrorReport::cut_message(scrub(&report.told_message()));
        let root = report.root.as_ref();
        Self {
            when: report.when,
            error_type: report.error_type,
            root_error_type: root.map_or(report.error_type, |root| root.error_type),
            root_error_message: report
                .told_root_message()
                .map_or_else(|| message.clone(), |root| ErrorReport::cut_message(scrub(&root))),
            message,
            stack_trace: report
                .stack_trace()
                .map(|trace| ErrorReport::cut_stack_trace(scrub(&trace))),
            is_unhandled: report.is_unhandled,
        }
    }
}

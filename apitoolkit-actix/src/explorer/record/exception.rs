use opentelemetry::trace::Event;

use super::Record;
use crate::semconv;

/// An error that a span tells of in an `exception` event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::explorer) struct Exception<'r> {
    /// `exception.type`; empty if the event has none.
    pub(in crate::explorer) kind: &'r str,
    pub(in crate::explorer) message: &'r str,
    /// The chain of causes, or the backtrace; empty if there is none.
    pub(in crate::explorer) trace: &'r str,
}

impl Record {
    /// The errors of a span, in order.
    pub(in crate::explorer) fn exceptions(&self) -> impl Iterator<Item = Exception<'_>> {
        let events = self.span.events.iter();
        events.filter(|event| event.name == semconv::EXCEPTION).map(|event| Exception {
            kind: text(event, semconv::EXCEPTION_TYPE),
            message: text(event, semconv::EXCEPTION_MESSAGE),
            trace: text(event, semconv::EXCEPTION_STACKTRACE),
        })
    }
}

fn text<'e>(event: &'e Event, key: &str) -> &'e str {
    let attribute = event.attributes.iter().find(|attribute| attribute.key.as_str() == key);
    match attribute.map(|attribute| &attribute.value) {
        Some(opentelemetry::Value::String(text)) => text.as_str(),
        _ => "",
    }
}

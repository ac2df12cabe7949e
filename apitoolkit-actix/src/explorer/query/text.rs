//! Searching texts, whatever their case.

use std::borrow::Cow;

use memchr::{memchr2_iter, memmem};

use crate::explorer::record::{Part, Record, each};

/// What is looked for.
#[derive(Debug)]
pub(super) struct Needle {
    lower: String,
    is_ascii: bool,
}

impl Needle {
    pub(super) fn new(text: &str) -> Self {
        let is_ascii = text.is_ascii();
        let lower = if is_ascii { text.to_ascii_lowercase() } else { text.to_lowercase() };
        Self { lower, is_ascii }
    }

    /// Whether it stands anywhere in a record.
    pub(super) fn is_in(&self, record: &Record) -> bool {
        let span = &record.span;
        self.is_in_text(&span.name)
            || self.is_in_text(&record.trace_id())
            || self.is_in_text(&record.span_id())
            || self.is_in_attributes(&span.attributes)
            || span.events.iter().any(|event| {
                self.is_in_text(&event.name) || self.is_in_attributes(&event.attributes)
            })
            || matches!(&span.status, opentelemetry::trace::Status::Error { description }
                if self.is_in_text(description))
            || [Part::Request, Part::Response].into_iter().any(|part| {
                // What is not in base64 was seen among the attributes.
                matches!(record.body(part), Some(Cow::Owned(body)) if self.is_in_bytes(&body))
            })
    }

    fn is_in_attributes(&self, attributes: &[opentelemetry::KeyValue]) -> bool {
        attributes.iter().any(|attribute| {
            let key = attribute.key.as_str();
            let is_base64 = key == crate::semconv::HTTP_REQUEST_BODY
                || key == crate::semconv::HTTP_RESPONSE_BODY;
            let mut found = self.is_in_text(key);
            if !found && !is_base64 {
                each(&attribute.value, |text| found = found || self.is_in_text(text));
            }
            found
        })
    }

    pub(super) fn is_in_text(&self, text: &str) -> bool {
        match self.is_ascii {
            true => find_ascii(text.as_bytes(), self.lower.as_bytes()),
            false if text.is_ascii() => false,
            false => text.to_lowercase().contains(&self.lower),
        }
    }

    fn is_in_bytes(&self, bytes: &[u8]) -> bool {
        match self.is_ascii {
            true => find_ascii(bytes, self.lower.as_bytes()),
            false => self.is_in_text(&String::from_utf8_lossy(bytes)),
        }
    }
}

/// Whether `lower` stands in a text, in upper or lower case.
fn find_ascii(text: &[u8], lower: &[u8]) -> bool {
    let Some(&first) = lower.first() else { return true };
    let upper = first.to_ascii_uppercase();
    if first == upper && !lower.iter().any(u8::is_ascii_lowercase) {
        return memmem::find(text, lower).is_some();
    }
    memchr2_iter(first, upper, text).any(|at| {
        text.get(at..at + lower.len()).is_some_and(|found| found.eq_ignore_ascii_case(lower))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{explorer::record::testing::Made, semconv};

    #[test]
    fn case_does_not_count() {
        let found = |needle: &str, text: &str| Needle::new(needle).is_in_text(text);
        assert!(found("HeLLo", "say hello") && found("hello", "SAY HELLO") && found("", "x"));
        assert!(found("12-3", "a12-3") && !found("12-3", "12-") && !found("hello", "hell"));
        assert!(found("straße", "DIE STRAßE") && found("ÉTÉ", "un été") && !found("é", "e"));
        assert!(found("aab", "aaab"));
    }

    #[test]
    fn everything_of_a_record_is_searched() {
        let record = Made::incoming("GET", "/orders", 418)
            .ids(0xabc, 0xdef)
            .header("http.request.header.accept", &["text/html", "image/PNG"])
            .body(semconv::HTTP_RESPONSE_BODY, br#"{"Name":"Grete"}"#)
            .attribute(semconv::HTTP_REQUEST_BODY_CONTENT, "plain WORDS")
            .exception("Timeout", "took too long", "0: main")
            .failed("broken pipe")
            .record(1);
        for text in [
            "image/png",
            "418",
            "grete",
            "\"name\"",
            "plain words",
            "TOOK TOO",
            "broken",
            "abc",
            "0def",
            "monoscope.http",
            "http.route",
            "timeout",
        ] {
            assert!(Needle::new(text).is_in(&record), "{text}");
        }
        // The letters of the base64 are not searched.
        let base64 = record.text(semconv::HTTP_RESPONSE_BODY).unwrap();
        for text in ["absent", base64] {
            assert!(!Needle::new(text).is_in(&record), "{text}");
        }
    }
}

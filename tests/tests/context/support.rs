//! What the tests of the context share.

use std::{error::Error, fmt};

use actix_web::ResponseError;
use apitoolkit_actix::testing::{Kind, Span};
use apitoolkit_tests::{SOON, TestApp};
use serde_json::Value;

/// An error of an app's own, with a cause.
#[derive(Debug)]
pub(crate) struct Broken(pub(crate) Cause);

#[derive(Debug)]
pub(crate) struct Cause(pub(crate) std::num::ParseIntError);

impl Broken {
    pub(crate) fn new() -> Self {
        Self(Cause("x".parse::<u8>().unwrap_err()))
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no stock at postgres://app:CANARY-1@db/x")
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the count is odd, password=CANARY-2")
    }
}

impl Error for Broken {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

impl Error for Cause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

impl ResponseError for Broken {}

pub(crate) const BROKEN_TYPE: &str = "context::support::Broken";
pub(crate) const BROKEN: &str = "no stock at postgres://REDACTED:REDACTED@db/x";
pub(crate) const BROKEN_ROOT: [&str; 2] =
    ["core::num::error::ParseIntError", "invalid digit found in string"];
pub(crate) const BROKEN_CAUSES: &str = "Caused by: the count is odd, password=[CLIENT_REDACTED]\n\
                                        Caused by: invalid digit found in string";

/// The spans of an app that are no exchanges, when there are so many, in the order of their names.
pub(crate) fn inner(app: &TestApp, count: usize) -> Vec<Span> {
    let inside = |span: &Span| span.kind != Kind::Server;
    app.collector.wait_for(inside, count, SOON).unwrap();
    app.telemetry.flush().unwrap();
    let mut spans: Vec<_> = app.collector.spans().into_iter().filter(inside).collect();
    assert_eq!(spans.len(), count, "{spans:#?}");
    spans.sort_by(|a, b| a.name.cmp(&b.name));
    spans
}

/// All that is told of an error, but for its time and backtrace.
#[derive(Debug, PartialEq)]
pub(crate) struct Told {
    pub(crate) error_type: String,
    pub(crate) message: String,
    pub(crate) root: [String; 2],
    pub(crate) trace: String,
}

impl Told {
    /// Of an error that has no cause.
    pub(crate) fn new(error_type: &str, message: &str) -> Self {
        Self::of(error_type, message, [error_type, message], "")
    }

    pub(crate) fn of(error_type: &str, message: &str, root: [&str; 2], trace: &str) -> Self {
        Self {
            error_type: error_type.to_owned(),
            message: message.to_owned(),
            root: root.map(str::to_owned),
            trace: trace.to_owned(),
        }
    }

    pub(crate) fn broken() -> Self {
        Self::of(BROKEN_TYPE, BROKEN, BROKEN_ROOT, BROKEN_CAUSES)
    }
}

/// Every error that an exchange tells of: by its attribute, and the same by its events.
pub(crate) fn errors(span: &Span) -> Vec<Told> {
    let Some(text) = span.str_attr("apitoolkit.errors") else {
        assert_eq!(span.events.len(), 0);
        return Vec::new();
    };
    let errors: Vec<Value> = serde_json::from_str(text).unwrap();
    assert_eq!(errors.len(), span.events.len());
    let told = errors.iter().zip(&span.events).map(|(error, event)| {
        let text = |name: &str| error[name].as_str().unwrap().to_owned();
        let trace = text("stack_trace");
        assert_eq!(error.as_object().unwrap().len(), 6, "{error}");
        assert!(text("when").starts_with("20") && text("when").ends_with('Z'), "{error}");
        assert_eq!(event.name, "exception");
        assert!(span.start <= event.time && event.time <= span.end);
        let mut expected =
            vec![("exception.type", text("error_type")), ("exception.message", text("message"))];
        expected.extend((!trace.is_empty()).then(|| ("exception.stacktrace", trace.clone())));
        let seen: Vec<_> =
            event.attributes.iter().map(|(k, v)| (k, v.as_str().unwrap().to_owned())).collect();
        assert_eq!(seen, expected);
        Told {
            error_type: text("error_type"),
            message: text("message"),
            root: [text("root_error_type"), text("root_error_message")],
            trace: without_backtrace(&trace),
        }
    });
    told.collect()
}

/// Whether there is one depends on the environment.
fn without_backtrace(trace: &str) -> String {
    trace.split("Stack backtrace:\n").next().unwrap_or_default().trim_end().to_owned()
}

/// The exceptions of a span that is no exchange: type and message.
pub(crate) fn exceptions(span: &Span) -> Vec<[String; 2]> {
    let text = |event: &apitoolkit_actix::testing::Event, key| {
        event.attributes.str(key).unwrap_or_default().to_owned()
    };
    let told = |event| [text(event, "exception.type"), text(event, "exception.message")];
    span.events.iter().map(told).collect()
}

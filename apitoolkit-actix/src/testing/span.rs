//! The typed view of a received span.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use opentelemetry_proto::tonic::trace::v1 as proto;

use super::{
    Attributes, Scope, Value,
    origin::{hex, time},
};

/// One span as it was received.
///
/// ```no_run
/// use std::time::Duration;
/// use apitoolkit_actix::testing::{Collector, Kind, StatusCode};
///
/// let collector = Collector::start()?;
/// // … the app under test exports to collector.endpoint() …
/// let spans = collector.wait_for_spans(1, Duration::from_secs(5))?;
/// assert_eq!(spans[0].kind, Kind::Server);
/// assert_eq!(spans[0].status.code, StatusCode::Unset);
/// assert_eq!(spans[0].str_attr("http.route"), Some("/users/{id}"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Span {
    /// The span's name.
    pub name: String,
    /// Which side of which kind of work it describes.
    pub kind: Kind,
    /// The trace's id: 32 lower-case hexadecimal digits.
    pub trace_id: String,
    /// The span's id: 16 lower-case hexadecimal digits.
    pub span_id: String,
    /// The parent's id, also when the parent is in another process; `None` for a root.
    pub parent_span_id: Option<String>,
    /// W3C `tracestate`, empty if there was none.
    pub trace_state: String,
    /// Trace flags and the bits that say whether the parent was remote, as OTLP carries them.
    pub flags: u32,
    /// Wall clock when it started.
    pub start: SystemTime,
    /// Wall clock when it ended.
    pub end: SystemTime,
    /// How it ended.
    pub status: Status,
    /// The span's attributes.
    pub attributes: Attributes,
    /// Its events, exceptions among them, in the order of arrival.
    pub events: Vec<Event>,
    /// Its links, in the order of arrival.
    pub links: Vec<Link>,
    /// The instrumentation scope that made it.
    pub scope: Scope,
    /// The attributes of the resource (service) that sent it.
    pub resource: Attributes,
}

impl Span {
    /// How long it took; zero if it ended before it started.
    #[must_use]
    pub fn duration(&self) -> Duration {
        self.end.duration_since(self.start).unwrap_or_default()
    }

    /// The value of attribute `key`.
    #[must_use]
    pub fn attr(&self, key: &str) -> Option<&Value> {
        self.attributes.get(key)
    }

    /// The text of attribute `key`; `None` also when it is of another type.
    #[must_use]
    pub fn str_attr(&self, key: &str) -> Option<&str> {
        self.attributes.str(key)
    }

    /// The integer of attribute `key`; `None` also when it is of another type.
    #[must_use]
    pub fn int_attr(&self, key: &str) -> Option<i64> {
        self.attributes.int(key)
    }

    /// The truth value of attribute `key`; `None` also when it is of another type.
    #[must_use]
    pub fn bool_attr(&self, key: &str) -> Option<bool> {
        self.attributes.bool(key)
    }

    /// The `string[]` of attribute `key`; `None` also when it is of another type.
    #[must_use]
    pub fn strings_attr(&self, key: &str) -> Option<Vec<&str>> {
        self.attributes.strings(key)
    }

    /// The captured request body, decoded. See [`body`](Self::body).
    #[must_use]
    pub fn request_body(&self) -> Option<Vec<u8>> {
        self.body("request")
    }

    /// The captured response body, decoded. See [`body`](Self::body).
    #[must_use]
    pub fn response_body(&self) -> Option<Vec<u8>> {
        self.body("response")
    }

    /// The captured body of one `side`, `request` or `response`: base64 of `http.<side>.body`
    /// decoded, or `http.<side>.body.content` as it is.
    ///
    /// A `http.<side>.body` that is not base64 (a marker in clear) is returned as it is. `None`
    /// when neither attribute is there, and for any other `side`.
    #[must_use]
    pub fn body(&self, side: &str) -> Option<Vec<u8>> {
        let encoded = self.attr(&format!("http.{side}.body")).map(|value| match value {
            Value::String(text) => STANDARD.decode(text).unwrap_or_else(|_| text.clone().into()),
            other => plain(other),
        });
        encoded.or_else(|| self.attr(&format!("http.{side}.body.content")).map(plain))
    }

    /// The events with this name, `exception` for example.
    pub fn events_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Event> {
        self.events.iter().filter(move |event| event.name == name)
    }

    pub(super) fn from_proto(span: proto::Span, scope: &Scope, resource: &Attributes) -> Self {
        let kind = Kind::from_proto(span.kind());
        Self {
            kind,
            name: span.name,
            trace_id: hex(&span.trace_id),
            span_id: hex(&span.span_id),
            parent_span_id: Some(hex(&span.parent_span_id)).filter(|id| !id.is_empty()),
            trace_state: span.trace_state,
            flags: span.flags,
            start: time(span.start_time_unix_nano),
            end: time(span.end_time_unix_nano),
            status: Status::from_proto(span.status),
            attributes: Attributes::from_proto(span.attributes),
            events: span.events.into_iter().map(Event::from_proto).collect(),
            links: span.links.into_iter().map(Link::from_proto).collect(),
            scope: scope.clone(),
            resource: resource.clone(),
        }
    }
}

/// What kind of work a span describes. `Display` gives OpenTelemetry's upper-case name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// Not said.
    Unspecified,
    /// Work inside the process.
    Internal,
    /// An incoming request.
    Server,
    /// An outgoing call.
    Client,
    /// A message sent.
    Producer,
    /// A message received.
    Consumer,
}

impl Kind {
    fn from_proto(kind: proto::span::SpanKind) -> Self {
        use proto::span::SpanKind as Proto;
        match kind {
            Proto::Unspecified => Self::Unspecified,
            Proto::Internal => Self::Internal,
            Proto::Server => Self::Server,
            Proto::Client => Self::Client,
            Proto::Producer => Self::Producer,
            Proto::Consumer => Self::Consumer,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unspecified => "UNSPECIFIED",
            Self::Internal => "INTERNAL",
            Self::Server => "SERVER",
            Self::Client => "CLIENT",
            Self::Producer => "PRODUCER",
            Self::Consumer => "CONSUMER",
        })
    }
}

/// How a span ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// The code.
    pub code: StatusCode,
    /// The description, empty if there was none.
    pub message: String,
}

impl Status {
    fn from_proto(status: Option<proto::Status>) -> Self {
        let status = status.unwrap_or_default();
        let code = match status.code() {
            proto::status::StatusCode::Unset => StatusCode::Unset,
            proto::status::StatusCode::Ok => StatusCode::Ok,
            proto::status::StatusCode::Error => StatusCode::Error,
        };
        Self { code, message: status.message }
    }
}

/// The code of a span's [`Status`]. `Display` gives `Unset`, `Ok` or `Error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StatusCode {
    /// Neither success nor failure was stated.
    Unset,
    /// Success was stated.
    Ok,
    /// It failed.
    Error,
}

impl fmt::Display for StatusCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unset => "Unset",
            Self::Ok => "Ok",
            Self::Error => "Error",
        })
    }
}

/// An event of a span, an `exception` for example.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Event {
    /// The event's name.
    pub name: String,
    /// Wall clock when it happened.
    pub time: SystemTime,
    /// The event's attributes.
    pub attributes: Attributes,
}

impl Event {
    fn from_proto(event: proto::span::Event) -> Self {
        Self {
            name: event.name,
            time: time(event.time_unix_nano),
            attributes: Attributes::from_proto(event.attributes),
        }
    }
}

/// A span's link to another span.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Link {
    /// The other span's trace: 32 lower-case hexadecimal digits.
    pub trace_id: String,
    /// The other span: 16 lower-case hexadecimal digits.
    pub span_id: String,
    /// The link's attributes.
    pub attributes: Attributes,
}

impl Link {
    fn from_proto(link: proto::span::Link) -> Self {
        Self {
            trace_id: hex(&link.trace_id),
            span_id: hex(&link.span_id),
            attributes: Attributes::from_proto(link.attributes),
        }
    }
}

fn plain(value: &Value) -> Vec<u8> {
    match value {
        Value::String(text) => text.clone().into_bytes(),
        Value::Bytes(bytes) => bytes.clone(),
        other => other.to_json().to_string().into_bytes(),
    }
}

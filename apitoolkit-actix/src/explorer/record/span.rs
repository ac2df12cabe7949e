use std::{
    borrow::Cow,
    time::{Duration, SystemTime},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use opentelemetry::{Array, Value, trace::Status};
use opentelemetry_sdk::trace::SpanData;

use super::{Kind, size_of_span};
use crate::{redact::Redactor, semconv};

/// A span as it left, and what lists say of it.
#[derive(Debug)]
pub(in crate::explorer) struct Record {
    /// Its place in the order of arrival, from 1; also the id of its event in the live list.
    pub(in crate::explorer) id: u64,
    pub(in crate::explorer) kind: Kind,
    /// `http.response.status_code`.
    pub(in crate::explorer) status: Option<u16>,
    /// Whether the span's status is an error.
    pub(in crate::explorer) failed: bool,
    pub(in crate::explorer) took: Duration,
    /// About how much memory it takes.
    pub(in crate::explorer) bytes: usize,
    /// Whether it came from a file rather than from this process.
    pub(in crate::explorer) imported: bool,
    /// Since when it is kept, as far as its age counts.
    pub(in crate::explorer) since: SystemTime,
    pub(in crate::explorer) span: SpanData,
}

/// Which body of an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::explorer) enum Part {
    Request,
    Response,
}

impl Record {
    pub(in crate::explorer) fn new(id: u64, span: SpanData, imported: bool) -> Self {
        let mut record = Self {
            id,
            kind: Kind::of(&span),
            status: None,
            failed: matches!(span.status, Status::Error { .. }),
            took: span.end_time.duration_since(span.start_time).unwrap_or_default(),
            bytes: size_of_span(&span),
            imported,
            // A file may tell of long ago.
            since: if imported { SystemTime::now() } else { span.end_time },
            span,
        };
        record.status = record
            .int(semconv::HTTP_RESPONSE_STATUS_CODE)
            .and_then(|status| u16::try_from(status).ok());
        record
    }

    pub(in crate::explorer) fn started(&self) -> SystemTime {
        self.span.start_time
    }

    /// 32 lower-case hexadecimal digits.
    pub(in crate::explorer) fn trace_id(&self) -> String {
        self.span.span_context.trace_id().to_string()
    }

    /// 16 lower-case hexadecimal digits.
    pub(in crate::explorer) fn span_id(&self) -> String {
        self.span.span_context.span_id().to_string()
    }

    pub(in crate::explorer) fn attribute(&self, key: &str) -> Option<&Value> {
        let mut attributes = self.span.attributes.iter();
        attributes.find(|attribute| attribute.key.as_str() == key).map(|a| &a.value)
    }

    /// The text of an attribute; absent also when it is no text.
    pub(in crate::explorer) fn text(&self, key: &str) -> Option<&str> {
        match self.attribute(key)? {
            Value::String(text) => Some(text.as_str()),
            _ => None,
        }
    }

    pub(in crate::explorer) fn int(&self, key: &str) -> Option<i64> {
        match self.attribute(key)? {
            Value::I64(number) => Some(*number),
            _ => None,
        }
    }

    /// The method as it was sent; empty if the record is no exchange.
    pub(in crate::explorer) fn method(&self) -> &str {
        self.text(semconv::HTTP_REQUEST_METHOD_ORIGINAL)
            .or_else(|| self.text(semconv::HTTP_REQUEST_METHOD))
            .unwrap_or_default()
    }

    pub(in crate::explorer) fn route(&self) -> Option<&str> {
        self.text(semconv::HTTP_ROUTE)
    }

    /// Redacted, as everything here.
    pub(in crate::explorer) fn path(&self) -> &str {
        self.text(semconv::URL_PATH).unwrap_or_default()
    }

    /// The query without `?`; empty if there is none.
    pub(in crate::explorer) fn query(&self) -> &str {
        self.text(semconv::URL_QUERY).unwrap_or_default()
    }

    /// The host that was called, with its port where that says more; empty if it is unknown.
    pub(in crate::explorer) fn host(&self) -> String {
        let host = self.text(semconv::SERVER_ADDRESS).unwrap_or_default();
        let usual = match self.text(semconv::URL_SCHEME) {
            Some("http") => 80,
            _ => 443,
        };
        match self.int(semconv::SERVER_PORT).filter(|port| *port != usual) {
            Some(port) if !host.is_empty() && host.contains(':') => format!("[{host}]:{port}"),
            Some(port) if !host.is_empty() => format!("{host}:{port}"),
            _ => host.to_owned(),
        }
    }

    /// The whole address of the request, as far as it is known.
    pub(in crate::explorer) fn url(&self) -> String {
        if let Some(url) = self.text(semconv::URL_FULL) {
            return url.to_owned();
        }
        let scheme = self.text(semconv::URL_SCHEME).unwrap_or("http");
        let host = self.host();
        let host = if host.is_empty() { "localhost" } else { &host };
        let query = if self.query().is_empty() { "" } else { "?" };
        format!("{scheme}://{host}{}{query}{}", self.path(), self.query())
    }

    /// What the app was told to label its exchanges with.
    pub(in crate::explorer) fn tags(&self) -> Vec<&str> {
        match self.attribute(semconv::APITOOLKIT_TAGS) {
            Some(Value::Array(Array::String(tags))) => tags.iter().map(|t| t.as_str()).collect(),
            _ => Vec::new(),
        }
    }

    /// The size of a body on the wire, in bytes.
    pub(in crate::explorer) fn body_size(&self, part: Part) -> Option<u64> {
        let key = match part {
            Part::Request => semconv::HTTP_REQUEST_BODY_SIZE,
            Part::Response => semconv::HTTP_RESPONSE_BODY_SIZE,
        };
        self.int(key).and_then(|size| u64::try_from(size).ok())
    }

    /// The notice that stands for a body that was withheld, without the marker:
    /// `truncated application/json, 100 of 200 B`.
    pub(in crate::explorer) fn withheld(&self, part: Part) -> Option<String> {
        let body = self.body(part)?;
        let text = str::from_utf8(&body).ok()?;
        let notice = text.strip_prefix(Redactor::MARKER)?.strip_prefix(" [")?.strip_suffix(']')?;
        (!notice.contains(['\n', ']'])).then(|| notice.to_owned())
    }

    /// Where it happened: the route of an exchange, the function of a service, the summary of a
    /// statement, the host of a call; else the span's name.
    pub(in crate::explorer) fn place(&self) -> String {
        let own = match self.kind {
            Kind::Incoming => self.route().map(|route| format!("{} {route}", self.method())),
            Kind::Outgoing => Some(format!("{} {}", self.method(), self.host())),
            Kind::Statement => self.text(semconv::DB_QUERY_SUMMARY).map(str::to_owned),
            Kind::Service | Kind::Other => {
                self.text(semconv::CODE_FUNCTION_NAME).map(str::to_owned)
            }
        };
        own.unwrap_or_else(|| match self.kind.is_exchange() {
            true => format!("{} (no route)", self.method()),
            false => self.span.name.to_string(),
        })
    }

    /// `http.request.header.*` or `http.response.header.*`: names and all their values, in order.
    pub(in crate::explorer) fn headers(
        &self,
        part: Part,
    ) -> impl Iterator<Item = (&str, Vec<&str>)> {
        let prefix = match part {
            Part::Request => semconv::REQUEST_HEADER,
            Part::Response => semconv::RESPONSE_HEADER,
        };
        self.span.attributes.iter().filter_map(move |attribute| {
            let name = attribute.key.as_str().strip_prefix(prefix)?;
            let values = match &attribute.value {
                Value::Array(Array::String(values)) => values.iter().map(|v| v.as_str()).collect(),
                Value::String(value) => vec![value.as_str()],
                _ => return None,
            };
            Some((name, values))
        })
    }

    /// The captured body, redacted, or the notice that stands for a withheld one; absent when none
    /// was captured. Whichever convention the toolkit follows.
    pub(in crate::explorer) fn body(&self, part: Part) -> Option<Cow<'_, [u8]>> {
        let (base64, plain) = match part {
            Part::Request => (semconv::HTTP_REQUEST_BODY, semconv::HTTP_REQUEST_BODY_CONTENT),
            Part::Response => (semconv::HTTP_RESPONSE_BODY, semconv::HTTP_RESPONSE_BODY_CONTENT),
        };
        match self.text(base64) {
            Some(text) => Some(
                STANDARD.decode(text).map_or_else(|_| Cow::Borrowed(text.as_bytes()), Cow::Owned),
            ),
            None => self.text(plain).map(|text| Cow::Borrowed(text.as_bytes())),
        }
    }
}

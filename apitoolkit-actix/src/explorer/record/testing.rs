//! Spans as the toolkit makes them, for tests.

use std::time::{Duration, SystemTime};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use opentelemetry::{
    Array, InstrumentationScope, Key, KeyValue, Value,
    trace::{Event, SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState},
};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};

use super::Record;
use crate::semconv;

/// A span in the making; it starts at [`Made::START`] and takes 10 ms.
#[derive(Debug, Clone)]
pub(in crate::explorer) struct Made(SpanData);

impl Made {
    /// 2024-01-01 00:00:00 UTC.
    pub(in crate::explorer) const START: Duration = Duration::from_secs(1_704_067_200);

    pub(in crate::explorer) fn of(kind: SpanKind, name: &'static str) -> Self {
        let start_time = SystemTime::UNIX_EPOCH + Self::START;
        Self(SpanData {
            span_context: context(1, 1),
            parent_span_id: SpanId::INVALID,
            parent_span_is_remote: false,
            span_kind: kind,
            name: name.into(),
            start_time,
            end_time: start_time + Duration::from_millis(10),
            attributes: Vec::new(),
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: SpanLinks::default(),
            status: Status::Unset,
            instrumentation_scope: InstrumentationScope::builder(semconv::SCOPE)
                .with_version("0.1.0")
                .build(),
        })
    }

    pub(in crate::explorer) fn incoming(method: &'static str, route: &str, status: i64) -> Self {
        let made = Self::of(SpanKind::Server, semconv::SPAN_NAME)
            .attribute(semconv::HTTP_REQUEST_METHOD, method)
            .attribute(semconv::HTTP_ROUTE, route.to_owned())
            .attribute(semconv::URL_PATH, route.to_owned())
            .attribute(semconv::URL_SCHEME, "http")
            .attribute(semconv::SERVER_ADDRESS, "localhost")
            .attribute(semconv::SERVER_PORT, 8080)
            .attribute(semconv::HTTP_RESPONSE_STATUS_CODE, status);
        if status >= 500 { made.failed("") } else { made }
    }

    pub(in crate::explorer) fn outgoing(host: &'static str, status: i64) -> Self {
        let made = Self::of(SpanKind::Client, semconv::SPAN_NAME)
            .attribute(semconv::HTTP_REQUEST_METHOD, "GET")
            .attribute(semconv::SERVER_ADDRESS, host)
            .attribute(semconv::URL_FULL, format!("https://{host}/todos/1"))
            .attribute(semconv::HTTP_RESPONSE_STATUS_CODE, status);
        if status >= 400 { made.failed("") } else { made }
    }

    pub(in crate::explorer) fn statement(summary: &'static str) -> Self {
        Self::of(SpanKind::Client, summary)
            .attribute(semconv::DB_SYSTEM_NAME, "postgresql")
            .attribute(semconv::DB_NAMESPACE, "shop")
            .attribute(semconv::DB_QUERY_SUMMARY, summary)
    }

    pub(in crate::explorer) fn service(service: &'static str, method: &'static str) -> Self {
        Self::of(SpanKind::Internal, method)
            .attribute(semconv::APITOOLKIT_SERVICE, service)
            .attribute(semconv::APITOOLKIT_SERVICE_METHOD, method)
    }

    pub(in crate::explorer) fn attribute(
        mut self,
        key: impl Into<Key>,
        value: impl Into<Value>,
    ) -> Self {
        self.0.attributes.push(KeyValue::new(key, value));
        self
    }

    /// `header` is the whole name of the attribute.
    pub(in crate::explorer) fn header(self, header: &'static str, values: &[&'static str]) -> Self {
        let values = values.iter().map(|value| (*value).into()).collect();
        self.attribute(header, Value::Array(Array::String(values)))
    }

    /// A body in base64; `key` is that of the attribute.
    pub(in crate::explorer) fn body(self, key: &'static str, body: &[u8]) -> Self {
        self.attribute(key, STANDARD.encode(body))
    }

    pub(in crate::explorer) fn ids(mut self, trace: u128, span: u64) -> Self {
        self.0.span_context = context(trace, span);
        self
    }

    pub(in crate::explorer) fn child_of(mut self, parent: u64) -> Self {
        self.0.parent_span_id = SpanId::from(parent);
        self
    }

    pub(in crate::explorer) fn failed(mut self, description: &'static str) -> Self {
        self.0.status = Status::error(description);
        self
    }

    pub(in crate::explorer) fn exception(
        mut self,
        kind: &'static str,
        message: &'static str,
        trace: &'static str,
    ) -> Self {
        let attributes = vec![
            KeyValue::new(semconv::EXCEPTION_TYPE, kind),
            KeyValue::new(semconv::EXCEPTION_MESSAGE, message),
            KeyValue::new(semconv::EXCEPTION_STACKTRACE, trace),
        ];
        let event = Event::new(semconv::EXCEPTION, self.0.end_time, attributes, 0);
        self.0.events.events.push(event);
        self
    }

    /// From so many milliseconds after [`Made::START`] on, for so many.
    pub(in crate::explorer) fn at(mut self, millis: u64, took: u64) -> Self {
        let start = SystemTime::UNIX_EPOCH + Self::START + Duration::from_millis(millis);
        self.0.start_time = start;
        self.0.end_time = start + Duration::from_millis(took);
        self
    }

    pub(in crate::explorer) fn span(self) -> SpanData {
        self.0
    }

    pub(in crate::explorer) fn record(self, id: u64) -> Record {
        Record::new(id, self.0, false)
    }
}

fn context(trace: u128, span: u64) -> SpanContext {
    let (trace, span) = (TraceId::from(trace), SpanId::from(span));
    SpanContext::new(trace, span, TraceFlags::SAMPLED, false, TraceState::default())
}

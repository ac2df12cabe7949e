//! The JSON that scripts and agents read. Names stay; durations are in milliseconds, times in
//! RFC 3339, sizes in bytes, ids as they are written elsewhere. What is not known is left out.
//!
//! An exchange in a list:
//!
//! | Field | Holds |
//! |---|---|
//! | `id` | number, ascending; `latest` stands for the newest in addresses |
//! | `direction` | `incoming`, `outgoing` |
//! | `method`, `route`, `path`, `url`, `status` | |
//! | `failed` | boolean |
//! | `started`, `duration_ms` | |
//! | `request_size`, `response_size` | of the bodies on the wire |
//! | `trace_id`, `span_id`, `message_id` | |
//! | `tags` | array of texts |
//! | `imported` | true if it came from a file |
//!
//! One exchange has `attributes` (an object), `request` and `response` besides, each with `headers`
//! (an object of arrays), `body`, `body_encoding` (`utf-8`, `base64`) or `withheld` (why the body
//! is not there), and `errors`, `trace`, `logs`.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::parts::{body_text, millis, rfc3339};
use crate::{
    explorer::{
        query::Page,
        record::{Kind, Line, Part, Record},
        store::Fill,
    },
    semconv,
    telemetry::Stats,
};

/// `{"exchanges": […], "total": …, "next": …}`; `next` is what `before` is for the page after it,
/// and absent on the last.
pub(in crate::explorer) fn exchanges(page: &Page) -> Value {
    let exchanges: Vec<_> = page.records.iter().map(|record| summary(record)).collect();
    let mut list = json!({ "exchanges": exchanges, "total": page.total });
    if let Some(last) = page.records.last().filter(|_| page.more) {
        list["next"] = last.id.into();
    }
    list
}

/// One exchange, with the spans and log lines of its trace.
pub(in crate::explorer) fn exchange(
    record: &Record,
    trace: &[Arc<Record>],
    lines: &[Arc<Line>],
) -> Value {
    let mut exchange = summary(record);
    exchange["attributes"] = attributes(record);
    exchange["request"] = side(record, Part::Request);
    exchange["response"] = side(record, Part::Response);
    exchange["errors"] = errors(record);
    exchange["trace"] = trace.iter().map(|record| span(record)).collect();
    exchange["logs"] = lines.iter().map(|line| log(line)).collect();
    exchange
}

/// `{"store": {…}, "missed": …, "telemetry": {…}}`; without `telemetry` where it is not ours.
pub(in crate::explorer) fn stats(fill: Fill, missed: u64, telemetry: Option<&Stats>) -> Value {
    let mut stats = json!({
        "store": {
            "records": fill.records,
            "log_lines": fill.lines,
            "pinned": fill.pinned,
            "bytes": fill.bytes,
            "limit": fill.limit,
            "evicted": fill.evicted,
        },
        "missed": missed,
    });
    if let Some(telemetry) = telemetry {
        let dropped = telemetry.dropped_by_reason();
        let dropped: Map<_, _> = dropped.map(|(why, n)| (why.to_owned(), n.into())).collect();
        stats["telemetry"] = json!({
            "exchanges_created": telemetry.exchanges_created(),
            "exchanges_exported": telemetry.exchanges_exported(),
            "exchanges_pending": telemetry.exchanges_pending(),
            "exchanges_dropped": telemetry.exchanges_dropped(),
            "dropped_by_reason": dropped,
            "bodies_shed": telemetry.bodies_shed(),
            "spans_exported": telemetry.spans_exported(),
            "spans_dropped": telemetry.spans_dropped(),
            "log_records_dropped": telemetry.log_records_dropped(),
            "buffered_bytes": telemetry.buffered_bytes(),
        });
    }
    stats
}

fn summary(record: &Record) -> Value {
    let direction = if record.kind == Kind::Outgoing { "outgoing" } else { "incoming" };
    let mut summary = json!({
        "id": record.id,
        "direction": direction,
        "method": record.method(),
        "path": record.path(),
        "url": record.url(),
        "failed": record.failed,
        "started": rfc3339(record.started()),
        "duration_ms": millis(record.took),
        "trace_id": record.trace_id(),
        "span_id": record.span_id(),
        "tags": record.tags(),
        "imported": record.imported,
    });
    let known = [
        ("route", record.route().map(Value::from)),
        ("status", record.status.map(Value::from)),
        ("request_size", record.body_size(Part::Request).map(Value::from)),
        ("response_size", record.body_size(Part::Response).map(Value::from)),
        ("message_id", record.text(semconv::APITOOLKIT_MSG_ID).map(Value::from)),
    ];
    for (name, value) in known {
        if let Some(value) = value {
            summary[name] = value;
        }
    }
    summary
}

fn span(record: &Record) -> Value {
    let kind = match record.kind {
        Kind::Incoming => "incoming",
        Kind::Outgoing => "outgoing",
        Kind::Service => "service",
        Kind::Statement => "statement",
        Kind::Other => "other",
    };
    let mut span = json!({
        "id": record.id,
        "kind": kind,
        "name": record.span.name,
        "span_id": record.span_id(),
        "failed": record.failed,
        "started": rfc3339(record.started()),
        "duration_ms": millis(record.took),
        "attributes": attributes(record),
        "errors": errors(record),
    });
    let parent = record.span.parent_span_id;
    if parent != opentelemetry::trace::SpanId::INVALID {
        span["parent_span_id"] = parent.to_string().into();
    }
    span
}

/// Without headers and bodies, which have places of their own.
fn attributes(record: &Record) -> Value {
    let own = |key: &str| {
        semconv::is_body(key)
            || key.starts_with(semconv::REQUEST_HEADER)
            || key.starts_with(semconv::RESPONSE_HEADER)
    };
    let attributes = record.span.attributes.iter().filter(|a| !own(a.key.as_str()));
    let attributes: Map<_, _> =
        attributes.map(|a| (a.key.as_str().to_owned(), of(&a.value))).collect();
    attributes.into()
}

fn of(value: &opentelemetry::Value) -> Value {
    use opentelemetry::{Array, Value as Otel};
    match value {
        Otel::Bool(value) => (*value).into(),
        Otel::I64(value) => (*value).into(),
        Otel::F64(value) => (*value).into(),
        Otel::String(text) => text.as_str().into(),
        Otel::Array(Array::Bool(values)) => values.clone().into(),
        Otel::Array(Array::I64(values)) => values.clone().into(),
        Otel::Array(Array::F64(values)) => values.clone().into(),
        Otel::Array(Array::String(texts)) => texts.iter().map(|text| text.as_str()).collect(),
        other => other.to_string().into(),
    }
}

fn side(record: &Record, part: Part) -> Value {
    let headers: Map<_, _> =
        record.headers(part).map(|(name, values)| (name.to_owned(), values.into())).collect();
    let mut side = json!({ "headers": headers });
    if let Some(why) = record.withheld(part) {
        side["withheld"] = why.into();
    } else if let Some(body) = record.body(part) {
        let (text, is_base64) = body_text(body);
        side["body"] = text.into();
        side["body_encoding"] = if is_base64 { "base64" } else { "utf-8" }.into();
    }
    side
}

fn errors(record: &Record) -> Value {
    let errors = record
        .exceptions()
        .map(|error| json!({ "type": error.kind, "message": error.message, "trace": error.trace }));
    errors.collect()
}

fn log(line: &Line) -> Value {
    let attributes = line.attributes.iter();
    let attributes: Map<_, _> = attributes.map(|(k, v)| (k.clone(), v.as_str().into())).collect();
    json!({
        "when": rfc3339(line.when),
        "level": line.level,
        "text": line.text,
        "attributes": attributes,
        "span_id": line.span_id.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explorer::record::testing::Made;

    fn user() -> Made {
        Made::incoming("GET", "/users/{id}", 200)
            .attribute(semconv::APITOOLKIT_MSG_ID, "0192")
            .attribute(semconv::HTTP_RESPONSE_BODY_SIZE, 2)
            .header("apitoolkit.tags", &["eu"])
            .header("http.response.header.x-a", &["1", "2"])
            .body(semconv::HTTP_RESPONSE_BODY, b"{}")
            .ids(1, 2)
            .at(0, 10)
    }

    fn expected_summary() -> Value {
        json!({
            "id": 7, "direction": "incoming", "method": "GET", "route": "/users/{id}",
            "path": "/users/{id}", "url": "http://localhost:8080/users/{id}", "status": 200,
            "failed": false, "started": "2024-01-01T00:00:00.000000Z", "duration_ms": 10.0,
            "response_size": 2, "trace_id": "00000000000000000000000000000001",
            "span_id": "0000000000000002", "message_id": "0192", "tags": ["eu"],
            "imported": false,
        })
    }

    #[test]
    fn lists() {
        let records = vec![Arc::new(user().record(7))];
        let page = Page { records, total: 3, more: true };
        let expected = json!({ "exchanges": [expected_summary()], "total": 3, "next": 7 });
        assert_eq!(exchanges(&page), expected);
        assert_eq!(exchanges(&Page::default()), json!({ "exchanges": [], "total": 0 }));
    }

    #[test]
    fn one_exchange() {
        let made = Made::statement("SELECT a").ids(1, 3).child_of(2).exception("E", "m", "t");
        let statement = Arc::new(made.record(8));
        let mut expected = expected_summary();
        expected["attributes"] = json!({
            "http.request.method": "GET", "http.route": "/users/{id}", "url.path": "/users/{id}",
            "url.scheme": "http", "server.address": "localhost", "server.port": 8080,
            "http.response.status_code": 200, "apitoolkit.msg_id": "0192",
            "http.response.body.size": 2, "apitoolkit.tags": ["eu"],
        });
        expected["request"] = json!({ "headers": {} });
        expected["response"] =
            json!({ "headers": { "x-a": ["1", "2"] }, "body": "{}", "body_encoding": "utf-8" });
        expected["errors"] = json!([]);
        expected["logs"] = json!([]);
        expected["trace"] = json!([{
            "id": 8, "kind": "statement", "name": "SELECT a", "span_id": "0000000000000003",
            "parent_span_id": "0000000000000002", "failed": false,
            "started": "2024-01-01T00:00:00.000000Z", "duration_ms": 10.0,
            "attributes": {
                "db.system.name": "postgresql", "db.namespace": "shop",
                "db.query.summary": "SELECT a",
            },
            "errors": [{ "type": "E", "message": "m", "trace": "t" }],
        }]);
        assert_eq!(exchange(&user().record(7), &[statement], &[]), expected);
    }

    #[test]
    fn how_full_it_is() {
        let fill = Fill { records: 1, lines: 2, pinned: 3, bytes: 4, limit: 5, evicted: 6 };
        let expected = json!({
            "store": {
                "records": 1, "log_lines": 2, "pinned": 3, "bytes": 4, "limit": 5, "evicted": 6,
            },
            "missed": 7,
        });
        assert_eq!(stats(fill, 7, None), expected);
    }
}

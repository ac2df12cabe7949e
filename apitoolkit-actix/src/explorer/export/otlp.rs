//! OTLP/JSON: <https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding>.

use std::{collections::HashMap, sync::Arc};

use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_proto::{
    tonic::{
        collector::trace::v1::ExportTraceServiceRequest,
        common::v1::{AnyValue, any_value},
        resource::v1::Resource,
        trace::v1::{ResourceSpans, ScopeSpans, Span},
    },
    transform::common::tonic::Attributes,
};

use crate::{explorer::record::Record, semconv};

/// The spans as one export request of the service that is named `service`.
pub(in crate::explorer) fn otlp_json(records: &[Arc<Record>], service: &str) -> String {
    let mut scopes: Vec<ScopeSpans> = Vec::new();
    let mut places: HashMap<&InstrumentationScope, usize> = HashMap::new();
    for record in records {
        let scope = &record.span.instrumentation_scope;
        let place = *places.entry(scope).or_insert_with(|| {
            scopes.push(ScopeSpans {
                scope: Some((scope, None).into()),
                spans: Vec::new(),
                schema_url: scope.schema_url().unwrap_or_default().to_owned(),
            });
            scopes.len() - 1
        });
        if let Some(scope) = scopes.get_mut(place) {
            scope.spans.push(finite(Span::from(record.span.clone())));
        }
    }
    let name = KeyValue::new(semconv::SERVICE_NAME, service.to_owned());
    let resource = Resource { attributes: Attributes::from([name]).0, ..Resource::default() };
    let resource_spans = match scopes.is_empty() {
        true => Vec::new(),
        false => {
            let resource = Some(resource);
            vec![ResourceSpans { resource, scope_spans: scopes, schema_url: String::new() }]
        }
    };
    let request = ExportTraceServiceRequest { resource_spans };
    serde_json::to_string(&request).unwrap_or_default()
}

/// JSON has no number that is infinite, or none.
fn finite(mut span: Span) -> Span {
    let of_events = span.events.iter_mut().flat_map(|event| &mut event.attributes);
    for attribute in span.attributes.iter_mut().chain(of_events) {
        if let Some(value) = &mut attribute.value {
            make_finite(value);
        }
    }
    span
}

fn make_finite(value: &mut AnyValue) {
    match &mut value.value {
        Some(any_value::Value::DoubleValue(number)) if !number.is_finite() => {
            value.value = Some(any_value::Value::StringValue(number.to_string()));
        }
        Some(any_value::Value::ArrayValue(list)) => list.values.iter_mut().for_each(make_finite),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::Array;
    use serde_json::{Value, json};

    use super::*;
    use crate::explorer::record::testing::Made;

    #[test]
    fn as_the_specification_writes_it() {
        let made = Made::of(opentelemetry::trace::SpanKind::Server, "monoscope.http")
            .attribute("count", 7)
            .attribute("list", opentelemetry::Value::Array(Array::String(vec!["a".into()])))
            .attribute("ratio", f64::NAN)
            .attribute("yes", true)
            .exception("E", "gone", "")
            .failed("broken")
            .ids(0xab, 0xcd)
            .child_of(0xef);
        let json = otlp_json(&[Arc::new(made.record(1))], "shop");
        let text = |key: &str, text: &str| json!({ "key": key, "value": { "stringValue": text } });
        let expected = json!({ "resourceSpans": [{
            "resource": {
                "attributes": [text("service.name", "shop")],
                "droppedAttributesCount": 0,
                "entityRefs": [],
            },
            "scopeSpans": [{
                "scope": {
                    "name": "apitoolkit-actix", "version": "0.1.0",
                    "attributes": [], "droppedAttributesCount": 0,
                },
                "spans": [{
                    "traceId": "000000000000000000000000000000ab",
                    "spanId": "00000000000000cd",
                    "traceState": "",
                    "parentSpanId": "00000000000000ef",
                    "flags": 0x101,
                    "name": "monoscope.http",
                    "kind": 2,
                    "startTimeUnixNano": "1704067200000000000",
                    "endTimeUnixNano": "1704067200010000000",
                    "attributes": [
                        { "key": "count", "value": { "intValue": "7" } },
                        { "key": "list", "value": { "arrayValue": { "values": [
                            { "stringValue": "a" },
                        ] } } },
                        text("ratio", "NaN"),
                        { "key": "yes", "value": { "boolValue": true } },
                    ],
                    "droppedAttributesCount": 0,
                    "events": [{
                        "timeUnixNano": "1704067200010000000",
                        "name": "exception",
                        "attributes": [
                            text("exception.type", "E"),
                            text("exception.message", "gone"),
                            text("exception.stacktrace", ""),
                        ],
                        "droppedAttributesCount": 0,
                    }],
                    "droppedEventsCount": 0,
                    "links": [],
                    "droppedLinksCount": 0,
                    "status": { "message": "broken", "code": 2 },
                }],
                "schemaUrl": "",
            }],
            "schemaUrl": "",
        }]});
        assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), expected);
        assert_eq!(otlp_json(&[], "shop"), r#"{"resourceSpans":[]}"#);
    }
}

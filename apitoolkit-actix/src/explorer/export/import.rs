//! Files of OTLP/JSON, as exporters to files and other viewers write them.

use opentelemetry::{KeyValue, Value};
use opentelemetry_proto::tonic::{
    common::v1::any_value,
    resource::v1::Resource,
    trace::v1::{ResourceSpans, ScopeSpans},
};
use opentelemetry_sdk::trace::SpanData;
use serde::{Deserialize, de::IgnoredAny};

use crate::{explorer::record::span_of, semconv};

/// The largest file that is read, in bytes: 32 MiB.
pub(in crate::explorer) const MAX_IMPORT: usize = 32 << 20;

/// Why a file cannot be shown.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(in crate::explorer) enum ImportError {
    #[error("the file has {0} bytes, and {MAX_IMPORT} are read at most")]
    TooLarge(usize),
    /// Counted from 1.
    #[error("line {line}, column {column}: {reason}")]
    At { line: usize, column: usize, reason: String },
    /// Counted from 1, in the whole file.
    #[error("span {number}: {reason}")]
    Span { number: usize, reason: &'static str },
    #[error("there are no spans in it")]
    Empty,
}

/// One export request of any signal.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Export {
    resource_spans: Option<Vec<ResourceSpans>>,
    resource_logs: Option<IgnoredAny>,
    resource_metrics: Option<IgnoredAny>,
}

/// The spans of a file: one export request, or several one after the other. Requests of logs and
/// metrics among them are passed over.
///
/// Nesting is followed for 128 levels.
pub(in crate::explorer) fn import(file: &[u8]) -> Result<Vec<SpanData>, ImportError> {
    if file.len() > MAX_IMPORT {
        return Err(ImportError::TooLarge(file.len()));
    }
    let json = file.strip_prefix("\u{feff}".as_bytes()).unwrap_or(file);
    let mut spans = Vec::new();
    for export in serde_json::Deserializer::from_slice(json).into_iter::<Export>() {
        let export = export.map_err(|error| ImportError::At {
            line: error.line(),
            column: error.column(),
            reason: reason(&error),
        })?;
        let is_other = export.resource_logs.is_some() || export.resource_metrics.is_some();
        match export.resource_spans {
            Some(resources) => add(&mut spans, resources)?,
            None if is_other => {}
            None => {
                let reason = "an object without resourceSpans is no export of traces".to_owned();
                return Err(ImportError::At { line: 1, column: 1, reason });
            }
        }
    }
    if spans.is_empty() { Err(ImportError::Empty) } else { Ok(spans) }
}

/// The words of an error without its place, which is said before them.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or_else(|| text.clone(), |(reason, _)| reason.to_owned())
}

fn add(spans: &mut Vec<SpanData>, resources: Vec<ResourceSpans>) -> Result<(), ImportError> {
    for ResourceSpans { resource, scope_spans, .. } in resources {
        let service = service_of(resource);
        for ScopeSpans { scope, spans: of_scope, .. } in scope_spans {
            for span in of_scope {
                let number = spans.len() + 1;
                let span = span_of(span, scope.clone());
                let mut span = span.map_err(|reason| ImportError::Span { number, reason })?;
                name_service(&mut span, service.as_deref());
                spans.push(span);
            }
        }
    }
    Ok(())
}

fn service_of(resource: Option<Resource>) -> Option<String> {
    let name = resource?.attributes.into_iter().find(|a| a.key == semconv::SERVICE_NAME)?;
    match name.value?.value? {
        any_value::Value::StringValue(name) => Some(name),
        _ => None,
    }
}

/// Whose span it is would be lost with the resource.
fn name_service(span: &mut SpanData, service: Option<&str>) {
    let has = span.attributes.iter().any(|a| a.key.as_str() == semconv::SERVICE_NAME);
    if let Some(service) = service.filter(|_| !has) {
        let name = Value::from(service.to_owned());
        span.attributes.push(KeyValue::new(semconv::SERVICE_NAME, name));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::explorer::{
        export::otlp_json,
        record::{Record, testing::Made},
    };

    #[test]
    fn what_was_exported_is_read_again() {
        let made = [
            Made::incoming("GET", "/a", 500).exception("E", "gone", "0: main").ids(1, 2),
            Made::statement("SELECT a").ids(1, 3).child_of(2),
        ];
        let records = made.clone().map(|made| Arc::new(made.record(1)));
        let json = otlp_json(&records, "shop");
        let expected: Vec<_> =
            made.map(|made| made.attribute(semconv::SERVICE_NAME, "shop").span()).to_vec();
        assert_eq!(import(json.as_bytes()).unwrap(), expected);
        let lines = format!("\u{feff}{json}\n{{\"resourceLogs\":[]}}\n\n{json}");
        assert_eq!(import(lines.as_bytes()).unwrap().len(), 4);
        assert_eq!(
            Record::new(1, import(json.as_bytes()).unwrap().remove(0), true).status,
            Some(500)
        );
    }

    #[test]
    fn mistakes_have_places() {
        let error = |json: &str| import(json.as_bytes()).unwrap_err().to_string();
        assert_eq!(
            error("{\"resourceSpans\":[]}\n{\"resourceSpans\": 7}"),
            "line 2, column 19: invalid type: integer `7`, expected a sequence"
        );
        assert_eq!(error("{\"resourceSpans\":["), "line 1, column 18: EOF while parsing a list");
        assert!(error("{\"a\":1}").contains("no export of traces"));
        assert_eq!(error(""), "there are no spans in it");
        let bad =
            r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"ab","spanId":"cd"}]}]}]}"#;
        assert_eq!(error(bad), "span 1: traceId is not of 16 bytes");
        let value = "{\"arrayValue\":{\"values\":[".repeat(200);
        let deep = format!(
            "{{\"resourceSpans\":[{{\"scopeSpans\":[{{\"spans\":[{{\"attributes\":[{{\"key\":\"a\",\"value\":{value}"
        );
        assert!(error(&deep).contains("recursion limit"), "{}", error(&deep));
        let large = vec![b' '; MAX_IMPORT + 1];
        assert_eq!(import(&large), Err(ImportError::TooLarge(MAX_IMPORT + 1)));
    }
}

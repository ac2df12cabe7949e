//! Traces as text: every span of every trace, so that one that is missing or too many is seen.

use std::collections::HashSet;

use apitoolkit_actix::testing::{Kind, Span, StatusCode};

/// The traces in the order in which they began, each as its spans, indented below their parents.
pub(crate) fn traces(spans: &[Span]) -> String {
    let mut spans: Vec<_> = spans.iter().collect();
    spans.sort_by_key(|span| span.start);
    let ids: HashSet<_> = spans.iter().map(|span| (&span.trace_id, &span.span_id)).collect();
    assert_eq!(ids.len(), spans.len(), "a span arrived twice");
    let mut text = String::new();
    for root in spans.iter().filter(|span| span.parent_span_id.is_none()) {
        write(root, &spans, 0, &mut text);
    }
    assert_eq!(text.lines().count(), spans.len(), "spans without their parents: {text}{spans:#?}");
    text
}

fn write(span: &Span, spans: &[&Span], depth: usize, text: &mut String) {
    text.push_str(&"  ".repeat(depth));
    text.push_str(&line(span));
    text.push('\n');
    let parent = Some(span.span_id.as_str());
    let is_child = |other: &&&Span| {
        other.trace_id == span.trace_id && other.parent_span_id.as_deref() == parent
    };
    for child in spans.iter().filter(is_child) {
        write(child, spans, depth + 1, text);
    }
}

/// What matters of a span.
fn line(span: &Span) -> String {
    let text = |key| span.str_attr(key).unwrap_or("-");
    let mut parts = vec![span.kind.to_string()];
    if span.attr("http.request.method").is_some() {
        let status = span.int_attr("http.response.status_code").unwrap_or_default();
        parts.push(text("http.request.method").to_owned());
        parts.push(text("http.route").to_owned());
        parts.push(status.to_string());
    } else {
        parts.push(span.name.clone());
    }
    parts.extend(span.str_attr("db.namespace").map(|name| format!("in {name}")));
    if span.kind == Kind::Server {
        let service = span.str_attr("service.name").or_else(|| span.resource.str("service.name"));
        parts.push(format!("of {}", service.unwrap_or("-")));
    }
    parts.extend(span.str_attr("user role").map(|role| format!("by {role}")));
    parts.extend(span.str_attr("user.full_name").map(str::to_owned));
    for event in &span.events {
        parts.push(format!("! {}", event.attributes.str("exception.message").unwrap_or("-")));
    }
    if span.status.code != StatusCode::Unset {
        parts.push(span.status.code.to_string());
    }
    parts.join(" ")
}

//! A trace as indented text.

use std::{
    collections::{HashMap, HashSet},
    fmt::Write as _,
};

use super::Span;

/// Renders spans of one trace; see `Collector::span_tree`.
pub(super) fn render(mut spans: Vec<&Span>) -> String {
    // The id settles what the clock cannot, so that the order never depends on the arrival.
    spans.sort_by(|a, b| {
        a.start.cmp(&b.start).then_with(|| a.name.cmp(&b.name)).then(a.span_id.cmp(&b.span_id))
    });
    let ids: HashSet<_> = spans.iter().map(|span| span.span_id.as_str()).collect();
    let mut roots = Vec::new();
    let mut children = HashMap::<_, Vec<_>>::new();
    for span in spans.iter().copied() {
        match span.parent_span_id.as_deref().filter(|id| ids.contains(id)) {
            Some(parent) => children.entry(parent).or_default().push(span),
            None => roots.push(span),
        }
    }
    let mut text = String::new();
    let mut rendered = HashSet::new();
    // A stack rather than recursion: a trace may be as deep as it likes.
    let mut pending: Vec<_> = roots.into_iter().rev().map(|root| (root, 0)).collect();
    while let Some((span, depth)) = pending.pop() {
        rendered.insert(std::ptr::from_ref(span));
        line(&mut text, span, depth, "");
        // Taken, so that a span that arrived twice does not show them twice.
        let children = children.remove(span.span_id.as_str()).unwrap_or_default();
        pending.extend(children.into_iter().rev().map(|child| (child, depth + 1)));
    }
    for span in spans.iter().filter(|span| !rendered.contains(&std::ptr::from_ref(**span))) {
        line(&mut text, span, 0, " (its parents form a ring)");
    }
    text
}

fn line(text: &mut String, span: &Span, depth: usize, note: &str) {
    let elsewhere = if depth == 0 && note.is_empty() && span.parent_span_id.is_some() {
        " (parent elsewhere)"
    } else {
        note
    };
    let indent = "  ".repeat(depth);
    // Writing to a `String` cannot fail.
    let _ = writeln!(text, "{indent}{} [{}] {}{elsewhere}", span.name, span.kind, span.status.code);
}

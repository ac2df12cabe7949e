//! A summary of one exchange, for an issue or a chat.

use std::{fmt::Write as _, sync::Arc};

use super::parts::{body_text, millis, rfc3339};
use crate::explorer::record::{Kind, Line, Part, Record};

/// The exchange with the spans and log lines of its trace, as Markdown.
pub(in crate::explorer) fn markdown(
    record: &Record,
    trace: &[Arc<Record>],
    lines: &[Arc<Line>],
) -> String {
    let mut out = format!("# {}\n\n", title(record));
    facts(&mut out, record);
    for (part, name) in [(Part::Request, "Request"), (Part::Response, "Response")] {
        side(&mut out, record, part, name);
    }
    errors(&mut out, record);
    spans(&mut out, trace);
    logs(&mut out, lines);
    out
}

fn title(record: &Record) -> String {
    let place = record.route().unwrap_or_else(|| record.path());
    let place = match record.kind {
        Kind::Outgoing => record.url(),
        _ => place.to_owned(),
    };
    let status = record.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    code(&format!("{} {place} → {status}", record.method()))
}

fn facts(out: &mut String, record: &Record) {
    let direction = if record.kind == Kind::Incoming { "incoming" } else { "outgoing" };
    let facts = [
        ("Direction", direction.to_owned()),
        ("URL", record.url()),
        ("Started", rfc3339(record.started())),
        ("Took", format!("{:.3} ms", millis(record.took))),
        ("Trace", record.trace_id()),
        ("Span", record.span_id()),
        ("Tags", record.tags().join(", ")),
    ];
    out.push_str("| | |\n|---|---|\n");
    for (name, value) in facts.iter().filter(|(_, value)| !value.is_empty()) {
        // Writing to a text cannot fail.
        let _ = writeln!(out, "| {name} | {} |", cell(value));
    }
}

fn side(out: &mut String, record: &Record, part: Part, name: &str) {
    let mut headers = record.headers(part).peekable();
    let body = record.body(part);
    let size = record.body_size(part);
    if headers.peek().is_none() && body.is_none() && size.is_none() {
        return;
    }
    let _ = write!(out, "\n## {name}\n");
    if headers.peek().is_some() {
        out.push_str("\n| Header | Value |\n|---|---|\n");
        for (name, values) in headers {
            for value in values {
                let _ = writeln!(out, "| {} | {} |", cell(name), cell(value));
            }
        }
    }
    if let Some(why) = record.withheld(part) {
        let _ = write!(out, "\nBody withheld: {}\n", code(&why));
    } else if let Some(body) = body {
        let (text, is_base64) = body_text(body);
        out.push_str(if is_base64 { "\nBody, in base64:\n\n" } else { "\nBody:\n\n" });
        fenced(out, &text);
    } else if let Some(size) = size.filter(|size| *size > 0) {
        let _ = write!(out, "\nBody: {size} B, not captured\n");
    }
}

fn errors(out: &mut String, record: &Record) {
    for (number, error) in record.exceptions().enumerate() {
        out.push_str(if number == 0 { "\n## Errors\n\n" } else { "\n" });
        let _ = writeln!(out, "- {}: {}", code(error.kind), code(error.message));
        if !error.trace.is_empty() {
            out.push('\n');
            fenced(out, error.trace);
        }
    }
}

/// Indented as the spans are nested; children whose parents are elsewhere stand at the left.
fn spans(out: &mut String, trace: &[Arc<Record>]) {
    if trace.is_empty() {
        return;
    }
    out.push_str("\n## Trace\n\n");
    let first = trace.iter().map(|record| record.started()).min();
    for record in trace {
        let offset = first.and_then(|first| record.started().duration_since(first).ok());
        let failed = if record.failed { ", failed" } else { "" };
        let _ = writeln!(
            out,
            "{}- {} at {:.3} ms, took {:.3} ms{failed}",
            "  ".repeat(depth(record, trace)),
            code(&name(record)),
            millis(offset.unwrap_or_default()),
            millis(record.took),
        );
    }
}

fn name(record: &Record) -> String {
    match record.kind {
        Kind::Other | Kind::Service => record.span.name.to_string(),
        _ => record.place(),
    }
}

fn depth(record: &Record, trace: &[Arc<Record>]) -> usize {
    /// Deeper ones stand below each other.
    const MOST: usize = 20;
    let mut parent = record.span.parent_span_id;
    let mut depth = 0;
    while depth < MOST
        && let Some(above) = trace.iter().find(|other| other.span.span_context.span_id() == parent)
    {
        parent = above.span.parent_span_id;
        depth += 1;
    }
    depth
}

fn logs(out: &mut String, lines: &[Arc<Line>]) {
    if lines.is_empty() {
        return;
    }
    out.push_str("\n## Logs\n\n");
    let mut text = String::new();
    for line in lines {
        let _ = write!(text, "{} {:5} {}", rfc3339(line.when), line.level, line.text);
        line.attributes.iter().for_each(|(key, value)| {
            let _ = write!(text, " {key}={value}");
        });
        text.push('\n');
    }
    fenced(out, text.trim_end());
}

/// A cell of a table: nothing in it ends it, and nothing in it is markup.
fn cell(text: &str) -> String {
    code(text).replace('|', "\\|")
}

/// Text as code, in one line.
fn code(text: &str) -> String {
    let text = text.replace(char::is_control, " ");
    let ticks = "`".repeat(longest_run(&text) + 1);
    match text.starts_with('`') || text.ends_with('`') {
        true => format!("{ticks} {text} {ticks}"),
        false if text.trim().is_empty() => String::new(),
        false => format!("{ticks}{text}{ticks}"),
    }
}

fn fenced(out: &mut String, text: &str) {
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    let _ = writeln!(out, "{fence}\n{text}\n{fence}");
}

/// The most backticks in a row.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use opentelemetry::trace::{SpanId, TraceId};

    use super::*;
    use crate::{explorer::record::testing::Made, semconv};

    #[test]
    fn a_summary() {
        let made = Made::incoming("POST", "/users", 500)
            .header("http.request.header.accept", &["a|b", "``"])
            .body(semconv::HTTP_REQUEST_BODY, b"{\"a\":\"```\"}")
            .attribute(semconv::HTTP_RESPONSE_BODY_SIZE, 7)
            .exception("E", "no `user`", "0: main\n1: run")
            .ids(1, 1)
            .at(0, 10);
        let record = Arc::new(made.record(1));
        let child =
            Arc::new(Made::statement("SELECT users").ids(1, 2).child_of(1).at(2, 3).record(2));
        let line = Line {
            when: SystemTime::UNIX_EPOCH + Made::START + Duration::from_millis(1),
            level: "INFO",
            text: "hello".into(),
            attributes: vec![("n".into(), "1".into())],
            trace_id: TraceId::from(1),
            span_id: SpanId::from(1),
        };
        let expected = "# `POST /users → 500`

| | |
|---|---|
| Direction | `incoming` |
| URL | `http://localhost:8080/users` |
| Started | `2024-01-01T00:00:00.000000Z` |
| Took | `10.000 ms` |
| Trace | `00000000000000000000000000000001` |
| Span | `0000000000000001` |

## Request

| Header | Value |
|---|---|
| `accept` | `a\\|b` |
| `accept` | ``` `` ``` |

Body:

````
{\"a\":\"```\"}
````

## Response

Body: 7 B, not captured

## Errors

- `E`: `` no `user` ``

```
0: main
1: run
```

## Trace

- `POST /users` at 0.000 ms, took 10.000 ms, failed
  - `SELECT users` at 2.000 ms, took 3.000 ms

## Logs

```
2024-01-01T00:00:00.001000Z INFO  hello n=1
```
";
        let trace = [Arc::clone(&record), child];
        assert_eq!(markdown(&record, &trace, &[Arc::new(line)]), expected);
    }
}

use std::borrow::Cow;

use maud::{Markup, html};
use memchr::memmem;
use serde::de::IgnoredAny;

use super::{Class, Marks, form::pairs, lay_out, lines::folded, marked};
use crate::{
    explorer::{
        pages::common::Bytes,
        record::{Part, Record},
        redaction::Place,
    },
    redact::{Redactor, Thinner},
};

/// The body of a message: what was captured of it, and what was not and why.
pub(super) fn body(record: &Record, part: Part, marks: &Marks) -> Markup {
    let size = record.body_size(part);
    let content = record.body(part);
    html! {
        h4 { "Body" @if let Some(size) = size { small { (Bytes(size)) } } }
        @match content {
            None => (absent(size, part)),
            Some(content) => {
                @if let Some(why) = record.withheld(part) { (withheld(&why)) }
                @else {
                    (truncated(record, part, size, &content))
                    (text(record, part, &content, marks))
                }
            }
        }
    }
}

fn withheld(why: &str) -> Markup {
    html! {
        div class="notice warn" role="note" {
            strong { "Withheld: " (why) "." }
            " It could not be redacted for certain, so it did not leave the process."
        }
    }
}

fn absent(size: Option<u64>, part: Part) -> Markup {
    let option = match part {
        Part::Request => "capture_request_body(true)",
        Part::Response => "capture_response_body(true)",
    };
    match size {
        Some(0) => html! { p class="hint" { "Empty." } },
        Some(size) => html! {
            div class="notice" role="note" {
                strong { (Bytes(size)) " that were not captured." }
                " Either bodies of this side are not asked for, "
                code { (option) }
                ", or memory was short."
            }
        },
        None => html! { p class="hint" { "None was captured." } },
    }
}

/// The capture stopped before the body did. What is redacted is shorter for another reason: a body
/// that rules apply to is whole, or withheld. So is a form whose files are told by their size.
fn truncated(record: &Record, part: Part, size: Option<u64>, content: &[u8]) -> Markup {
    let captured = content.len() as u64;
    let markers = [Redactor::MARKER, Redactor::FORM_MARKER].map(str::as_bytes);
    let is_redacted = markers.iter().any(|marker| memmem::find(content, marker).is_some());
    let is_coded = record.headers(part).any(|(name, _)| name == "content-encoding");
    let is_told = Thinner::is_for(media_type(record, part).as_bytes());
    match size {
        Some(size) if size > captured && !is_coded && !is_redacted && !is_told => html! {
            div class="notice" role="note" {
                strong { "Captured " (Bytes(captured)) " of " (Bytes(size)) "." }
                " The bound is " code { "max_body_bytes" } "."
            }
        },
        _ => html! {},
    }
}

fn text(record: &Record, part: Part, content: &[u8], marks: &Marks) -> Markup {
    let text: Cow<'_, str> = String::from_utf8_lossy(content);
    let media_type = media_type(record, part);
    let looks_like_json = text.trim_start().starts_with(['{', '[']);
    if media_type.contains("x-www-form-urlencoded") {
        return pairs(&text, Place::Form(part), marks);
    }
    if !media_type.contains("json") && !looks_like_json {
        return plain(&text);
    }
    match serde_json::from_str::<IgnoredAny>(&text) {
        Ok(_) => json(&text, part, marks),
        Err(_) if !media_type.contains("json") || media_type.contains("ndjson") => plain(&text),
        Err(fault) => html! {
            p class="notice warn" role="note" { strong { "Not valid JSON: " } (fault) }
            (plain(&text))
        },
    }
}

fn media_type(record: &Record, part: Part) -> String {
    let mut headers = record.headers(part);
    let content_type = headers.find(|(name, _)| *name == "content-type");
    let first = content_type.and_then(|(_, values)| values.first().map(|v| (*v).to_owned()));
    first.unwrap_or_default().to_ascii_lowercase()
}

fn plain(text: &str) -> Markup {
    let lines: Vec<_> = text.lines().map(|line| marked(line, None)).collect();
    folded(&lines)
}

fn json(text: &str, part: Part, marks: &Marks) -> Markup {
    let line = |line: super::json::Line| {
        html! {
            ("  ".repeat(line.depth))
            @for (class, range) in line.tokens {
                @let token = text.get(range.clone()).unwrap_or_default();
                @match class {
                    Class::Punctuation => { (token) @if token == ":" { " " } },
                    Class::Key => span class="k" { (token) },
                    Class::Text if token.contains(Redactor::MARKER) => span class="s" {
                        (marked(token, marks.of_range(part, &range)))
                    },
                    Class::Text => span class="s" { (token) },
                    Class::Literal => span class="l" { (token) },
                }
            }
        }
    };
    let lines: Vec<_> = lay_out(text).into_iter().map(line).collect();
    folded(&lines)
}

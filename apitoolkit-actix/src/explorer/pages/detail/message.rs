use maud::{Markup, html};
use serde_json::Value;

use super::{Marks, body::body, cookies::cookies, form::pairs, marked, marked_url};
use crate::{
    explorer::{
        record::{Part, Record},
        redaction::Place,
    },
    semconv,
};

/// One of the two messages of an exchange: parameters, headers, body.
pub(in crate::explorer::pages) fn message(record: &Record, part: Part, marks: &Marks) -> Markup {
    let mut headers: Vec<_> = record.headers(part).collect();
    headers.sort_unstable_by_key(|(name, _)| *name);
    html! {
        @if part == Part::Request { (parameters(record, marks)) }
        (body(record, part, marks))
        h4 { "Headers" small { (headers.len()) } }
        @if headers.is_empty() { p class="hint" { "None." } }
        @else {
            div class="scroll" { table class="pairs" { tbody {
                @for (name, values) in headers {
                    tr {
                        th scope="row" { (name) }
                        td {
                            @let rule = marks.of_name(Place::Header(part), name);
                            @for (at, value) in values.iter().enumerate() {
                                @if at > 0 { br; }
                                @if matches!(name, "cookie" | "set-cookie") {
                                    (cookies(value, part, marks))
                                }
                                @else { (header(name, value, rule)) }
                            }
                        }
                    }
                }
            } } }
        }
    }
}

fn header(name: &str, value: &str, rule: Option<&str>) -> Markup {
    // URLs in headers have the marker of URLs.
    if matches!(name, "referer" | "location" | "content-location" | "link" | "origin") {
        return marked_url(value, rule);
    }
    marked(value, rule)
}

fn parameters(record: &Record, marks: &Marks) -> Markup {
    let url = record.text(semconv::URL_FULL);
    let query = record.text(semconv::URL_QUERY).filter(|query| !query.is_empty());
    let path = record.text(semconv::HTTP_REQUEST_PATH_PARAMS).map(serde_json::from_str::<Value>);
    let path = path.and_then(Result::ok);
    let path = path.as_ref().and_then(Value::as_object).filter(|path| !path.is_empty());
    html! {
        p class="url" {
            span class="method" { (record.method()) } " "
            code {
                @match url {
                    Some(url) => (marked_url(url, None)),
                    None => {
                        (marked_url(record.path(), None))
                        @if let Some(query) = query { "?" (marked_url(query, None)) }
                    }
                }
            }
        }
        @if let Some(path) = path {
            h4 { "Path parameters" }
            div class="scroll" { table class="pairs" { tbody {
                @for (name, value) in path {
                    @let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    tr {
                        th scope="row" { (name) }
                        td { (marked_url(&value, marks.of_name(Place::Path, name))) }
                    }
                }
            } } }
        }
        @if let Some(query) = query {
            h4 { "Query parameters" }
            (pairs(query, Place::Query, marks))
        }
    }
}

//! Judges what was received after the example has called itself.

use std::iter;

use apitoolkit_actix::testing::{Collector, Kind, Span};

use crate::calls::{CALLS, Call, KEPT, SECRETS};

/// Whether exactly the expected exchanges arrived, and no secret did; the error says what is wrong.
pub(crate) fn check(collector: &Collector, mut spans: Vec<Span>) -> Result<(), String> {
    // The calls were made one after the other.
    spans.sort_by_key(|span| span.start);
    let expected: Vec<_> = CALLS.iter().flat_map(wanted).collect();
    let received: Vec<_> = spans.iter().map(got).collect();
    if received != expected {
        return Err(format!("expected the exchanges {expected:#?}, received {received:#?}"));
    }
    if let Some(missing) = KEPT.iter().find(|text| collector.find_secret(text).is_none()) {
        return Err(format!("{missing:?} is no secret and was not received"));
    }
    match SECRETS.iter().find_map(|secret| collector.find_secret(secret)) {
        Some(leak) => Err(format!("a secret was received: {leak}")),
        None => Ok(()),
    }
}

fn wanted(call: &Call) -> impl Iterator<Item = String> {
    let exchange = line(call.method().as_str(), call.route, call.status.map(i64::from));
    iter::once(exchange).chain(call.service.map(str::to_owned))
}

fn got(span: &Span) -> String {
    if span.kind == Kind::Internal {
        return span.name.clone();
    }
    let text = |key| span.str_attr(key).unwrap_or("?");
    let status = span.int_attr("http.response.status_code");
    line(text("http.request.method"), text("http.route"), status)
}

fn line(method: &str, route: &str, status: Option<i64>) -> String {
    let status = status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    format!("{method} {route}: {status}")
}

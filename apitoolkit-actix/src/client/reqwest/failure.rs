//! `error.type` of calls that got no answer: one of a few words.

use std::{error::Error as StdError, fmt, io, iter};

use reqwest_middleware::Error;

use crate::client::call::CallRecord;

/// How far a chain of sources is followed.
const MAX_CHAIN: usize = 32;

/// Records that a call got no answer.
pub(super) fn record(record: CallRecord, error: &Error) {
    match inner(error) {
        Some(error) => record.failed(word(error), "reqwest::Error", &WithoutUrl(error)),
        None => record.failed("_OTHER", "reqwest_middleware::Error", error),
    }
}

/// The client's own error; other middleware may have put its own around it.
fn inner(error: &Error) -> Option<&reqwest::Error> {
    match error {
        Error::Reqwest(error) => Some(error),
        Error::Middleware(error) => {
            error.chain().take(MAX_CHAIN).find_map(|error| match error.downcast_ref::<Error>() {
                Some(Error::Reqwest(error)) => Some(error),
                _ => error.downcast_ref(),
            })
        }
    }
}

/// What went wrong: `invalid_url`, `redirect`, `timeout`, `dns`, `connect`, `tls`, `request_body`,
/// `invalid_response`, `closed`, `http2`, or `_OTHER`.
fn word(error: &reqwest::Error) -> &'static str {
    if error.is_builder() {
        "invalid_url"
    } else if error.is_redirect() {
        "redirect"
    } else if error.is_timeout() {
        "timeout"
    } else if error.is_dns() {
        "dns"
    } else if error.is_connect() {
        // What the system says of a connection has its number; what TLS says has a value inside.
        match find::<io::Error>(error) {
            Some(error) if error.get_ref().is_some() => "tls",
            _ => "connect",
        }
    } else if find::<reqwest::Error>(error).is_some_and(reqwest::Error::is_body) {
        "request_body"
    } else {
        find::<hyper::Error>(error).map_or("_OTHER", of_connection)
    }
}

/// What went wrong on a connection that was there.
fn of_connection(error: &hyper::Error) -> &'static str {
    let is_gone = error.is_incomplete_message() || error.is_closed() || error.is_canceled();
    match error.source() {
        _ if error.is_parse() => "invalid_response",
        _ if error.is_user() => "_OTHER",
        _ if is_gone => "closed",
        Some(source) if source.is::<io::Error>() => "closed",
        // What else has a cause.
        Some(_) => "http2",
        // A message that nobody asked for.
        None => "invalid_response",
    }
}

/// The first of an error's sources that has a type.
fn find<E: StdError + 'static>(error: &reqwest::Error) -> Option<&E> {
    iter::successors(error.source(), |error| (*error).source())
        .take(MAX_CHAIN)
        .find_map(|error| error.downcast_ref())
}

/// The client's error without the URL in its text: that is in the span already, redacted.
#[derive(Debug)]
struct WithoutUrl<'e>(&'e reqwest::Error);

impl fmt::Display for WithoutUrl<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.to_string();
        let url = self.0.url().map(|url| format!(" for url ({url})"));
        f.write_str(url.and_then(|url| text.strip_suffix(&url)).unwrap_or(&text))
    }
}

impl StdError for WithoutUrl<'_> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source()
    }
}

//! Going through every request received.

use std::{borrow::Cow, collections::HashSet, fmt};

use super::{
    needle::{Encoding, Found, Needles},
    places::{self, Place},
    rest,
};
use crate::testing::{Request, Signal};

/// Shorter ones are found by accident in random ids and compressed data.
pub(in crate::testing) const MIN_SECRET_BYTES: usize = 6;

/// Where a secret was found. `Display` says it in words; the secret itself is not part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Leak {
    /// What the request carried; `None` when nothing can be said because contents were not kept.
    pub signal: Option<Signal>,
    /// Which of the secrets that were searched for, as an index.
    pub secret: usize,
    /// Which request, as an index of [`Collector::requests`](super::super::Collector::requests).
    pub request: usize,
    /// Where in the request, in words: `span "GET /" attribute "url.query"`, `header "cookie"`.
    pub place: String,
    /// How it is encoded there, the outermost encoding first; empty if it stands in clear.
    pub encodings: Vec<Encoding>,
    /// What stands before and after it.
    pub excerpt: String,
}

impl Leak {
    pub(in crate::testing) fn not_searchable(requests: u64) -> Self {
        Self {
            signal: None,
            secret: 0,
            request: 0,
            place: format!(
                "{requests} requests cannot be searched: they came while contents were not kept, \
                 or to no known path"
            ),
            encodings: Vec::new(),
            excerpt: String::new(),
        }
    }

    fn new(request: usize, signal: Signal, place: String, found: Found) -> Self {
        let Found { secret, encodings, excerpt } = found;
        Self { signal: Some(signal), secret, request, place, encodings, excerpt }
    }
}

impl fmt::Display for Leak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(signal) = self.signal else { return f.write_str(&self.place) };
        write!(f, "{signal}, request {}, {}", self.request, self.place)?;
        for encoding in &self.encodings {
            write!(f, ", {encoding}")?;
        }
        write!(f, ": {}", self.excerpt)
    }
}

/// Searches requests for any of `secrets`, except in the headers and attributes named in `allowed`.
pub(in crate::testing) fn find(
    requests: &[Request],
    secrets: &[&str],
    allowed: &[&str],
) -> Option<Leak> {
    let needles = Needles::new(secrets.iter().copied());
    let is_allowed = |name: &str| allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(name));
    // The same keys and values come with every span; once is enough.
    let mut clean = HashSet::new();
    requests.iter().enumerate().find_map(|(index, request)| {
        in_headers(request, &needles, &is_allowed)
            .or_else(|| in_places(request, &needles, &is_allowed, &mut clean))
            .or_else(|| in_raw(request, &needles, allowed))
            .map(|(place, found)| Leak::new(index, request.signal(), place, found))
    })
}

/// The beginning of a secret, enough to tell which one it was.
pub(in crate::testing) fn preview(secret: &str) -> String {
    let start: String = secret.chars().take(4).collect();
    format!("\"{}…\" ({} bytes)", start.escape_debug(), secret.len())
}

fn in_headers(
    request: &Request,
    needles: &Needles,
    is_allowed: &impl Fn(&str) -> bool,
) -> Option<(String, Found)> {
    request.headers().filter(|(name, _)| !is_allowed(name)).find_map(|(name, value)| {
        let found = needles.find(name.as_bytes()).or_else(|| needles.find(value))?;
        Some((format!("header {name:?}"), found))
    })
}

fn in_places(
    request: &Request,
    needles: &Needles,
    is_allowed: &impl Fn(&str) -> bool,
    clean: &mut HashSet<Vec<u8>>,
) -> Option<(String, Found)> {
    // What cannot be decoded is searched as raw bytes.
    let places = places::of(request.signal(), request.raw()).unwrap_or_default();
    places.into_iter().find_map(|Place { name, keys, content }| {
        if keys.iter().any(|key| is_allowed(key)) || clean.contains(&content) {
            return None;
        }
        let found = needles.find(&content);
        if found.is_none() {
            clean.insert(content);
        }
        found.map(|found| (name, found))
    })
}

/// What the places do not show: fields that no view has, and messages that are not OTLP.
fn in_raw(request: &Request, needles: &Needles, allowed: &[&str]) -> Option<(String, Found)> {
    let rest = rest::of(request.signal(), request.raw());
    let mut raw = rest.map_or_else(|| Cow::Borrowed(request.raw()), Cow::Owned);
    for key in allowed {
        places::blank(&mut raw, key);
    }
    needles.find(&raw).map(|found| ("raw message".to_owned(), found))
}

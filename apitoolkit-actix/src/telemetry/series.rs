//! The metrics of HTTP exchanges, and what they recorded under before.

use std::{
    borrow::Cow,
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use foldhash::quality::RandomState;
use opentelemetry::{
    KeyValue,
    metrics::{BoundHistogram, Histogram},
};

use super::instruments::Http;
use crate::{
    exchange::{Authority, Failure, is_same_text},
    semconv,
};

/// As many sets of attributes are bound. After that all are let go.
const MAX_SETS: usize = 512;
/// After so many exchanges all are let go, too: what is bound to the SDK's overflow stays so, and a
/// set that is bound is never evicted.
const MAX_USES: u32 = 100_000;

/// What an exchange is counted among.
#[derive(Debug)]
pub(super) struct Subject<'m> {
    pub(super) incoming: bool,
    pub(super) method: &'static str,
    pub(super) https: bool,
    pub(super) status: Option<u16>,
    pub(super) failure: Option<Failure>,
    pub(super) version: Option<&'static str>,
    /// The route; of a call, its wildcard.
    pub(super) route: Option<&'m Arc<str>>,
    /// Whom a call goes to; absent if its URL names nobody.
    pub(super) server: Option<&'m Authority>,
}

/// How long the bodies of an exchange were, in bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    pub(super) request: Option<u64>,
    pub(super) response: Option<u64>,
}

/// The histograms of HTTP exchanges.
///
/// Most exchanges are counted among those of one before. With an SDK's meter it is remembered where
/// their sums are, so that nobody has to look for them by all their attributes.
pub(super) struct Series {
    http: Http,
    /// Absent where the meter may be anybody's: the API's own bound histograms, which are those of
    /// an implementation that has none, drop what is recorded on them.
    bound: Option<Mutex<Bound>>,
}

#[derive(Default)]
struct Bound {
    sets: Vec<Set>,
    /// Where the set of each key is among them.
    places: HashMap<Box<[u8]>, usize, RandomState>,
    uses: u32,
    /// Room for a key.
    key: Vec<u8>,
    /// What came last, and where its set is.
    latest: Option<(Latest, usize)>,
}

/// A subject without a server, which most exchanges have. Two are compared faster than their keys.
struct Latest {
    incoming: bool,
    method: &'static str,
    https: bool,
    status: Option<u16>,
    failure: Option<Failure>,
    version: Option<&'static str>,
    route: Option<Arc<str>>,
}

/// What is recorded under one set of attributes. Histograms are bound when they are first recorded
/// on: one that is bound exports its set, whether or not it was recorded on.
#[derive(Default)]
struct Set {
    duration: Option<BoundHistogram<f64>>,
    request_size: Option<BoundHistogram<u64>>,
    response_size: Option<BoundHistogram<u64>>,
}

impl Series {
    pub(super) fn new(http: Http, binds: bool) -> Self {
        Self { http, bound: binds.then(Mutex::default) }
    }

    pub(super) fn record(&self, subject: &Subject<'_>, took: Duration, sizes: Sizes) {
        let (http, seconds) = (&self.http, took.as_secs_f64());
        let Some(bound) = &self.bound else {
            return http.record(subject, seconds, sizes);
        };
        let mut bound = bound.lock().unwrap_or_else(PoisonError::into_inner);
        bound.with(subject, |set| set.record(http, subject, seconds, sizes));
    }
}

impl fmt::Debug for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Series").field("http", &self.http).finish_non_exhaustive()
    }
}

impl Http {
    fn record(&self, subject: &Subject<'_>, seconds: f64, sizes: Sizes) {
        let attributes = subject.attributes();
        if !subject.incoming {
            self.client_duration.record(seconds, &attributes);
            return;
        }
        self.server_duration.record(seconds, &attributes);
        if let Some(bytes) = sizes.request {
            self.server_request_size.record(bytes, &attributes);
        }
        if let Some(bytes) = sizes.response {
            self.server_response_size.record(bytes, &attributes);
        }
    }
}

impl Set {
    /// As [`Http::record`].
    fn record(&mut self, http: &Http, subject: &Subject<'_>, seconds: f64, sizes: Sizes) {
        if !subject.incoming {
            bound(&mut self.duration, &http.client_duration, subject).record(seconds);
            return;
        }
        bound(&mut self.duration, &http.server_duration, subject).record(seconds);
        if let Some(bytes) = sizes.request {
            bound(&mut self.request_size, &http.server_request_size, subject).record(bytes);
        }
        if let Some(bytes) = sizes.response {
            bound(&mut self.response_size, &http.server_response_size, subject).record(bytes);
        }
    }
}

fn bound<'b, T>(
    bound: &'b mut Option<BoundHistogram<T>>,
    histogram: &Histogram<T>,
    subject: &Subject<'_>,
) -> &'b BoundHistogram<T> {
    bound.get_or_insert_with(|| histogram.bind(&subject.attributes()))
}

impl Bound {
    /// Lets `record` have what is recorded under the attributes of `subject`.
    fn with(&mut self, subject: &Subject<'_>, record: impl FnOnce(&mut Set)) {
        let Self { sets, places, uses, key, latest } = self;
        *uses += 1;
        if *uses > MAX_USES {
            sets.clear();
            places.clear();
            *latest = None;
            *uses = 1;
        }
        let place = match latest {
            Some((latest, place)) if latest.is(subject) => *place,
            _ => {
                let place = Self::place(sets, places, key, subject);
                *latest = Latest::of(subject).map(|latest| (latest, place));
                place
            }
        };
        if let Some(set) = sets.get_mut(place) {
            record(set);
        }
    }

    /// Where the set of a subject is.
    fn place(
        sets: &mut Vec<Set>,
        places: &mut HashMap<Box<[u8]>, usize, RandomState>,
        key: &mut Vec<u8>,
        subject: &Subject<'_>,
    ) -> usize {
        key.clear();
        subject.write_key(key);
        if let Some(place) = places.get(&**key) {
            return *place;
        }
        if sets.len() >= MAX_SETS {
            sets.clear();
            places.clear();
        }
        sets.push(Set::default());
        places.insert(key.as_slice().into(), sets.len() - 1);
        sets.len() - 1
    }
}

impl Latest {
    fn of(subject: &Subject<'_>) -> Option<Self> {
        let Subject { incoming, method, https, status, failure, version, route, server } = *subject;
        let route = route.cloned();
        server.is_none().then_some(Self {
            incoming,
            method,
            https,
            status,
            failure,
            version,
            route,
        })
    }

    /// Routes and words are compared by where they are, which is the same for all exchanges of one
    /// route.
    fn is(&self, subject: &Subject<'_>) -> bool {
        let Subject { incoming, method, https, status, failure, version, route, server } = *subject;
        is_same_text(self.route.as_ref(), route)
            && server.is_none()
            && (self.status, self.incoming, self.https) == (status, incoming, https)
            && std::ptr::eq(self.method, method)
            && self.version.map(str::as_ptr) == version.map(str::as_ptr)
            && self.failure == failure
    }
}

impl Subject<'_> {
    /// Writes what tells subjects with different attributes apart: the lengths of texts stand before
    /// them, so that no two run into each other.
    fn write_key(&self, key: &mut Vec<u8>) {
        let Self { incoming, method, https, status, failure, version, route, server } = self;
        let text = |key: &mut Vec<u8>, text: Option<&str>| {
            let length = text.map_or(usize::MAX, str::len);
            key.extend_from_slice(&length.to_ne_bytes());
            key.extend_from_slice(text.unwrap_or_default().as_bytes());
        };
        key.extend([u8::from(*incoming), u8::from(*https)]);
        key.extend_from_slice(&status.unwrap_or_default().to_ne_bytes());
        text(key, Some(method));
        text(key, failure.and_then(Failure::error_type));
        text(key, *version);
        text(key, route.map(|route| &**route));
        text(key, server.map(|server| &*server.host));
        let port = server.and_then(|server| server.port);
        key.extend_from_slice(&port.map_or(u32::MAX, u32::from).to_ne_bytes());
    }

    fn attributes(&self) -> Vec<KeyValue> {
        let mut attributes = Vec::with_capacity(8);
        let scheme = if self.https { "https" } else { "http" };
        attributes.push(KeyValue::new(semconv::HTTP_REQUEST_METHOD, self.method));
        // A call whose URL is none has no scheme either.
        if self.incoming || self.server.is_some() {
            attributes.push(KeyValue::new(semconv::URL_SCHEME, scheme));
        }
        if let Some(status) = self.status {
            attributes.push(KeyValue::new(semconv::HTTP_RESPONSE_STATUS_CODE, i64::from(status)));
        }
        if let Some(word) = self.error_type() {
            attributes.push(KeyValue::new(semconv::ERROR_TYPE, word));
        }
        if let Some(version) = self.version {
            attributes.push(KeyValue::new(semconv::NETWORK_PROTOCOL_VERSION, version));
        }
        if let Some(route) = self.route {
            let key = if self.incoming { semconv::HTTP_ROUTE } else { semconv::URL_TEMPLATE };
            attributes.push(KeyValue::new(key, Arc::clone(route)));
        }
        if let Some(Authority { host, port }) = self.server {
            attributes.push(KeyValue::new(semconv::SERVER_ADDRESS, Arc::clone(host)));
            if let Some(port) = port {
                attributes.push(KeyValue::new(semconv::SERVER_PORT, i64::from(*port)));
            }
        }
        attributes
    }

    fn error_type(&self) -> Option<Cow<'static, str>> {
        let direction_fails_from = if self.incoming { 500 } else { 400 };
        let status = self.status.filter(|status| *status >= direction_fails_from);
        match self.failure {
            None | Some(Failure::Cancelled) => status.map(|status| status.to_string().into()),
            Some(failure) => failure.error_type().map(Cow::Borrowed),
        }
    }
}

#[cfg(test)]
mod tests;

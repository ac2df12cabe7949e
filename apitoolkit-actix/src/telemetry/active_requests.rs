use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use opentelemetry::{KeyValue, metrics::Meter};

use crate::{exchange::Method, semconv};

/// How many requests are being served: `http.server.active_requests`.
///
/// Counted in place and read when metrics are exported, since every request counts twice.
///
/// # Cardinality
/// Known methods and the two schemes.
#[derive(Debug, Default)]
pub(crate) struct ActiveRequests([[Requests; 2]; Method::NAMES.len()]);

#[derive(Debug, Default)]
struct Requests {
    begun: AtomicU64,
    ended: AtomicU64,
}

/// A request that is being served, until this is dropped.
#[derive(Debug)]
pub(crate) struct ActiveRequest {
    requests: Arc<ActiveRequests>,
    method: usize,
    https: bool,
}

impl ActiveRequests {
    /// Counts a request until what this returns is dropped.
    #[inline]
    pub(crate) fn begin(self: &Arc<Self>, method: &Method, https: bool) -> ActiveRequest {
        let request = ActiveRequest { requests: Arc::clone(self), method: method.index(), https };
        if let Some(requests) = request.requests() {
            requests.begun.fetch_add(1, Ordering::Relaxed);
        }
        request
    }

    /// Has `meter` read them from now on.
    pub(super) fn register(self: &Arc<Self>, meter: &Meter) {
        let requests = Arc::clone(self);
        meter
            .i64_observable_up_down_counter(semconv::METRIC_HTTP_SERVER_ACTIVE_REQUESTS)
            .with_unit("{request}")
            .with_description("Requests that are being served.")
            .with_callback(move |observer| {
                requests.each(|method, scheme, active| {
                    let attributes = [
                        KeyValue::new(semconv::HTTP_REQUEST_METHOD, method),
                        KeyValue::new(semconv::URL_SCHEME, scheme),
                    ];
                    observer.observe(active, &attributes);
                });
            })
            .build();
    }

    /// Every combination that ever had a request, at zero too.
    fn each(&self, mut observe: impl FnMut(&'static str, &'static str, i64)) {
        for (method, by_scheme) in Method::NAMES.into_iter().zip(&self.0) {
            for (scheme, requests) in ["http", "https"].into_iter().zip(by_scheme) {
                // What ended is read first, so that the difference is never below zero.
                let ended = requests.ended.load(Ordering::Acquire);
                let begun = requests.begun.load(Ordering::Acquire);
                if begun > 0 {
                    let active = i64::try_from(begun.saturating_sub(ended)).unwrap_or(i64::MAX);
                    observe(method, scheme, active);
                }
            }
        }
    }
}

impl ActiveRequest {
    fn requests(&self) -> Option<&Requests> {
        self.requests.0.get(self.method)?.get(usize::from(self.https))
    }
}

impl Drop for ActiveRequest {
    fn drop(&mut self) {
        if let Some(requests) = self.requests() {
            requests.ended.fetch_add(1, Ordering::Release);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_counts_until_it_is_dropped() {
        let requests = Arc::new(ActiveRequests::default());
        let seen = || {
            let mut seen = Vec::new();
            requests.each(|method, scheme, active| seen.push((method, scheme, active)));
            seen
        };
        assert_eq!(seen(), []);
        let one = requests.begin(&Method::new("GET"), false);
        let two = requests.begin(&Method::new("BREW"), true);
        assert_eq!(seen(), [("GET", "http", 1), ("_OTHER", "https", 1)]);
        drop(one);
        assert_eq!(seen(), [("GET", "http", 0), ("_OTHER", "https", 1)]);
        drop(two);
    }
}

use std::collections::{HashMap, HashSet};

use apitoolkit_actix::{
    Telemetry,
    testing::{Collector, Kind, Span},
};

use crate::{SOON, log};

/// The spans of exchanges that were exported.
#[derive(Debug)]
pub struct Held {
    /// Of requests, in the order of arrival.
    pub servers: Vec<Span>,
    /// Of calls, in the order of arrival.
    pub clients: Vec<Span>,
}

impl Held {
    /// Waits until so many requests and calls were exported, and checks what holds for every case:
    /// one SERVER span each and one CLIENT span, and not one more, each started and ended once;
    /// below every span only spans of its trace, and none whose parent is missing; nothing lost or
    /// pending; no `CANARY` in anything exported, in any encoding, or said aloud at any level.
    ///
    /// # Panics
    /// When any of it does not hold.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a fixture")]
    pub fn of(collector: &Collector, telemetry: &Telemetry, requests: usize, calls: usize) -> Self {
        let wait = |which: fn(&Span) -> bool, count| {
            let spans = collector.wait_for(which, count, SOON);
            drop(spans.expect("the spans"));
        };
        wait(is_server, requests);
        wait(is_call, calls);
        telemetry.flush().expect("a flush");
        let (servers, others): (Vec<_>, Vec<_>) =
            collector.spans().into_iter().partition(is_server);
        let clients: Vec<_> = others.into_iter().filter(is_call).collect();
        assert_eq!(servers.len(), requests, "one span for each request: {servers:#?}");
        assert_eq!(clients.len(), calls, "one span for each call: {clients:#?}");
        let held = Self { servers, clients };
        held.check_each();
        let stats = telemetry.stats();
        let all = (requests + calls) as u64;
        assert_eq!(
            (stats.exchanges_created(), stats.exchanges_exported(), stats.exchanges_dropped()),
            (all, all, 0)
        );
        assert_eq!(stats.buffered_bytes(), 0, "every byte of the budget was given back");
        collector.assert_absent("CANARY");
        let said = log::lines(|line| line.text.contains("CANARY"));
        assert!(said.is_empty(), "said aloud: {said:#?}");
        check_parents(&collector.spans());
        held
    }

    fn check_each(&self) {
        let all = || self.servers.iter().chain(&self.clients);
        let mut ids: Vec<_> = all().map(|span| &span.span_id).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), all().count(), "every span is exported once");
        for span in all() {
            assert_eq!(span.attributes.duplicates(), [""; 0]);
            assert!(span.end >= span.start);
        }
    }
}

/// The parent of a SERVER span may be the caller's, which is elsewhere, and that of another span may
/// still be running; a call in the trace of an exchange has nobody's but one that was exported.
fn check_parents(spans: &[Span]) {
    let by_id: HashMap<_, _> = spans.iter().map(|span| (&span.span_id, span)).collect();
    let exchanges = spans.iter().filter(|span| is_server(span));
    let exchanges: HashSet<_> = exchanges.map(|span| &span.trace_id).collect();
    for span in spans {
        let Some(id) = &span.parent_span_id else { continue };
        match by_id.get(id) {
            Some(parent) => {
                assert_eq!(parent.trace_id, span.trace_id, "{span:#?} below {parent:#?}");
                assert!(span.start >= parent.start, "{span:#?} before {parent:#?}");
            }
            None => {
                let is_lost = is_call(span) && exchanges.contains(&span.trace_id);
                assert!(!is_lost, "a call without its parent: {span:#?}");
            }
        }
    }
}

fn is_server(span: &Span) -> bool {
    span.kind == Kind::Server
}

/// Databases are called too.
fn is_call(span: &Span) -> bool {
    span.kind == Kind::Client && span.attr("http.request.method").is_some()
}

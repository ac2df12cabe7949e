use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};

use opentelemetry::trace::{SpanId, TraceId};

use super::{Latency, layout::layout};
use crate::{
    explorer::record::{Kind, Record},
    semconv,
};

/// Who calls whom.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::explorer) struct Flow {
    pub(in crate::explorer) nodes: Vec<Node>,
    /// The most called first.
    pub(in crate::explorer) edges: Vec<Edge>,
    /// How many edges, the least called ones, were left out.
    pub(in crate::explorer) left_out: usize,
}

/// Somebody who calls or is called.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::explorer) struct Node {
    pub(in crate::explorer) kind: NodeKind,
    pub(in crate::explorer) name: String,
    /// Its middle, in a square of 1 by 1.
    pub(in crate::explorer) x: f64,
    pub(in crate::explorer) y: f64,
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::explorer) enum NodeKind {
    /// Whoever sends requests to this service.
    Clients,
    /// This service.
    This,
    /// A custom service in it.
    Custom,
    /// A host that it calls.
    Host,
    /// A service that it calls, and that reports its spans here.
    Callee,
    /// A database.
    Database,
}

/// Calls from one node to another, by their numbers in [`Flow::nodes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::explorer) struct Edge {
    pub(in crate::explorer) from: usize,
    pub(in crate::explorer) to: usize,
    pub(in crate::explorer) count: usize,
    pub(in crate::explorer) failures: usize,
    pub(in crate::explorer) p50: Duration,
    pub(in crate::explorer) p95: Duration,
}

type Name = (NodeKind, String);

/// Spans around a span that are looked at.
const MAX_DEPTH: usize = 64;
/// Edges of a picture: more of them nobody could tell apart.
const MAX_EDGES: usize = 100;

/// The flow between this service, named `service`, and everything around it.
pub(in crate::explorer) fn flow(records: &[Arc<Record>], service: &str) -> Flow {
    let spans = Spans::new(records, service);
    let mut calls: BTreeMap<(Name, Name), Vec<&Record>> = BTreeMap::new();
    for record in records {
        let Some(to) = spans.node(record) else { continue };
        let from = spans.caller(record);
        if from != to {
            calls.entry((from, to)).or_default().push(record);
        }
    }
    let mut calls: Vec<_> = calls.into_iter().collect();
    calls.sort_by_key(|(_, of)| std::cmp::Reverse(of.len()));
    let left_out = calls.len().saturating_sub(MAX_EDGES);
    calls.truncate(MAX_EDGES);
    let mut names: Vec<&Name> = calls.iter().flat_map(|((from, to), _)| [from, to]).collect();
    names.sort_unstable();
    names.dedup();
    let number = |name: &Name| names.binary_search(&name).unwrap_or_default();
    let edges = calls.iter().map(|((from, to), of)| edge(number(from), number(to), of));
    let mut edges: Vec<_> = edges.collect();
    let places = layout(names.len(), &edges.iter().map(|e| (e.from, e.to)).collect::<Vec<_>>());
    let nodes = names.iter().zip(places).map(|(name, (x, y))| {
        let (kind, name) = (*name).clone();
        Node { kind, name, x, y }
    });
    let nodes = nodes.collect();
    edges.sort_by(|a, b| b.count.cmp(&a.count).then((a.from, a.to).cmp(&(b.from, b.to))));
    Flow { nodes, edges, left_out }
}

fn edge(from: usize, to: usize, calls: &[&Record]) -> Edge {
    let latency = Latency::of(calls.iter().map(|record| record.took).collect());
    Edge {
        from,
        to,
        count: calls.len(),
        failures: calls.iter().filter(|record| record.failed).count(),
        p50: latency.p50,
        p95: latency.p95,
    }
}

/// The spans by their ids, so that parents are found.
struct Spans<'r> {
    by_id: HashMap<(TraceId, SpanId), &'r Record>,
    service: &'r str,
}

impl<'r> Spans<'r> {
    fn new(records: &'r [Arc<Record>], service: &'r str) -> Self {
        let ids = records.iter().map(|record| {
            let context = &record.span.span_context;
            ((context.trace_id(), context.span_id()), &**record)
        });
        Self { by_id: ids.collect(), service }
    }

    fn parent(&self, record: &Record) -> Option<&'r Record> {
        let trace = record.span.span_context.trace_id();
        self.by_id.get(&(trace, record.span.parent_span_id)).copied()
    }

    /// Whom a span is a call of; nobody's for spans of other kinds.
    fn node(&self, record: &Record) -> Option<Name> {
        let text = |key| record.text(key).unwrap_or_default();
        Some(match record.kind {
            Kind::Incoming if self.is_callee(record) => (NodeKind::Callee, callee(record)),
            Kind::Incoming => (NodeKind::This, self.service.to_owned()),
            Kind::Outgoing => (NodeKind::Host, record.host()),
            Kind::Service => (NodeKind::Custom, text(semconv::APITOOLKIT_SERVICE).to_owned()),
            Kind::Statement => {
                let database = [text(semconv::DB_SYSTEM_NAME), text(semconv::DB_NAMESPACE)];
                (NodeKind::Database, database.join(" ").trim_end().to_owned())
            }
            Kind::Other => return None,
        })
    }

    /// Whether a request that came in is one that this process sent.
    fn is_callee(&self, record: &Record) -> bool {
        self.parent(record).is_some_and(|parent| parent.kind == Kind::Outgoing)
    }

    /// The node of the nearest span around it that is a call of somebody.
    fn caller(&self, record: &Record) -> Name {
        let mut inside = record;
        // Ids may be a circle, which leads nowhere.
        for _ in 0..MAX_DEPTH {
            let Some(parent) = self.parent(inside) else { break };
            if let Some(node) = self.node(parent) {
                return node;
            }
            inside = parent;
        }
        match record.kind {
            Kind::Incoming => (NodeKind::Clients, "clients".to_owned()),
            _ => (NodeKind::This, self.service.to_owned()),
        }
    }
}

/// What a service that was called says of itself.
fn callee(record: &Record) -> String {
    let keys = [semconv::SERVICE_NAME, semconv::NET_HOST_NAME];
    let own = keys.into_iter().find_map(|key| record.text(key)).map(str::to_owned);
    own.unwrap_or_else(|| record.host())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explorer::record::testing::Made;

    #[test]
    fn a_picture_by_hand() {
        let made = [
            Made::incoming("GET", "/a", 200).ids(1, 1).at(0, 10),
            Made::service("Users", "find").ids(1, 2).child_of(1).at(0, 8),
            Made::of(opentelemetry::trace::SpanKind::Internal, "inner").ids(1, 3).child_of(2),
            Made::statement("SELECT a").ids(1, 4).child_of(3).at(0, 2),
            Made::statement("SELECT b").ids(1, 5).child_of(3).at(0, 4).failed("gone"),
            Made::outgoing("api.test", 200).ids(1, 6).child_of(1).at(0, 6),
            Made::incoming("GET", "/b", 200)
                .attribute(semconv::SERVICE_NAME, "billing")
                .ids(1, 7)
                .child_of(6)
                .at(0, 5),
            Made::incoming("GET", "/a", 500).ids(2, 1).child_of(99).at(0, 30),
        ];
        let records: Vec<_> = (1..).zip(made).map(|(id, made)| Arc::new(made.record(id))).collect();
        let flow = flow(&records, "shop");
        let nodes: Vec<_> = flow.nodes.iter().map(|n| (n.kind, n.name.as_str())).collect();
        let expected = [
            (NodeKind::Clients, "clients"),
            (NodeKind::This, "shop"),
            (NodeKind::Custom, "Users"),
            (NodeKind::Host, "api.test"),
            (NodeKind::Callee, "billing"),
            (NodeKind::Database, "postgresql shop"),
        ];
        assert_eq!(nodes, expected);
        let columns: Vec<_> = flow.nodes.iter().map(|n| (n.x * 8.0).round() as i64).collect();
        assert_eq!(columns, [1, 3, 5, 5, 7, 7]);
        let edges: Vec<_> = flow
            .edges
            .iter()
            .map(|e| (e.from, e.to, e.count, e.failures, e.p50.as_millis(), e.p95.as_millis()))
            .collect();
        let expected = [
            (0, 1, 2, 1, 10, 30),
            (2, 5, 2, 1, 2, 4),
            (1, 2, 1, 0, 8, 8),
            (1, 3, 1, 0, 6, 6),
            (3, 4, 1, 0, 5, 5),
        ];
        assert_eq!(edges, expected);
    }

    #[test]
    fn circles_of_parents_end() {
        let made = [
            Made::of(opentelemetry::trace::SpanKind::Internal, "a").ids(1, 1).child_of(2),
            Made::of(opentelemetry::trace::SpanKind::Internal, "b").ids(1, 2).child_of(1),
            Made::statement("SELECT a").ids(1, 3).child_of(1),
        ];
        let records: Vec<_> = (1..).zip(made).map(|(id, made)| Arc::new(made.record(id))).collect();
        let flow = flow(&records, "shop");
        assert_eq!(flow.edges.len(), 1);
        assert_eq!(super::flow(&[], "shop"), Flow::default());
    }
}

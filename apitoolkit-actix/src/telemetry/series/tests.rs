use std::sync::mpsc::{self, Receiver, Sender};

use opentelemetry::metrics::MeterProvider as _;
use opentelemetry_sdk::{
    error::OTelSdkResult,
    metrics::{
        PeriodicReader, SdkMeterProvider, Temporality,
        data::{AggregatedMetrics, Histogram, MetricData, ResourceMetrics},
        exporter::PushMetricExporter,
    },
};

use super::*;
use crate::telemetry::Instruments;

/// Sends each data point of each metric as a line.
struct Lines(Sender<String>, Temporality);

impl PushMetricExporter for Lines {
    async fn export(&self, metrics: &ResourceMetrics) -> OTelSdkResult {
        for metric in metrics.scope_metrics().flat_map(|scope| scope.metrics()) {
            match metric.data() {
                AggregatedMetrics::F64(MetricData::Histogram(data)) => {
                    self.say(metric.name(), data)
                }
                AggregatedMetrics::U64(MetricData::Histogram(data)) => {
                    self.say(metric.name(), data)
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }

    fn temporality(&self) -> Temporality {
        self.1
    }
}

impl Lines {
    fn say<T: Copy + fmt::Debug>(&self, name: &str, histogram: &Histogram<T>) {
        for point in histogram.data_points() {
            let mut attributes: Vec<_> =
                point.attributes().map(|kv| format!("{}={}", kv.key, kv.value)).collect();
            // The SDK keeps a set in two orders and exports either.
            attributes.sort();
            let (attributes, count, sum) = (attributes.join(" "), point.count(), point.sum());
            self.0.send(format!("{name} {attributes}: {count} of {sum:?}")).unwrap();
        }
    }
}

struct Rig {
    instruments: Instruments,
    provider: SdkMeterProvider,
    lines: Receiver<String>,
}

impl Rig {
    fn new(binds: bool, temporality: Temporality) -> Self {
        let (sender, lines) = mpsc::channel();
        let reader = PeriodicReader::builder(Lines(sender, temporality)).build();
        let provider = SdkMeterProvider::builder().with_reader(reader).build();
        let meter = provider.meter("test");
        let instruments =
            if binds { Instruments::of_sdk(&meter) } else { Instruments::new(&meter) };
        Self { instruments, provider, lines }
    }

    fn record(&self, subject: &Subject<'_>, request: Option<u64>) {
        let sizes = Sizes { request, response: Some(7) };
        self.instruments.http.record(subject, Duration::from_millis(250), sizes);
    }

    /// What is exported, sorted.
    fn exported(&self) -> Vec<String> {
        self.provider.force_flush().unwrap();
        let mut lines: Vec<_> = self.lines.try_iter().collect();
        lines.sort();
        lines
    }

    fn held(&self) -> usize {
        let bound = &self.instruments.http.bound;
        bound.as_ref().map_or(0, |bound| bound.lock().unwrap().sets.len())
    }
}

fn request<'m>() -> Subject<'m> {
    Subject {
        incoming: true,
        method: "GET",
        https: false,
        status: Some(200),
        failure: None,
        version: Some("1.1"),
        route: None,
        server: None,
    }
}

/// Subjects that differ in one thing each, `routes` and `servers` among them.
fn subjects<'m>(routes: &'m [Arc<str>], servers: &'m [Authority]) -> Vec<Subject<'m>> {
    let call = || Subject { incoming: false, ..request() };
    let mut subjects = vec![
        request(),
        Subject { method: "POST", ..request() },
        Subject { https: true, ..request() },
        Subject { status: None, ..request() },
        Subject { status: Some(404), ..request() },
        Subject { status: Some(500), ..request() },
        Subject { failure: Some(Failure::Panic), ..request() },
        Subject { failure: Some(Failure::Body), ..request() },
        Subject { version: None, ..request() },
        Subject { version: Some("2"), ..request() },
        call(),
        Subject { status: Some(404), ..call() },
        Subject { failure: Some(Failure::Call("connect")), status: None, ..call() },
    ];
    for route in routes {
        subjects.push(Subject { route: Some(route), ..request() });
        subjects.push(Subject { route: Some(route), ..call() });
    }
    for server in servers {
        subjects.push(Subject { server: Some(server), ..call() });
        subjects.push(Subject { server: Some(server), https: true, ..call() });
    }
    subjects
}

fn routes() -> [Arc<str>; 3] {
    ["", "/a", "/a/{b}"].map(Arc::from)
}

fn servers() -> [Authority; 4] {
    [("h", None), ("h", Some(0)), ("h", Some(80)), ("hh", Some(80))]
        .map(|(host, port)| Authority { host: host.into(), port })
}

#[test]
fn what_is_bound_is_exported_as_what_is_not() {
    let (routes, servers) = (routes(), servers());
    let rigs = [true, false].map(|binds| Rig::new(binds, Temporality::Cumulative));
    let [bound, unbound] = &rigs;
    for round in 0..3 {
        for (at, subject) in subjects(&routes, &servers).iter().enumerate() {
            // Some never say how long the request's body is.
            let size = (at % 2 == 0).then_some(round);
            rigs.iter().for_each(|rig| rig.record(subject, size));
        }
        let exported = bound.exported();
        assert_eq!(exported, unbound.exported());
        assert!(exported.iter().any(|line| line.contains("/a/{b}")), "{exported:#?}");
    }
}

#[test]
fn keys_differ_where_attributes_do() {
    let (routes, servers) = (routes(), servers());
    let subjects = subjects(&routes, &servers);
    let key = |subject: &Subject<'_>| {
        let mut key = Vec::new();
        subject.write_key(&mut key);
        key
    };
    for a in &subjects {
        for b in &subjects {
            let is_same = a.incoming == b.incoming && a.attributes() == b.attributes();
            // A call to nobody has no scheme.
            assert!(is_same || key(a) != key(b), "{a:?} {b:?}");
            assert!(std::ptr::eq(a, b) == (key(a) == key(b)), "{a:?} {b:?}");
        }
    }
    let cancelled = Subject { failure: Some(Failure::Cancelled), ..request() };
    assert_eq!(key(&cancelled), key(&request()));
}

#[test]
fn it_is_bounded_and_loses_nothing() {
    for temporality in [Temporality::Cumulative, Temporality::Delta] {
        let rig = Rig::new(true, temporality);
        let routes: Vec<Arc<str>> = (0..MAX_SETS + 100).map(|n| format!("/{n}").into()).collect();
        for _ in 0..2 {
            for route in &routes {
                rig.record(&Subject { route: Some(route), ..request() }, None);
                assert!(rig.held() <= MAX_SETS);
            }
        }
        let exported = rig.exported();
        assert_eq!(exported.len(), 2 * routes.len());
        for line in exported {
            assert!(line.ends_with(": 2 of 0.5") || line.ends_with(": 2 of 14"), "{line}");
        }
    }
}

/// What the SDK counts among its overflow does not stay there, once it has room again.
#[test]
fn all_is_bound_anew_after_a_while() {
    let rig = Rig::new(true, Temporality::Delta);
    let routes: Vec<Arc<str>> = (0..3_000).map(|n| format!("/{n}").into()).collect();
    for route in &routes {
        rig.record(&Subject { route: Some(route), ..request() }, None);
    }
    let last = Subject { route: routes.last(), ..request() };
    let is_told_apart = |lines: &[String]| lines.iter().any(|line| line.contains("/2999"));
    assert!(!is_told_apart(&rig.exported()));
    rig.record(&last, None);
    assert!(!is_told_apart(&rig.exported()));
    for _ in 0..MAX_USES {
        rig.record(&last, None);
    }
    assert_eq!(rig.held(), 1);
    rig.exported();
    rig.record(&last, None);
    assert!(is_told_apart(&rig.exported()));
}

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, SystemTime},
};

use super::Latency;
use crate::{
    explorer::record::{Kind, Record},
    semconv,
};

/// What is counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::explorer) enum By {
    /// Incoming exchanges by method and route.
    Route,
    /// Outgoing ones by method, host and wildcard.
    Outgoing,
    /// Database statements by system and summary.
    Statement,
    /// Custom services by service and method.
    Service,
}

/// What comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::explorer) enum Order {
    /// What took most time, all together.
    #[default]
    Total,
    /// The highest 95th percentile.
    Slowest,
    /// The most called.
    Called,
    /// The most failures, then the highest rate.
    Failures,
    Name,
}

/// What was counted.
#[derive(Debug, Clone, Default)]
pub(in crate::explorer) struct Groups {
    pub(in crate::explorer) groups: Vec<Group>,
}

/// Records that have something in common.
#[derive(Debug, Clone)]
pub(in crate::explorer) struct Group {
    /// What they have in common: attributes and their values, those without a value left out.
    pub(in crate::explorer) parts: Vec<(&'static str, String)>,
    /// The same as one text.
    pub(in crate::explorer) name: String,
    pub(in crate::explorer) count: usize,
    pub(in crate::explorer) failures: usize,
    /// Of a span of time of less than a minute, so many as there were.
    pub(in crate::explorer) per_minute: f64,
    pub(in crate::explorer) latency: Latency,
    /// Equal parts of the span of time, the earliest first.
    pub(in crate::explorer) series: Vec<Bucket>,
    /// The newest of them.
    pub(in crate::explorer) newest: u64,
}

/// What began in some part of the time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::explorer) struct Bucket {
    pub(in crate::explorer) count: usize,
    pub(in crate::explorer) failures: usize,
}

impl Group {
    /// From 0 to 1.
    pub(in crate::explorer) fn failure_rate(&self) -> f64 {
        self.failures as f64 / self.count.max(1) as f64
    }
}

/// Counts what is kept, with a series of so many buckets for each group; the most costly first.
pub(in crate::explorer) fn groups(records: &[Arc<Record>], by: By, buckets: usize) -> Groups {
    let mut members: HashMap<Vec<(&'static str, String)>, Vec<&Record>> = HashMap::new();
    for record in records.iter().filter(|record| by.counts(record)) {
        members.entry(by.parts(record)).or_default().push(record);
    }
    let all = members.values().flatten();
    let span = all.fold(None, |span: Option<(SystemTime, SystemTime)>, record| {
        let (start, end) = (record.started(), record.span.end_time);
        Some(span.map_or((start, end), |(first, last)| (first.min(start), last.max(end))))
    });
    let Some(time) = span else { return Groups::default() };
    let groups = members.into_iter().map(|(parts, of)| group(parts, &of, time, buckets));
    let mut groups = Groups { groups: groups.collect() };
    groups.sort(Order::default());
    groups
}

impl Groups {
    pub(in crate::explorer) fn sort(&mut self, order: Order) {
        self.groups.sort_by(|a, b| {
            let by_order = match order {
                Order::Total => b.latency.total.cmp(&a.latency.total),
                Order::Slowest => b.latency.p95.cmp(&a.latency.p95),
                Order::Called => b.count.cmp(&a.count),
                Order::Failures => {
                    b.failures.cmp(&a.failures).then(b.failure_rate().total_cmp(&a.failure_rate()))
                }
                Order::Name => std::cmp::Ordering::Equal,
            };
            by_order.then_with(|| a.name.cmp(&b.name))
        });
    }
}

fn group(
    parts: Vec<(&'static str, String)>,
    members: &[&Record],
    (from, to): (SystemTime, SystemTime),
    buckets: usize,
) -> Group {
    let span = to.duration_since(from).unwrap_or_default();
    let mut series = vec![Bucket::default(); buckets];
    for record in members {
        let since = record.started().duration_since(from).unwrap_or_default();
        if let Some(bucket) = series.get_mut(place(since, span, buckets)) {
            bucket.count += 1;
            bucket.failures += usize::from(record.failed);
        }
    }
    let minutes = span.max(Duration::from_secs(60)).as_secs_f64() / 60.0;
    Group {
        name: parts.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(" "),
        parts,
        count: members.len(),
        failures: members.iter().filter(|record| record.failed).count(),
        per_minute: members.len() as f64 / minutes,
        latency: Latency::of(members.iter().map(|record| record.took).collect()),
        series,
        newest: members.iter().map(|record| record.id).max().unwrap_or_default(),
    }
}

/// In which bucket something is.
fn place(since: Duration, span: Duration, buckets: usize) -> usize {
    let (since, span) = (since.as_nanos(), span.as_nanos().max(1));
    let place = since * buckets as u128 / span;
    usize::try_from(place).unwrap_or(usize::MAX).min(buckets.saturating_sub(1))
}

impl By {
    fn counts(self, record: &Record) -> bool {
        let kind = match self {
            Self::Route => Kind::Incoming,
            Self::Outgoing => Kind::Outgoing,
            Self::Statement => Kind::Statement,
            Self::Service => Kind::Service,
        };
        record.kind == kind
    }

    fn parts(self, record: &Record) -> Vec<(&'static str, String)> {
        let text = |key| record.text(key).map(|text| (key, text.to_owned()));
        let method = || Some((semconv::HTTP_REQUEST_METHOD, record.method().to_owned()));
        let parts = match self {
            Self::Route => [method(), text(semconv::HTTP_ROUTE)],
            Self::Outgoing => {
                let host = (semconv::SERVER_ADDRESS, record.host());
                let wildcard = text(semconv::HTTP_ROUTE).or_else(|| text(semconv::URL_TEMPLATE));
                return method().into_iter().chain([host]).chain(wildcard).collect();
            }
            Self::Statement => {
                let name = || (semconv::DB_QUERY_SUMMARY, record.span.name.to_string());
                let summary = text(semconv::DB_QUERY_SUMMARY).unwrap_or_else(name);
                [text(semconv::DB_SYSTEM_NAME), Some(summary)]
            }
            Self::Service => {
                [text(semconv::APITOOLKIT_SERVICE), text(semconv::APITOOLKIT_SERVICE_METHOD)]
            }
        };
        parts.into_iter().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explorer::record::testing::Made;

    fn records(made: impl IntoIterator<Item = Made>) -> Vec<Arc<Record>> {
        (1..).zip(made).map(|(id, made)| Arc::new(made.record(id))).collect()
    }

    #[test]
    fn routes_by_hand() {
        let found = groups(
            &records([
                Made::incoming("GET", "/a", 200).at(0, 10),
                Made::incoming("GET", "/a", 500).at(60_000, 30),
                Made::incoming("GET", "/a", 200).at(119_000, 1_000),
                Made::incoming("POST", "/a", 200).at(0, 5),
                Made::outgoing("h", 200).at(0, 900_000),
            ]),
            By::Route,
            4,
        );
        let [get, post] = &found.groups[..] else { panic!("{found:?}") };
        assert_eq!((get.name.as_str(), get.count, get.failures, get.newest), ("GET /a", 3, 1, 3));
        assert_eq!(get.parts[1], ("http.route", "/a".to_owned()));
        assert!((get.per_minute - 1.5).abs() < 1e-9 && (get.failure_rate() - 1.0 / 3.0) < 1e-9);
        let latency = get.latency;
        let millis = [latency.p50, latency.p95, latency.max, latency.total].map(|d| d.as_millis());
        assert_eq!(millis, [30, 1_000, 1_000, 1_040]);
        let bucket = |count, failures| Bucket { count, failures };
        assert_eq!(get.series, [bucket(1, 0), bucket(0, 0), bucket(1, 1), bucket(1, 0)]);
        assert_eq!((post.name.as_str(), post.count), ("POST /a", 1));
        assert_eq!(post.series, [bucket(1, 0), bucket(0, 0), bucket(0, 0), bucket(0, 0)]);
    }

    #[test]
    fn each_kind_has_its_names() {
        let made = [
            Made::outgoing("api.test", 200).attribute(semconv::HTTP_ROUTE, "/todos/{id}"),
            Made::outgoing("api.test", 404),
            Made::statement("SELECT users"),
            Made::service("Users", "find"),
            Made::incoming("GET", "/a", 200),
        ];
        let records = records(made);
        let names = |by| {
            let mut groups = groups(&records, by, 1);
            groups.sort(Order::Name);
            groups.groups.into_iter().map(|group| group.name).collect::<Vec<_>>()
        };
        assert_eq!(names(By::Outgoing), ["GET api.test", "GET api.test /todos/{id}"]);
        assert_eq!(names(By::Statement), ["postgresql SELECT users"]);
        assert_eq!(names(By::Service), ["Users find"]);
        assert_eq!(names(By::Route), ["GET /a"]);
        assert!(groups(&[], By::Route, 3).groups.is_empty());
        // Less than a minute counts as one.
        assert!((groups(&records, By::Service, 0).groups[0].per_minute - 1.0).abs() < 1e-9);
    }

    #[test]
    fn orders() {
        let made = [
            Made::incoming("GET", "/often", 200).at(0, 10),
            Made::incoming("GET", "/often", 200).at(0, 10),
            Made::incoming("GET", "/often", 200).at(0, 10),
            Made::incoming("GET", "/slow", 200).at(0, 20),
            Made::incoming("GET", "/wrong", 500).at(0, 1),
        ];
        let mut groups = groups(&records(made), By::Route, 1);
        let mut first = |order| {
            groups.sort(order);
            groups.groups[0].name.clone()
        };
        assert_eq!(first(Order::Total), "GET /often");
        assert_eq!(first(Order::Slowest), "GET /slow");
        assert_eq!(first(Order::Failures), "GET /wrong");
        assert_eq!(first(Order::Called), "GET /often");
        assert_eq!(first(Order::Name), "GET /often");
    }
}

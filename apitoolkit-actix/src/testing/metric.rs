//! The typed view of a received metric.

use std::time::SystemTime;

use opentelemetry_proto::tonic::metrics::v1 as proto;
use proto::{AggregationTemporality, metric::Data, number_data_point::Value as Number};

use super::{Attributes, Scope, origin::time};

/// One data point of a metric as it was received.
///
/// Cumulative metrics are sent again at every collection, so the same series arrives many times;
/// the newest point is the one received last.
///
/// ```no_run
/// use std::time::Duration;
/// use apitoolkit_actix::testing::{Collector, MetricKind};
///
/// let collector = Collector::start()?;
/// let point = collector.wait_for_metric(
///     "http.server.request.duration",
///     |point| point.attributes.str("http.route") == Some("/users/{id}"),
///     Duration::from_secs(5),
/// )?;
/// assert_eq!((point.kind, point.unit.as_str()), (MetricKind::Histogram, "s"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Metric {
    /// The metric's name.
    pub name: String,
    /// The metric's description.
    pub description: String,
    /// The metric's unit, `s` for example.
    pub unit: String,
    /// Which kind of metric.
    pub kind: MetricKind,
    /// What the point covers; `None` for a gauge and a summary.
    pub temporality: Option<Temporality>,
    /// The point's attributes: which series of the metric this is.
    pub attributes: Attributes,
    /// The beginning of what the point covers.
    pub start: SystemTime,
    /// When the point was taken.
    pub time: SystemTime,
    /// The value of a gauge, the total of a counter, or the sum of a distribution's values.
    pub sum: Option<f64>,
    /// How many values a distribution holds; `None` for a gauge and a counter.
    pub count: Option<u64>,
    /// The smallest value of a distribution, if sent.
    pub min: Option<f64>,
    /// The greatest value of a distribution, if sent.
    pub max: Option<f64>,
    /// The upper bounds of a histogram's buckets; one fewer than [`buckets`](Self::buckets).
    pub bounds: Vec<f64>,
    /// How many values fell into each bucket of a histogram (of an exponential one: the positive
    /// range's).
    pub buckets: Vec<u64>,
    /// The instrumentation scope that made it.
    pub scope: Scope,
    /// The attributes of the resource (service) that sent it.
    pub resource: Attributes,
}

/// Which kind of metric a point belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MetricKind {
    /// The current value of something.
    Gauge,
    /// A total that only grows.
    Counter,
    /// A total that grows and shrinks.
    UpDownCounter,
    /// A distribution over stated buckets.
    Histogram,
    /// A distribution over buckets that grow exponentially.
    ExponentialHistogram,
    /// A distribution by quantiles.
    Summary,
}

/// What a point covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Temporality {
    /// The sender did not say.
    Unspecified,
    /// From the point before to this one.
    Delta,
    /// From the start of the series to this point.
    Cumulative,
}

impl Metric {
    /// The points of one received metric.
    pub(super) fn from_proto(
        metric: proto::Metric,
        scope: &Scope,
        resource: &Attributes,
    ) -> Vec<Self> {
        let (kind, temporality, points) = match metric.data {
            None => return Vec::new(),
            Some(Data::Gauge(data)) => {
                (MetricKind::Gauge, None, convert(data.data_points, Point::number))
            }
            Some(Data::Sum(data)) => {
                let kind =
                    if data.is_monotonic { MetricKind::Counter } else { MetricKind::UpDownCounter };
                let temporality = Temporality::from_proto(data.aggregation_temporality());
                (kind, Some(temporality), convert(data.data_points, Point::number))
            }
            Some(Data::Histogram(data)) => {
                let temporality = Temporality::from_proto(data.aggregation_temporality());
                let points = convert(data.data_points, Point::histogram);
                (MetricKind::Histogram, Some(temporality), points)
            }
            Some(Data::ExponentialHistogram(data)) => {
                let temporality = Temporality::from_proto(data.aggregation_temporality());
                let points = convert(data.data_points, Point::exponential);
                (MetricKind::ExponentialHistogram, Some(temporality), points)
            }
            Some(Data::Summary(data)) => {
                (MetricKind::Summary, None, convert(data.data_points, Point::summary))
            }
        };
        points
            .into_iter()
            .map(|point| Self {
                name: metric.name.clone(),
                description: metric.description.clone(),
                unit: metric.unit.clone(),
                kind,
                temporality,
                attributes: point.attributes,
                start: time(point.start),
                time: time(point.time),
                sum: point.sum,
                count: point.count,
                min: point.min,
                max: point.max,
                bounds: point.bounds,
                buckets: point.buckets,
                scope: scope.clone(),
                resource: resource.clone(),
            })
            .collect()
    }
}

impl Temporality {
    fn from_proto(temporality: AggregationTemporality) -> Self {
        match temporality {
            AggregationTemporality::Unspecified => Self::Unspecified,
            AggregationTemporality::Delta => Self::Delta,
            AggregationTemporality::Cumulative => Self::Cumulative,
        }
    }
}

/// What the five kinds of OTLP data points have in common.
#[derive(Default)]
struct Point {
    attributes: Attributes,
    start: u64,
    time: u64,
    sum: Option<f64>,
    count: Option<u64>,
    min: Option<f64>,
    max: Option<f64>,
    bounds: Vec<f64>,
    buckets: Vec<u64>,
}

impl Point {
    fn number(point: proto::NumberDataPoint) -> Self {
        // Exact up to 2^53, which no test comes near.
        let sum = point.value.map(|value| match value {
            Number::AsDouble(number) => number,
            Number::AsInt(number) => number as f64,
        });
        Self {
            attributes: Attributes::from_proto(point.attributes),
            start: point.start_time_unix_nano,
            time: point.time_unix_nano,
            sum,
            ..Self::default()
        }
    }

    fn histogram(point: proto::HistogramDataPoint) -> Self {
        Self {
            attributes: Attributes::from_proto(point.attributes),
            start: point.start_time_unix_nano,
            time: point.time_unix_nano,
            sum: point.sum,
            count: Some(point.count),
            min: point.min,
            max: point.max,
            bounds: point.explicit_bounds,
            buckets: point.bucket_counts,
        }
    }

    fn exponential(point: proto::ExponentialHistogramDataPoint) -> Self {
        Self {
            attributes: Attributes::from_proto(point.attributes),
            start: point.start_time_unix_nano,
            time: point.time_unix_nano,
            sum: point.sum,
            count: Some(point.count),
            min: point.min,
            max: point.max,
            bounds: Vec::new(),
            buckets: point.positive.map(|range| range.bucket_counts).unwrap_or_default(),
        }
    }

    fn summary(point: proto::SummaryDataPoint) -> Self {
        Self {
            attributes: Attributes::from_proto(point.attributes),
            start: point.start_time_unix_nano,
            time: point.time_unix_nano,
            sum: Some(point.sum),
            count: Some(point.count),
            ..Self::default()
        }
    }
}

fn convert<P>(points: Vec<P>, one: impl FnMut(P) -> Point) -> Vec<Point> {
    points.into_iter().map(one).collect()
}

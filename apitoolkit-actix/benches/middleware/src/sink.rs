//! Where everything ends: exporters that count what they get and drop it.

use std::{
    fmt,
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{KeyValue, any_value},
};
use opentelemetry_sdk::{
    error::OTelSdkResult,
    metrics::{
        Temporality,
        data::{AggregatedMetrics, MetricData, ResourceMetrics},
        exporter::PushMetricExporter,
    },
};
use prost::Message as _;

/// Longer than anything takes, valgrind or not.
const PATIENCE: Duration = Duration::from_secs(120);

#[derive(Debug, Default)]
pub(crate) struct Sink {
    /// Spans that ended.
    pub(crate) ended: Count,
    /// Spans that arrived here.
    pub(crate) exported: AtomicU64,
    /// Requests in the histogram of durations.
    pub(crate) measured: AtomicU64,
    /// Whether what arrives is kept, for checks.
    pub(crate) keep: AtomicBool,
    pub(crate) kept: Mutex<Vec<Kept>>,
}

/// A span, of whatever SDK.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) attributes: Vec<(String, String)>,
    /// All of it.
    pub(crate) text: String,
}

impl Sink {
    pub(crate) fn arrived<T>(&self, spans: &[T], kept: impl Fn(&T) -> Kept) {
        if self.keep.load(Ordering::Relaxed) {
            let mut all = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            all.extend(spans.iter().map(kept));
        }
        self.exported.fetch_add(spans.len() as u64, Ordering::SeqCst);
    }
}

impl Sink {
    /// Takes an export request, encoded, with the number of its spans.
    pub(crate) fn request(&self, request: &[u8], spans: u64) {
        if self.keep.load(Ordering::Relaxed) {
            let request = ExportTraceServiceRequest::decode(request).expect("a request");
            let resources = request.resource_spans.into_iter();
            let spans = resources.flat_map(|of| of.scope_spans).flat_map(|scope| scope.spans);
            let mut all = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            all.extend(spans.map(|span| Kept {
                text: format!("{span:?}"),
                attributes: span.attributes.into_iter().map(pair).collect(),
            }));
        }
        self.exported.fetch_add(spans, Ordering::SeqCst);
    }
}

/// An attribute, written as the SDK writes it.
fn pair(KeyValue { key, value, .. }: KeyValue) -> (String, String) {
    (key, value.and_then(|value| value.value).map(text).unwrap_or_default())
}

fn text(value: any_value::Value) -> String {
    match value {
        any_value::Value::StringValue(text) => text,
        any_value::Value::ArrayValue(list) => {
            let texts = list.values.into_iter().filter_map(|item| item.value);
            let texts: Vec<_> = texts.map(|item| format!("{:?}", text(item))).collect();
            format!("[{}]", texts.join(","))
        }
        other => format!("{other:?}"),
    }
}

/// A count that can be waited for.
#[derive(Default)]
pub(crate) struct Count {
    now: AtomicU64,
    wanted: AtomicU64,
    lock: Mutex<()>,
    reached: Condvar,
}

impl Count {
    pub(crate) fn add(&self) {
        if self.now.fetch_add(1, Ordering::SeqCst) + 1 == self.wanted.load(Ordering::SeqCst) {
            drop(self.lock.lock());
            self.reached.notify_all();
        }
    }

    pub(crate) fn wait(&self, wanted: u64) {
        self.wanted.store(wanted, Ordering::SeqCst);
        let lock = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        let missing = |(): &mut ()| self.now.load(Ordering::SeqCst) < wanted;
        drop(self.reached.wait_timeout_while(lock, PATIENCE, missing));
        assert_eq!(self.now.load(Ordering::SeqCst), wanted, "spans that ended");
    }
}

impl fmt::Debug for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.now.fmt(f)
    }
}

/// A span processor and a tracer provider for one version of the SDK: the SDK's own batch
/// processor, before which spans are counted and behind which they are dropped.
macro_rules! traces {
    ($module:ident, $sdk:ident, $api:ident) => {
        pub(crate) mod $module {
            use std::{sync::Arc, time::Duration};

            use $api::Context;
            use $sdk::{
                Resource,
                error::OTelSdkResult,
                trace::{
                    BatchSpanProcessor, Sampler, SdkTracerProvider, Span, SpanData, SpanExporter,
                    SpanProcessor,
                },
            };

            use super::{Kept, Sink};

            pub(crate) fn provider(sink: &Arc<Sink>, sampled: bool) -> SdkTracerProvider {
                let batches = BatchSpanProcessor::builder(Exporter(Arc::clone(sink))).build();
                let sampler = if sampled { Sampler::AlwaysOn } else { Sampler::AlwaysOff };
                SdkTracerProvider::builder()
                    .with_sampler(Sampler::ParentBased(Box::new(sampler)))
                    .with_span_processor(Processor { sink: Arc::clone(sink), batches })
                    .build()
            }

            #[derive(Debug)]
            struct Processor {
                sink: Arc<Sink>,
                batches: BatchSpanProcessor,
            }

            impl SpanProcessor for Processor {
                fn on_start(&self, span: &mut Span, context: &Context) {
                    self.batches.on_start(span, context);
                }

                fn on_end(&self, span: SpanData) {
                    self.batches.on_end(span);
                    self.sink.ended.add();
                }

                fn force_flush(&self) -> OTelSdkResult {
                    self.batches.force_flush()
                }

                fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
                    self.batches.shutdown_with_timeout(timeout)
                }

                fn set_resource(&mut self, resource: &Resource) {
                    self.batches.set_resource(resource);
                }
            }

            #[derive(Debug)]
            struct Exporter(Arc<Sink>);

            impl SpanExporter for Exporter {
                async fn export(&self, spans: Vec<SpanData>) -> OTelSdkResult {
                    self.0.arrived(&spans, kept);
                    Ok(())
                }
            }

            pub(crate) fn kept(span: &SpanData) -> Kept {
                let attributes = span.attributes.iter();
                let text = |pair: &$api::KeyValue| (pair.key.to_string(), pair.value.to_string());
                Kept { attributes: attributes.map(text).collect(), text: format!("{span:?}") }
            }
        }
    };
}

traces!(traces, opentelemetry_sdk, opentelemetry);
traces!(traces_0_32, opentelemetry_sdk_0_32, opentelemetry_0_32);

/// Of metrics: notes how many requests the histogram of durations holds.
pub(crate) struct Metrics(pub(crate) Arc<Sink>);

impl PushMetricExporter for Metrics {
    async fn export(&self, metrics: &ResourceMetrics) -> OTelSdkResult {
        let metrics = metrics.scope_metrics().flat_map(|scope| scope.metrics());
        let durations = metrics.filter(|metric| metric.name() == "http.server.request.duration");
        let requests = durations.map(|metric| match metric.data() {
            AggregatedMetrics::F64(MetricData::Histogram(histogram)) => {
                histogram.data_points().map(|point| point.count()).sum::<u64>()
            }
            _ => panic!("durations are no histogram of seconds"),
        });
        self.0.measured.store(requests.sum(), Ordering::SeqCst);
        Ok(())
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }

    fn temporality(&self) -> Temporality {
        Temporality::Cumulative
    }
}

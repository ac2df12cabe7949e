//! What lies behind the middleware of a row: providers that end in a sink.

use std::{
    sync::{Arc, atomic::Ordering},
    thread,
    time::Duration,
};

use opentelemetry::global;
use opentelemetry_sdk::{
    metrics::{PeriodicReader, SdkMeterProvider},
    propagation::TraceContextPropagator,
    trace::SdkTracerProvider,
};

use crate::{
    rows::Row,
    sink::{Metrics, Sink, traces},
};

pub(crate) struct Rig {
    pub(crate) row: &'static Row,
    pub(crate) sink: Arc<Sink>,
    pub(crate) tracers: SdkTracerProvider,
    pub(crate) meters: Option<SdkMeterProvider>,
    /// Hands over what a peer's own queues hold.
    flush: Option<Box<dyn Fn()>>,
    /// Hands over all that belongs to calls so far, where the SDK's processor sees none of it.
    drain: Option<Box<dyn Fn()>>,
}

impl Rig {
    /// Providers of the current SDK, which are the process's from now on. They are there, and are
    /// flushed, also where nothing uses them: that costs all rows the same.
    pub(crate) fn new(row: &'static Row) -> Self {
        let sink = Arc::new(Sink::default());
        let signals = row.what.signals();
        let tracers = traces::provider(&sink, signals.spans);
        global::set_tracer_provider(tracers.clone());
        global::set_text_map_propagator(TraceContextPropagator::new());
        let meters = signals.metrics.then(|| {
            let reader = PeriodicReader::builder(Metrics(Arc::clone(&sink))).build();
            SdkMeterProvider::builder().with_reader(reader).build()
        });
        if let Some(meters) = &meters {
            global::set_meter_provider(meters.clone());
        }
        Self { row, sink, tracers, meters, flush: None, drain: None }
    }

    pub(crate) fn flush_also(mut self, flush: impl Fn() + 'static) -> Self {
        self.flush = Some(Box::new(flush));
        self
    }

    pub(crate) fn drain_by(mut self, drain: impl Fn() + 'static) -> Self {
        self.drain = Some(Box::new(drain));
        self
    }

    /// Waits until all that belongs to the `calls` made so far has been done on every thread.
    pub(crate) fn drain(&self, calls: u64) {
        let signals = self.row.what.signals();
        if signals.spans && self.drain.is_some() {
            return self.hand_over();
        } else if signals.spans {
            self.sink.ended.wait(calls);
        } else if signals.metrics {
            self.drain_metrics(calls);
        }
        self.flush();
    }

    /// Hands over all that is queued, also where the SDK's processor sees none of it.
    pub(crate) fn hand_over(&self) {
        if let Some(drain) = &self.drain {
            drain();
        }
        self.flush();
    }

    /// Hands over the spans that ended.
    fn flush(&self) {
        self.tracers.force_flush().expect("spans are handed over");
        if let Some(flush) = &self.flush {
            flush();
        }
    }

    /// Makes sure that everything of `calls` arrived, and nothing else.
    pub(crate) fn verify(&self, calls: u64) {
        self.drain(calls);
        let signals = self.row.what.signals();
        if signals.metrics {
            self.drain_metrics(calls);
        }
        let spans = if signals.spans { calls } else { 0 };
        assert_eq!(self.sink.exported.load(Ordering::SeqCst), spans, "spans that arrived");
        let measured = if signals.metrics { calls } else { 0 };
        assert_eq!(self.sink.measured.load(Ordering::SeqCst), measured, "requests measured");
    }

    fn drain_metrics(&self, calls: u64) {
        let Some(meters) = &self.meters else { return };
        for _ in 0..10_000 {
            meters.force_flush().expect("metrics are handed over");
            if self.sink.measured.load(Ordering::SeqCst) >= calls {
                return;
            }
            thread::sleep(Duration::from_millis(1));
        }
        panic!("{} requests of {calls} were measured", self.sink.measured.load(Ordering::SeqCst));
    }
}

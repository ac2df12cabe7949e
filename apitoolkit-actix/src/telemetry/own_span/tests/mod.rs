mod as_the_sdk;
mod endings;
mod sampling;

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use opentelemetry::{
    Context, KeyValue,
    trace::{SpanContext, SpanId, SpanKind, TraceContextExt as _, TraceFlags, TraceId, TraceState},
};
use opentelemetry_sdk::trace::{Sampler, SpanData, SpanLimits};

use super::{Beginning, Maker, OwnSpan};
use crate::{
    exchange::{Budget, RequestId},
    telemetry::{
        Current, Notebook,
        queue::{Queued, SpanQueue},
        source,
        watch::Watch,
    },
};

/// Tracing of our own, and where its spans end.
struct Ours {
    maker: Arc<Maker>,
    queue: Arc<SpanQueue>,
}

impl Ours {
    fn new(sampler: Sampler, limits: SpanLimits) -> Self {
        let queue = Arc::new(SpanQueue::new(
            1_000,
            1_000,
            Budget::new(1 << 20),
            Arc::default(),
            Watch::default(),
        ));
        let scope = source::scope();
        let maker = Maker { sampler, limits, scope, queue: Some(Arc::clone(&queue)) };
        Self { maker: Arc::new(maker), queue }
    }

    fn recording() -> Self {
        Self::new(Sampler::AlwaysOn, SpanLimits::default())
    }

    /// An exchange below `parent`.
    fn exchange(&self, parent: &Context) -> Context {
        self.start(parent, beginning).0
    }

    /// The same, and its span if it is recorded.
    fn start(
        &self,
        parent: &Context,
        beginning: impl FnOnce() -> Beginning,
    ) -> (Context, Option<OwnSpan>) {
        let notebook = || Notebook::new(1, &RequestId::Made(1));
        let (context, current) = self.maker.start_incoming(parent, beginning, notebook);
        (context, current.and_then(Current::into_own_span))
    }

    /// The spans that ended.
    fn ended(&self) -> Vec<SpanData> {
        let spans = self.queue.take().into_iter().map(|queued| match queued {
            Queued::Span(span, _) => *span,
            Queued::Exchanges(_) => panic!("of no worker"),
        });
        spans.collect()
    }
}

fn beginning() -> Beginning {
    Beginning { name: "exchange".into(), method: "GET", started: at(1), caller: None }
}

fn at(second: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(second)
}

fn remote(sampled: bool) -> Context {
    let flags = TraceFlags::new(0x02).with_sampled(sampled);
    let state = TraceState::from_key_value([("a", "1")]).unwrap();
    let (trace, span) = (TraceId::from(7), SpanId::from(8));
    Context::new().with_remote_span_context(SpanContext::new(trace, span, flags, true, state))
}

fn pairs(attributes: &[KeyValue]) -> Vec<String> {
    attributes.iter().map(|pair| format!("{}={}", pair.key, pair.value)).collect()
}

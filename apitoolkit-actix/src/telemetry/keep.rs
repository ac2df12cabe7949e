//! Spans of exchanges that the sampler left out and that have to be kept after all.

use std::sync::Arc;

use opentelemetry::trace::{SpanContext, SpanKind};

use super::own_span::{Beginning, Maker, OwnSpan};

/// A second way to the exporter, where everything is sampled.
#[derive(Debug)]
pub(crate) struct Keeper(Arc<Maker>);

impl Keeper {
    pub(super) fn new(maker: Arc<Maker>) -> Self {
        Self(maker)
    }

    /// Makes the span that `left_out` would have been.
    pub(super) fn start(&self, left_out: &SpanContext, beginning: Beginning) -> OwnSpan {
        self.0.start_known(left_out, SpanKind::Server, beginning)
    }
}

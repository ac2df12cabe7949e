use opentelemetry::{Context, trace::TraceContextExt as _};

use crate::telemetry::{own_span::OwnSpan, queue::discarding};

/// The span of a finished exchange, which is still to be completed.
///
/// Of a span of ours this is the recording and not the context: memory that is given back by
/// another thread than the one that asked for it is expensive, and a context is much of it.
#[derive(Debug, Clone)]
pub(crate) enum Unfinished {
    Ours(OwnSpan),
    /// In the context that it ran in: of another provider, or left out by the sampler.
    Held(Context),
}

impl Unfinished {
    #[inline]
    pub(crate) fn new(own: Option<OwnSpan>, context: Context) -> Self {
        own.map_or(Self::Held(context), Self::Ours)
    }

    /// Ends it, and nobody hears of it.
    pub(crate) fn discard(&self) {
        match self {
            Self::Ours(recording) => recording.discard(),
            Self::Held(context) => discarding(|| context.span().end()),
        }
    }
}

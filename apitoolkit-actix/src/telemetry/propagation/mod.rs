//! W3C trace context and baggage: read from callers strictly, written to callees exactly once.

mod carried;
mod inbound;
mod outbound;

use opentelemetry::trace::TraceFlags;

use carried::Carried;
pub(crate) use inbound::Inbound;
pub(crate) use outbound::{Header, Outbound};

/// Level 2, section 3.2.2.5.2: the trace id has random bits. Who continues a trace says so too.
const RANDOM: TraceFlags = TraceFlags::new(0x02);

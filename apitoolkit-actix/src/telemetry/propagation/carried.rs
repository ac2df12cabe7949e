use opentelemetry::{
    Context,
    trace::{SpanContext, TraceFlags, TraceId},
};

use super::RANDOM;

/// What a caller said of its trace and OpenTelemetry's types cannot hold, to be passed on.
///
/// OpenTelemetry 0.33 refuses keys of `tracestate` that the specification's level 2 allows, and a
/// span that is not sampled forgets every flag.
#[derive(Debug)]
pub(super) struct Carried {
    trace: TraceId,
    random: bool,
    state: Option<String>,
}

impl Carried {
    /// Absent if nothing would be lost.
    pub(super) fn new(
        trace: TraceId,
        flags: TraceFlags,
        state: Option<&Vec<(&str, &str)>>,
    ) -> Option<Self> {
        let forgotten = !flags.is_sampled() && flags & RANDOM == RANDOM;
        if !forgotten && state.is_none() {
            return None;
        }
        let text = |members: &Vec<(&str, &str)>| {
            let members: Vec<_> =
                members.iter().map(|(key, value)| format!("{key}={value}")).collect();
            members.join(",")
        };
        Some(Self { trace, random: flags & RANDOM == RANDOM, state: state.map(text) })
    }

    /// What there is for a span's trace: whether its id is random, and the `tracestate`.
    pub(super) fn of<'c>(context: &'c Context, span: &SpanContext) -> (bool, Option<&'c str>) {
        match context.get::<Self>().filter(|carried| carried.trace == span.trace_id()) {
            Some(carried) => (carried.random, carried.state.as_deref()),
            None => (false, None),
        }
    }
}

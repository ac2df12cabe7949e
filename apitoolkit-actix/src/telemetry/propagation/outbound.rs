use std::borrow::Cow;

use opentelemetry::{
    Context,
    baggage::BaggageExt as _,
    trace::{SpanContext, TraceContextExt as _, TraceFlags, TraceState},
};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::{Carried, RANDOM};
use crate::telemetry::settings::Propagation;

/// The propagation headers of a call, each with its one value.
///
/// What a header cannot carry is left out: nothing that a caller or the app put into the context
/// is an error here.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Outbound<'c> {
    /// Absent when there is no trace to continue.
    traceparent: Option<TraceParent>,
    tracestate: Option<Cow<'c, str>>,
    /// Absent when the context has no baggage.
    baggage: Option<String>,
}

/// A propagation header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Header {
    Traceparent,
    Tracestate,
    Baggage,
}

/// `version "-" trace-id "-" parent-id "-" trace-flags` (Trace Context, section 3.2.2), in ASCII.
type TraceParent = [u8; 55];

/// What a baggage value does not hold as it is (W3C Baggage, section 3.3.1), and `%` itself.
const ENCODED: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b',').add(b';').add(b'\\').add(b'%');
/// The limit below which every party has to carry a baggage on (section 3.3.2), in bytes.
const MAX_BAGGAGE_BYTES: usize = 8_192;

impl<'c> Outbound<'c> {
    /// What tells a callee of `context`: its span, and its baggage.
    pub(crate) fn of(context: &'c Context, propagation: Propagation) -> Self {
        let span = context.span();
        let trace = span.span_context();
        let (traceparent, tracestate) = if propagation.trace_context && trace.is_valid() {
            let (random, carried) = Carried::of(context, trace);
            let state = trace_state(trace.trace_state()).map(Cow::Owned);
            (Some(traceparent(trace, random)), state.or_else(|| carried.map(Cow::Borrowed)))
        } else {
            (None, None)
        };
        let baggage = propagation.baggage.then(|| baggage(context)).flatten();
        Self { traceparent, tracestate, baggage }
    }

    /// Gives each header that a call is to have its value, in place of those that are there; without
    /// a value, the call is not to have it.
    pub(crate) fn write(&self, mut header: impl FnMut(Header, Option<&[u8]>)) {
        if let Some(traceparent) = &self.traceparent {
            header(Header::Traceparent, Some(traceparent));
            // One that is there belongs to another trace.
            header(Header::Tracestate, self.tracestate.as_deref().map(str::as_bytes));
        }
        if let Some(baggage) = &self.baggage {
            header(Header::Baggage, Some(baggage.as_bytes()));
        }
    }
}

fn traceparent(trace: &SpanContext, random: bool) -> TraceParent {
    // Of the flags, those that the specification names.
    let random = if random { RANDOM } else { TraceFlags::NOT_SAMPLED };
    let flags = (trace.trace_flags() | random) & (TraceFlags::SAMPLED | RANDOM);
    let mut header = *b"00-00000000000000000000000000000000-0000000000000000-00";
    let (_, fields) = header.split_at_mut(3);
    let (trace_id, fields) = fields.split_at_mut(33);
    let (span_id, flag_bits) = fields.split_at_mut(17);
    hex(trace_id, &trace.trace_id().to_bytes());
    hex(span_id, &trace.span_id().to_bytes());
    hex(flag_bits, &[flags.to_u8()]);
    header
}

/// Writes bytes as lower-case hexadecimal digits: `format!` takes ten times as long, for each call.
fn hex(digits: &mut [u8], bytes: &[u8]) {
    const PAIRS: [[u8; 2]; 256] = {
        let digits = b"0123456789abcdef";
        let mut pairs = [[0; 2]; 256];
        let mut byte = 0;
        while byte < 256 {
            pairs[byte] = [digits[byte >> 4], digits[byte & 0xf]];
            byte += 1;
        }
        pairs
    };
    for (pair, byte) in digits.chunks_exact_mut(2).zip(bytes) {
        pair.copy_from_slice(PAIRS.get(usize::from(*byte)).unwrap_or(b"00"));
    }
}

fn trace_state(state: &TraceState) -> Option<String> {
    let header = state.header();
    let fits = !header.is_empty() && header.bytes().all(|b| (0x20..=0x7e).contains(&b));
    fits.then_some(header)
}

fn baggage(context: &Context) -> Option<String> {
    let mut header = String::new();
    for (key, (value, _)) in context.baggage() {
        let value = value.as_str();
        let member = format!("{}={}", key.as_str(), utf8_percent_encode(value, ENCODED));
        let key_fits = key.as_str().bytes().all(|b| b.is_ascii_graphic() && !b"\",;=".contains(&b));
        let room = MAX_BAGGAGE_BYTES.saturating_sub(header.len() + 1);
        if !key_fits || member.len() > room {
            continue;
        }
        if !header.is_empty() {
            header.push(',');
        }
        header.push_str(&member);
    }
    if header.is_empty() { None } else { Some(header) }
}

#[cfg(test)]
mod tests {
    use opentelemetry::{
        KeyValue,
        trace::{SpanId, TraceId},
    };

    use super::*;

    fn context(flags: u8, state: &[(&str, &str)]) -> Context {
        let state = TraceState::from_key_value(state.iter().copied()).unwrap();
        let span = SpanContext::new(
            TraceId::from(0x0af7_6519_u128),
            SpanId::from(0xb7ad_6b71_u64),
            TraceFlags::new(flags),
            false,
            state,
        );
        Context::new().with_remote_span_context(span)
    }

    fn written(context: &Context) -> Outbound<'_> {
        Outbound::of(context, Propagation::default())
    }

    #[test]
    fn ids_and_flags_have_their_full_width() {
        let full = context(0xff, &[("a", "1"), ("b", "2")]);
        let sent = written(&full);
        let traceparent = b"00-0000000000000000000000000af76519-00000000b7ad6b71-03";
        assert_eq!(sent.traceparent.as_ref(), Some(traceparent));
        assert_eq!(sent.tracestate.as_deref(), Some("a=1,b=2"));
        assert!(written(&context(0, &[])).traceparent.unwrap().ends_with(b"-00"));
    }

    #[test]
    fn nothing_is_written_of_what_is_not_there_or_switched_off() {
        assert_eq!(written(&Context::new()), Outbound::default());
        let off = Propagation { trace_context: false, baggage: false };
        let full = context(1, &[("a", "1")]).with_baggage([KeyValue::new("k", "v")]);
        assert_eq!(Outbound::of(&full, off), Outbound::default());
    }

    #[test]
    fn the_tracestate_of_another_trace_goes() {
        let headers = |context: &Context| {
            let mut headers = Vec::new();
            written(context).write(|header, value| headers.push((header, value.is_some())));
            headers
        };
        assert_eq!(headers(&Context::new()), []);
        let stateless = [(Header::Traceparent, true), (Header::Tracestate, false)];
        assert_eq!(headers(&context(1, &[])), stateless);
        let full = context(1, &[("a", "1")]).with_baggage([KeyValue::new("k", "v")]);
        let all = [Header::Traceparent, Header::Tracestate, Header::Baggage];
        assert_eq!(headers(&full), all.map(|header| (header, true)));
    }

    #[test]
    fn baggage_is_encoded_and_bounded() {
        let one = Context::new().with_baggage([KeyValue::new("k", "a b,\r\né%")]);
        assert_eq!(written(&one).baggage.as_deref(), Some("k=a%20b%2C%0D%0A%C3%A9%25"));
        let many = (0..64).map(|i| KeyValue::new(format!("k{i}"), "v".repeat(1_000)));
        let context = Context::new().with_baggage(many);
        let sent = written(&context).baggage.unwrap();
        assert!(sent.len() <= MAX_BAGGAGE_BYTES && sent.split(',').count() == 8, "{}", sent.len());
    }
}

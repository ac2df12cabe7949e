//! Reading W3C trace context and baggage, strictly.
//!
//! Sources: W3C Trace Context Level 2, sections 3.2 and 3.3; W3C Baggage, section 3. Nothing a
//! caller sends is an error: what is malformed is as if it had not been sent.

use opentelemetry::{
    Context,
    baggage::BaggageExt as _,
    trace::{SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState},
};

use super::Carried;
use crate::telemetry::settings::Propagation;

/// The propagation headers of a request, every line of each.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Inbound<T, S, B> {
    pub(crate) traceparent: T,
    pub(crate) tracestate: S,
    pub(crate) baggage: B,
}

/// Most members of a `tracestate` (section 3.3.1.1).
const MAX_STATE_MEMBERS: usize = 32;
/// Longest `tracestate` that is carried on, in bytes, over all its lines.
const MAX_STATE_BYTES: usize = 8_192;
/// Most entries and bytes of a `baggage`, over all its lines (section 3.3.2).
const MAX_BAGGAGE_MEMBERS: usize = 64;
const MAX_BAGGAGE_BYTES: usize = 8_192;

impl<'h, T, S, B> Inbound<T, S, B>
where
    T: Iterator<Item = &'h [u8]>,
    S: Iterator<Item = &'h [u8]>,
    B: Iterator<Item = &'h [u8]>,
{
    /// `base` with the caller's context, as far as it sent one that is valid.
    pub(crate) fn extract(mut self, propagation: Propagation, base: &Context) -> Context {
        let mut context = base.clone();
        if propagation.trace_context
            && let Some(line) = self.traceparent.next()
            // More than one is as if there were none.
            && self.traceparent.next().is_none()
            && let Some((trace, span, flags)) = traceparent(line)
        {
            let members = trace_state(self.tracestate).unwrap_or_default();
            let state = TraceState::from_key_value(members.iter().copied());
            let carried = Carried::new(trace, flags, state.is_err().then_some(&members));
            let remote = SpanContext::new(trace, span, flags, true, state.unwrap_or_default());
            context = context.with_remote_span_context(remote);
            if let Some(carried) = carried {
                context = context.with_value(carried);
            }
        }
        if propagation.baggage
            && let Some(entries) = baggage(self.baggage)
        {
            context = context.with_baggage(entries);
        }
        context
    }
}

/// `version "-" trace-id "-" parent-id "-" trace-flags`, lower-case hexadecimal throughout.
fn traceparent(line: &[u8]) -> Option<(TraceId, SpanId, TraceFlags)> {
    let line = line.trim_ascii();
    let fields = line.get(..55)?;
    let version = hex(fields.get(..2)?)?;
    let dashes = [2, 35, 52].iter().all(|at| fields.get(*at) == Some(&b'-'));
    let rest_ok = match (version, line.get(55)) {
        (0xff, _) => false,
        (0, rest) => rest.is_none(),
        // A later version may say more after another dash.
        (_, rest) => rest.is_none_or(|b| *b == b'-'),
    };
    if !dashes || !rest_ok {
        return None;
    }
    let (high, low) = (hex(fields.get(3..19)?)?, hex(fields.get(19..35)?)?);
    let trace = TraceId::from(u128::from(high) << 64 | u128::from(low));
    let span = SpanId::from(hex(fields.get(36..52)?)?);
    let flags = TraceFlags::new(u8::try_from(hex(fields.get(53..55)?)?).ok()?);
    let valid = trace != TraceId::INVALID && span != SpanId::INVALID;
    valid.then_some((trace, span, flags & (TraceFlags::SAMPLED | super::RANDOM)))
}

/// The value of up to 16 digits. By a table, since every request has 55 of them.
fn hex(digits: &[u8]) -> Option<u64> {
    const NONE: u8 = 0x10;
    const VALUES: [u8; 256] = {
        let mut values = [NONE; 256];
        let mut value = 0;
        while value < 16 {
            values[b"0123456789abcdef"[value as usize] as usize] = value;
            value += 1;
        }
        values
    };
    let (mut number, mut all) = (0, 0);
    for digit in digits {
        let value = VALUES.get(usize::from(*digit)).copied().unwrap_or(NONE);
        number = number << 4 | u64::from(value & 0xf);
        all |= value;
    }
    (all & NONE == 0).then_some(number)
}

/// All `tracestate` lines as one list; none when any of it breaks the rules. Of members with the
/// same key the first stays: it is the one written last.
fn trace_state<'h>(lines: impl Iterator<Item = &'h [u8]>) -> Option<Vec<(&'h str, &'h str)>> {
    let mut members: Vec<(&str, &str)> = Vec::new();
    let mut bytes = 0;
    for line in lines {
        bytes += line.len();
        let line = std::str::from_utf8(line).ok()?;
        for member in line.split(',').map(|member| member.trim_matches([' ', '\t'])) {
            if member.is_empty() {
                continue;
            }
            let (key, value) = member.split_once('=')?;
            let valid = is_state_key(key) && is_state_value(value);
            if !valid || members.len() == MAX_STATE_MEMBERS || bytes > MAX_STATE_BYTES {
                return None;
            }
            if !members.iter().any(|(seen, _)| *seen == key) {
                members.push((key, value));
            }
        }
    }
    Some(members)
}

/// Level 2, section 3.3.1.3.1: a letter or digit, then up to 255 of a few more characters.
fn is_state_key(key: &str) -> bool {
    let [first, rest @ ..] = key.as_bytes() else { return false };
    (first.is_ascii_lowercase() || first.is_ascii_digit())
        && rest.len() <= 255
        && rest.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-*/@".contains(b))
}

/// Section 3.3.1.3.2: up to 256 printable ASCII characters, no comma or equals sign, and no space
/// at the end.
fn is_state_value(value: &str) -> bool {
    (1..=256).contains(&value.len())
        && value.bytes().all(|b| (0x20..=0x7e).contains(&b) && b != b',' && b != b'=')
        && !value.ends_with(' ')
}

/// All `baggage` lines together; none when they are over the limits.
fn baggage<'h>(lines: impl Iterator<Item = &'h [u8]>) -> Option<Vec<opentelemetry::KeyValue>> {
    let mut entries = Vec::new();
    let mut bytes = 0;
    for line in lines {
        bytes += line.len();
        if bytes > MAX_BAGGAGE_BYTES {
            return None;
        }
        let Ok(line) = std::str::from_utf8(line) else { continue };
        for member in line.split(',') {
            let pair = member.split(';').next().unwrap_or_default();
            let Some((key, value)) = pair.split_once('=') else { continue };
            let decoded = percent_encoding::percent_decode_str(value.trim()).decode_utf8();
            let (key, Ok(value)) = (key.trim(), decoded) else { continue };
            if !is_token(key) {
                continue;
            }
            if entries.len() == MAX_BAGGAGE_MEMBERS {
                return None;
            }
            entries.push(opentelemetry::KeyValue::new(key.to_owned(), value.into_owned()));
        }
    }
    if entries.is_empty() { None } else { Some(entries) }
}

/// A `token` of RFC 9110, section 5.6.2.
fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Header, Outbound},
        *,
    };

    const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
    const SPAN: &str = "b7ad6b7169203331";

    fn extract(headers: &[(&str, &str)]) -> Context {
        let lines = |name: &'static str| {
            headers.iter().filter(move |h| h.0 == name).map(|h| h.1.as_bytes())
        };
        Inbound {
            traceparent: lines("traceparent"),
            tracestate: lines("tracestate"),
            baggage: lines("baggage"),
        }
        .extract(Propagation::default(), &Context::new())
    }

    fn accepted(line: &str) -> bool {
        extract(&[("traceparent", line)]).span().span_context().is_valid()
    }

    #[test]
    fn a_valid_parent_is_taken_over() {
        let context = extract(&[("traceparent", &format!("00-{TRACE}-{SPAN}-01"))]);
        let span = context.span();
        let parent = span.span_context();
        assert_eq!(parent.trace_id().to_string(), TRACE);
        assert_eq!(parent.span_id().to_string(), SPAN);
        assert!(parent.is_sampled() && parent.is_remote());
        assert!(
            !extract(&[("traceparent", &format!("00-{TRACE}-{SPAN}-00"))])
                .span()
                .span_context()
                .is_sampled()
        );
    }

    #[test]
    fn only_what_the_specification_allows() {
        assert!(accepted(&format!(" 00-{TRACE}-{SPAN}-01\t")));
        assert!(accepted(&format!("cc-{TRACE}-{SPAN}-01")));
        assert!(accepted(&format!("cc-{TRACE}-{SPAN}-01-what-comes")));
        for bad in [
            format!("ff-{TRACE}-{SPAN}-01"),
            format!("00-{TRACE}-{SPAN}-01-more"),
            format!("00-{TRACE}-{SPAN}-01."),
            format!("cc-{TRACE}-{SPAN}-01.more"),
            format!("0-{TRACE}-{SPAN}-01"),
            format!("000-{TRACE}-{SPAN}-01"),
            format!("00-{}-{SPAN}-01", TRACE.to_uppercase()),
            format!("00-{}-{SPAN}-01", "0".repeat(32)),
            format!("00-{TRACE}-{}-01", "0".repeat(16)),
            format!("00-{TRACE}-{SPAN}-1"),
            format!("00-{TRACE}-{SPAN}-0A"),
            format!("00-{TRACE}-{SPAN}"),
            format!("00-{TRACE}x-{SPAN}-01"),
            String::new(),
        ] {
            assert!(!accepted(&bad), "{bad}");
        }
    }

    #[test]
    fn two_parents_are_none() {
        let line = format!("00-{TRACE}-{SPAN}-01");
        let context = extract(&[("traceparent", &line), ("traceparent", &line)]);
        assert!(!context.span().span_context().is_valid());
    }

    fn state(lines: &[&str]) -> String {
        let parent = format!("00-{TRACE}-{SPAN}-01");
        let mut headers = vec![("traceparent", parent.as_str())];
        headers.extend(lines.iter().map(|line| ("tracestate", *line)));
        let (context, mut state) = (extract(&headers), String::new());
        Outbound::of(&context, Propagation::default()).write(|header, value| {
            if header == Header::Tracestate {
                state = String::from_utf8(value.unwrap_or_default().to_vec()).unwrap();
            }
        });
        state
    }

    #[test]
    fn tracestates_are_joined_in_order_or_dropped_whole() {
        assert_eq!(state(&["foo=1", "bar=2 ,\tbaz=3", ""]), "foo=1,bar=2,baz=3");
        assert_eq!(state(&["t61rcWkgMzE@vendor=1"]), "", "upper case is no key");
        assert_eq!(state(&["foo=1,bar=3", "foo=2"]), "foo=1,bar=3");
        assert_eq!(state(&["foo@=1,bar=2"]), "foo@=1,bar=2");
        assert_eq!(state(&["a@b@c=1", "bar=2"]), "a@b@c=1,bar=2");
        assert_eq!(state(&["@foo=1,bar=2"]), "");
        assert_eq!(state(&["foo 1"]), "");
        assert_eq!(state(&["foo=bar=baz"]), "");
        let members = |n: usize| (0..n).map(|i| format!("k{i}=1")).collect::<Vec<_>>().join(",");
        assert_eq!(state(&[&members(32)]).matches('=').count(), 32);
        assert_eq!(state(&[&members(33)]), "");
        assert_eq!(state(&[&format!("{}=1", "k".repeat(257))]), "");
        assert_eq!(state(&[&format!("{}=1", "k".repeat(256))]).len(), 258);
    }

    #[test]
    fn baggage_is_read_and_bounded() {
        let context =
            extract(&[("baggage", "session.id=a%20b;meta=1"), ("baggage", "x=1,bad,y=2")]);
        let value = |key: &str| context.baggage().get(key).map(ToString::to_string);
        assert_eq!(value("session.id").as_deref(), Some("a b"));
        assert_eq!((value("x").as_deref(), value("y").as_deref()), (Some("1"), Some("2")));
        let many = (0..65).map(|i| format!("k{i}=1")).collect::<Vec<_>>().join(",");
        assert!(extract(&[("baggage", &many)]).baggage().is_empty());
        assert!(extract(&[("baggage", &"a".repeat(8_193))]).baggage().is_empty());
        assert!(extract(&[("baggage", &",".repeat(8_192))]).baggage().is_empty());
    }
}

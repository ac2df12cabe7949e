//! What the fuzzers call of parsers that the public interface reaches only through a server or a
//! file. Not part of the public interface: it changes without notice.

use std::path::Path;

use opentelemetry::Context;

use crate::{
    exchange::{Addressing, BodyBuffer, Budget, Fields, Form, Forwarded, Reservation},
    redact::{BodyText, Captured, Redactor, Scratch, Side},
    telemetry::{Header, Inbound, Outbound, Propagation, drain},
};

/// Reads propagation headers, every line of each, and writes what a call is to carry: the values of
/// `traceparent`, `tracestate` and `baggage`.
#[must_use]
pub fn propagated(lines: [&[&[u8]]; 3]) -> [Option<Vec<u8>>; 3] {
    let [traceparent, tracestate, baggage] = lines.map(|lines| lines.iter().copied());
    let inbound = Inbound { traceparent, tracestate, baggage };
    let context = inbound.extract(Propagation::default(), &Context::new());
    let mut written = [const { None }; 3];
    Outbound::of(&context, Propagation::default()).write(|header, value| {
        let [traceparent, tracestate, baggage] = &mut written;
        let place = match header {
            Header::Traceparent => traceparent,
            Header::Tracestate => tracestate,
            Header::Baggage => baggage,
        };
        *place = value.map(<[u8]>::to_vec);
    });
    written
}

/// What headers say of who asked and of who was addressed: two hosts.
#[must_use]
pub fn forwarded(headers: &[(&str, &[u8])]) -> [Option<String>; 2] {
    let mut fields = Fields::default();
    for (name, value) in headers {
        fields.push(name, value, false);
    }
    let found = Forwarded::read(&Addressing::read(&fields));
    [found.client, found.host.map(|authority| authority.host)].map(|host| Some(host?.to_string()))
}

/// What leaves of a request body of one type that comes in chunks, less than `cap` of which is kept.
#[must_use]
pub fn captured<'c>(
    redactor: &Redactor,
    content_type: &[u8],
    chunks: impl IntoIterator<Item = &'c [u8]>,
    cap: usize,
) -> String {
    let mut fields = Fields::default();
    fields.push("content-type", content_type, false);
    let reservation = Reservation::empty(&Budget::new(usize::MAX));
    let mut body = BodyBuffer::capturing(cap, reservation, Form::announced(&fields));
    for chunk in chunks {
        body.push(chunk);
    }
    body.end();
    let captured = Captured {
        content_type: &[content_type],
        content_encoding: &[],
        bytes: body.bytes(),
        gaps: body.gaps(),
        truncated: body.is_partial(),
        total: body.total(),
        cap,
    };
    match redactor.captured(Side::Request, &captured, &mut Scratch::default()) {
        BodyText::Content(content) => String::from_utf8_lossy(&content).into_owned(),
        BodyText::Withheld(withheld) => withheld.to_string(),
        BodyText::Empty => String::new(),
    }
}

/// Opens the spool of a directory, reads and removes everything in it, and uses it again. Returns
/// the requests, and what was wrong with a queue that was set aside.
///
/// # Errors
/// What the disk says.
pub fn spool(dir: &Path, max_bytes: u64) -> Result<(Vec<Vec<u8>>, Option<String>), String> {
    drain(dir, max_bytes)
}

//! Forms and event streams.
#![cfg_attr(fuzzing, no_main)]

use apitoolkit_actix::Body;

mod support;
use support::{SECRET, halves, leaves, no_secret, only_markers_differ, redactor};

apitoolkit_fuzz::target!("form", run);

const FORM: &[&[u8]] = &[b"application/x-www-form-urlencoded"];
const EVENTS: &[&[u8]] = &[b"text/event-stream"];

fn run(data: &[u8]) {
    let redactor = redactor();
    let (a, b) = halves(data);
    let text = format!("a={a}{b}");
    let marker = "%5BCLIENT_REDACTED%5D";
    let redacted = leaves(&redactor, &Body::new(text.as_bytes()).content_type(FORM));
    if !redacted.starts_with('[') && !text.contains(marker) {
        only_markers_differ(&text, &redacted, marker);
    }
    for form in [
        format!("a={a}&password={SECRET}&{b}"),
        format!("a={a}&user%5Btoken%5D={SECRET}{b}"),
        format!("%70assword={SECRET}&{a}{b}"),
    ] {
        for types in [FORM, &[b"text/plain".as_slice()], &[]] {
            let body = Body::new(form.as_bytes()).content_type(types).cap(1 << 20);
            no_secret(&form, &leaves(&redactor, &body));
        }
    }
    let stream = format!("{a}\n\ndata: {{\"token\":\ndata: \"{SECRET}\"}}\n\n{b}");
    let body = Body::new(stream.as_bytes()).content_type(EVENTS).cap(1 << 20);
    no_secret(&stream, &leaves(&redactor, &body));
}

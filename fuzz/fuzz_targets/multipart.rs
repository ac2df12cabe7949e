//! Multipart forms.
#![cfg_attr(fuzzing, no_main)]

use apitoolkit_actix::{Body, BodyText, Redactor, Scratch, Side, fuzzing};

mod support;
use support::{SECRET, halves, leaves, no_secret, redactor};

apitoolkit_fuzz::target!("multipart", run);

const TYPE: &[&[u8]] = &[b"multipart/form-data; boundary=X"];

fn run(data: &[u8]) {
    let redactor = redactor();
    let body = Body::new(data).content_type(TYPE).cap(1 << 20);
    if let BodyText::Content(rendered) =
        redactor.body(Side::Request, &body, &mut Scratch::default())
    {
        let parts: Vec<serde_json::Value> =
            serde_json::from_slice(&rendered).expect("an array of parts");
        assert!(parts.iter().all(|part| part["name"].is_string()));
        assert!(parts.iter().all(|part| part["value"].is_string() != part["file"].is_string()));
    }
    as_in_chunks(&redactor, data);
    let (a, b) = halves(data);
    for head in [
        "form-data; name=\"password\"".to_owned(),
        format!("form-data; name=\"f\"; filename=\"{SECRET}\"\r\nX-A: {SECRET}"),
        "form-data; name=\"f\"; filename=\"a\"".to_owned(),
    ] {
        let form =
            format!("--X\r\nContent-Disposition: {head}\r\n\r\n{SECRET}\r\n{a}{b}\r\n--X--\r\n");
        // What follows a delimiter in the content is a part of its own; ours is the first.
        let body = Body::new(form.as_bytes()).content_type(TYPE).cap(1 << 20);
        no_secret(&form, &leaves(&redactor, &body));
        as_in_chunks(&redactor, form.as_bytes());
    }
}

/// What leaves is the same if the form comes in chunks and its files are not kept.
fn as_in_chunks(redactor: &Redactor, form: &[u8]) {
    let whole = leaves(redactor, &Body::new(form).content_type(TYPE).cap(1 << 20));
    for size in [1, 1 + form.len() % 61, 1 + usize::from(form.last().copied().unwrap_or(0))] {
        let chunked = fuzzing::captured(redactor, TYPE[0], form.chunks(size), 1 << 20);
        assert_eq!(chunked, whole, "in chunks of {size}");
    }
}

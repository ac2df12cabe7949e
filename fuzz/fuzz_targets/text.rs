//! Running text.
#![cfg_attr(fuzzing, no_main)]

mod support;
use support::{SECRET, halves, no_secret, redactor};

apitoolkit_fuzz::target!("text", run);

fn run(data: &[u8]) {
    let redactor = redactor();
    let (a, b) = halves(data);
    let _ = redactor.text(&format!("{a}{b}"));
    for text in [
        format!("{a} password={SECRET} {b}"),
        format!("{a} password: {SECRET}\n{b}"),
        format!("{a},\"password\":\"{SECRET}\",{b}"),
        format!("{a} {{\\\"password\\\":\\\"{SECRET}\\\"}} {b}"),
        format!("{a} Login {{ password: Some(\"{SECRET}\") }} {b}"),
        format!("{a} Bearer {SECRET} {b}"),
        format!("{a} postgres://u:{SECRET}@h/ {b}"),
        format!("{a}\n-----BEGIN PRIVATE KEY-----\n{SECRET}\n-----END PRIVATE KEY-----\n{b}"),
    ] {
        no_secret(&text, &redactor.text(&text));
    }
}

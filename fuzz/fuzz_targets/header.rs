//! Header values: cookies, URLs in headers, others.
#![cfg_attr(fuzzing, no_main)]

mod support;
use support::{SECRET, halves, no_secret, redactor};

apitoolkit_fuzz::target!("header", run);

fn run(data: &[u8]) {
    let redactor = redactor();
    for name in ["cookie", "set-cookie", "referer", "link", "refresh", "authorization", "x-any"] {
        let redacted = redactor.header(name, data, false);
        assert!(redacted.len() <= 8 * 1024 + 64, "{name}: {} B", redacted.len());
        assert_eq!(redactor.header(name, data, true), "[CLIENT_REDACTED]");
    }
    let (a, b) = halves(data);
    for (name, value) in [
        ("cookie", format!("{a}; session={SECRET}; {b}")),
        ("cookie", format!("{SECRET}; {a}{b}")),
        ("set-cookie", format!("session={SECRET}; {a}{b}")),
        ("set-cookie", format!("session={SECRET}{a}{b}")),
        ("link", format!("<{a}?token={SECRET}&{b}>")),
        ("refresh", format!("5; url=/?{a}&token={SECRET}&{b}")),
        ("x-original-url", format!("/?{a}&token={SECRET}&{b}")),
        ("x-api-key", format!("{a}{SECRET}{b}")),
    ] {
        no_secret(&value, &redactor.header(name, value.as_bytes(), false));
    }
}

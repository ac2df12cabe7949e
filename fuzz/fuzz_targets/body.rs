//! Bodies of any type, in any coding.
//!
//! Three lines (the media type, the coding, the character set) and the bytes.
#![cfg_attr(fuzzing, no_main)]

use apitoolkit_actix::{Body, Redactor};

mod support;
use support::leaves;

apitoolkit_fuzz::target!("body", run);

fn run(data: &[u8]) {
    let mut lines = data.splitn(4, |&byte| byte == b'\n');
    let mut line = || lines.next().unwrap_or_default();
    let (media_type, coding, charset) = (line(), line(), line());
    let bytes = line();
    let content_type = [media_type, b"; charset=", charset].concat();
    let types = if charset.is_empty() { [media_type] } else { [content_type.as_slice()] };
    let codings = [coding];
    let codings: &[&[u8]] = if coding.is_empty() { &[] } else { &codings };
    let builders = [
        Redactor::builder(),
        Redactor::builder().body_patterns(true).redact_request_body(["$.a", "$..b[-1]"]),
        Redactor::builder().default_body_rules(false),
    ];
    for builder in builders {
        let redactor = builder.build().expect("valid rules");
        for cap in [bytes.len() / 2, 1 << 20] {
            let body = Body::new(bytes).content_type(&types).content_encoding(codings).cap(cap);
            let shown = leaves(&redactor, &body);
            // Escaping and the marker take room; a bomb takes more.
            assert!(shown.len() <= cap.saturating_mul(30) + 200, "{} B from {cap}", shown.len());
            let _ = leaves(&redactor, &body.truncated(1 << 30));
        }
    }
}

//! The text of a JSONPath: refused with its place, or applied to a document that stays JSON.
#![cfg_attr(fuzzing, no_main)]

use std::time::{Duration, Instant};

use apitoolkit_actix::{Body, BodyText, ConfigError, Redactor, Scratch, Side};
use serde::de::IgnoredAny;

apitoolkit_fuzz::target!("jsonpath", run);

const DOCUMENT: &str =
    r#"{"a":{"b":[1,-2.5,"x",{"c":null}],"é":"ü"},"":[[],{}],"b":[true,{"a":"a"}]}"#;
const TYPE: &[&[u8]] = &[b"application/json"];
/// Far more than any takes, also in an instrumented build on a busy machine.
const SLOW: Duration = Duration::from_secs(30);

fn run(data: &[u8]) {
    let Ok(path) = str::from_utf8(data) else { return };
    let start = Instant::now();
    let built = Redactor::builder().default_body_rules(false).redact_request_body([path]).build();
    assert!(start.elapsed() < SLOW, "{path:?} takes {:?}", start.elapsed());
    let redactor = match built {
        Ok(redactor) => redactor,
        Err(error) => {
            assert!(path.is_char_boundary(error.offset()), "{error}");
            assert_eq!((error.value(), error.index()), (path, 0));
            // It is shown as it is.
            assert!(!ConfigError::from(error).to_string().is_empty());
            return;
        }
    };
    let body = Body::new(DOCUMENT.as_bytes()).content_type(TYPE).cap(1 << 20);
    let start = Instant::now();
    if let BodyText::Content(content) = redactor.body(Side::Request, &body, &mut Scratch::default())
    {
        assert!(serde_json::from_slice::<IgnoredAny>(&content).is_ok(), "{path:?} -> {content:?}");
    }
    assert!(start.elapsed() < SLOW, "{path:?} takes {:?}", start.elapsed());
}

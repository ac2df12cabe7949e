//! JSON bodies: JSONPaths, one per line, an empty line, and the document.
#![cfg_attr(fuzzing, no_main)]

use apitoolkit_actix::{Body, BodyText, Redactor, Scratch, Side, WithheldReason};
use serde::de::IgnoredAny;

apitoolkit_fuzz::target!("json", run);

const MARKER: &str = "[CLIENT_REDACTED]";
const SECRET: &str = "S3CRET-4711";

fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (paths, _) = text.split_once("\n\n").unwrap_or(("", ""));
    let at = data.windows(2).position(|pair| pair == b"\n\n").map_or(0, |at| at + 2);
    let document = &data[at..];

    let redactor = compile(paths);
    let redacted = redact(&redactor, document);
    let was_json = is_json(document);
    match &redacted {
        Ok(redacted) => {
            assert!(was_json || document.is_empty(), "what is no JSON left");
            assert!(is_json(redacted) || document.is_empty(), "not JSON any more");
            assert!(differs_in_markers_only(document, redacted), "more than was selected changed");
        }
        Err(reason) => assert!(
            !(was_json && *reason == WithheldReason::Unparseable),
            "JSON was taken for something else"
        ),
    }
    if was_json && redacted.is_ok() {
        planted(&redactor, str::from_utf8(document).expect("JSON is UTF-8"));
    }
}

/// The rules, less those that are refused; each with a sane offset.
fn compile(paths: &str) -> Redactor {
    let valid = paths.lines().take(20).filter(|path| {
        match Redactor::builder().redact_request_body([*path]).build() {
            Ok(_) => true,
            Err(error) => {
                assert!(path.is_char_boundary(error.offset()), "{error}");
                assert_eq!(error.value(), *path);
                false
            }
        }
    });
    Redactor::builder().redact_request_body(valid).build().expect("valid on their own")
}

fn redact(redactor: &Redactor, document: &[u8]) -> Result<Vec<u8>, WithheldReason> {
    let content_type: &[&[u8]] = &[b"application/json"];
    let body = Body::new(document).content_type(content_type).cap(1 << 22);
    match redactor.body(Side::Request, &body, &mut Scratch::default()) {
        BodyText::Content(content) => Ok(content.into_owned()),
        BodyText::Empty => Ok(Vec::new()),
        BodyText::Withheld(withheld) => Err(withheld.reason()),
    }
}

/// A secret beside the document, as itself and inside a string, never leaves.
fn planted(redactor: &Redactor, document: &str) {
    let document = document.trim_start_matches('\u{feff}');
    if document.contains(SECRET) {
        // Not where nobody says that it is one.
        return;
    }
    let mut planted =
        format!(r#"{{"a":{document},"client-secret":["{SECRET}"],"b":[{document}]}}"#);
    for _ in 0..5 {
        if let Ok(redacted) = redact(redactor, planted.as_bytes()) {
            let redacted = String::from_utf8(redacted).expect("JSON is UTF-8");
            assert!(!redacted.contains(SECRET), "a secret left");
            assert!(is_json(redacted.as_bytes()));
        }
        planted = format!("[{}]", serde_json::Value::from(planted));
    }
}

/// Whether it is JSON in UTF-8; one byte order mark is allowed.
fn is_json(document: &[u8]) -> bool {
    let document = document.strip_prefix("\u{feff}".as_bytes()).unwrap_or(document);
    str::from_utf8(document).is_ok() && serde_json::from_slice::<IgnoredAny>(document).is_ok()
}

/// Whether what stands between the markers is in the document, in order, from its beginning to its
/// end.
fn differs_in_markers_only(document: &[u8], redacted: &[u8]) -> bool {
    let bom = "\u{feff}".as_bytes();
    let mut rest = document.strip_prefix(bom).unwrap_or(document);
    let redacted = redacted.strip_prefix(bom).unwrap_or(redacted);
    let redacted = String::from_utf8_lossy(redacted);
    // The quotes of a marker, escaped or not, are the marker's.
    let is_quote = |c| matches!(c, '"' | '\\');
    let pieces: Vec<&str> = redacted.split(MARKER).collect();
    let [first, between @ .., last] = pieces.as_slice() else {
        return rest == redacted.as_bytes();
    };
    let (first, last) = (first.trim_end_matches(is_quote), last.trim_start_matches(is_quote));
    let (Some(behind), true) =
        (rest.strip_prefix(first.as_bytes()), rest.ends_with(last.as_bytes()))
    else {
        return false;
    };
    rest = behind;
    for piece in between.iter().map(|piece| piece.trim_matches(is_quote)) {
        if piece.is_empty() {
            continue;
        }
        let found = rest.windows(piece.len()).position(|window| window == piece.as_bytes());
        match found {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    true
}
